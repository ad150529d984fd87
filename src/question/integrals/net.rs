//! The points of one randomisation.

use rand::seq::SliceRandom;

use crate::model::WiredNode;
use crate::numeric::points::{DIMENSIONS, ScrambledNet, fill_latin_hypercube};
use crate::random::{Purpose, stream};

/// One randomly scrambled net of points, whose coordinates are noises.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Net {
    pub(crate) seed: u64,
    /// Which of the independent randomisations it is; one beyond the last serves as a pilot.
    pub(crate) replicate: usize,
    /// How many points it has.
    pub(crate) points: usize,
}

impl Net {
    /// Fills a column with draws of a node's noise. Sets of draws of the same node are independent of each other; the coordinates that are
    /// integrated over together need different dimensions, of which the lower ones are spread more evenly.
    pub(crate) fn fill(&self, node: &WiredNode, set: usize, dimension: usize, column: &mut [f64]) {
        self.fill_uniform(node, set, dimension, column);
        node.mechanism.noise().replace_by_quantiles(column);
    }

    /// As [`fill`](Self::fill), the uniform numbers in (0, 1) themselves.
    pub(crate) fn fill_uniform(&self, node: &WiredNode, set: usize, dimension: usize, column: &mut [f64]) {
        let index = node.position as u64 | (set as u64) << 40 | (self.replicate as u64) << 48;
        let mut generator = stream(self.seed, Purpose::Integrals, index);
        if dimension < DIMENSIONS {
            ScrambledNet::sobol(dimension, column.len()).fill(&mut generator, column);
        } else {
            fill_latin_hypercube(&mut generator, column);
        }
    }

    /// For every point a random order of so many players.
    pub(crate) fn orders(&self, players: usize) -> Vec<Vec<usize>> {
        let mut generator = stream(self.seed, Purpose::PointOrders, self.replicate as u64);
        let draw = |_| {
            let mut order: Vec<usize> = (0..players).collect();
            order.shuffle(&mut generator);
            order
        };
        (0..self.points).map(draw).collect()
    }

    /// For every point a row below `count`: as evenly as may be, and independently between sets.
    pub(crate) fn rows(&self, set: usize, count: usize) -> Vec<usize> {
        let index = (1 + set as u64) << 40 | (self.replicate as u64) << 48;
        let mut generator = stream(self.seed, Purpose::PointOrders, index);
        let mut column = vec![0.0; self.points];
        ScrambledNet::sobol(set, self.points).fill(&mut generator, &mut column);
        column.into_iter().map(|point| ((point * count as f64) as usize).min(count - 1)).collect()
    }
}
