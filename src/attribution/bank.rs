//! The noise bank: one set of joint noise samples that every coalition and every event shares.

use rayon::prelude::*;

use super::plan::Plan;
use crate::random::{Purpose, stream};

/// A column of noise per node of a plan, all equally long.
///
/// Common random numbers: a coalition replaces columns by observed noises and leaves the rest as they are, so the
/// difference between two coalitions is far less noisy than either.
#[derive(Debug)]
pub(super) struct Bank {
    pub(super) columns: Vec<Vec<f64>>,
}

impl Bank {
    /// Draws the noises, each node's from a stream of its own. Memory: nodes × samples.
    pub(super) fn draw(plan: &Plan<'_>, samples: usize, seed: u64) -> Self {
        let columns = plan.nodes.par_iter().map(|node| {
            let mut column = vec![0.0; samples];
            let mut generator = stream(seed, Purpose::NoiseBank, node.position as u64);
            node.mechanism.noise().sample_into(&mut generator, &mut column);
            column
        });
        Self { columns: columns.collect() }
    }

    pub(super) fn samples(&self) -> usize {
        self.columns[0].len()
    }
}
