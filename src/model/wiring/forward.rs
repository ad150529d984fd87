//! From noises to values: of one row, of columns, of draws, and how exact that is.

use std::convert::Infallible;

use super::nodes::{WiredNode, Wiring};
use crate::error::Result;
use crate::random::{Purpose, stream};

impl Wiring {
    /// The value of every node when it has the given noise, but for nodes whose value itself is `given`, as by an
    /// intervention, whatever their parents and their noise.
    pub(crate) fn forward(&self, noises: &[f64], given: impl Fn(usize) -> Option<f64>) -> Vec<f64> {
        let Ok(values) = self.values_by(|number, node, parents| {
            let value = given(number).unwrap_or_else(|| node.mechanism.evaluate(parents, noises[number]));
            Ok::<f64, Infallible>(value)
        });
        values
    }

    /// The target's value when every node has the given noise.
    pub(crate) fn target_value(&self, noises: &[f64]) -> f64 {
        self.forward(noises, |_| None)[self.target()]
    }

    /// Columns of values of every node when it has the noises that `fill_noise` writes, but for nodes whose value is
    /// `given`. Costs O(rows · (nodes + edges)).
    ///
    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(crate) fn forward_columns(
        &self,
        rows: usize,
        mut fill_noise: impl FnMut(&WiredNode, &mut [f64]),
        given: impl Fn(usize) -> Option<f64>,
    ) -> Result<Vec<Vec<f64>>> {
        let mut columns: Vec<Vec<f64>> = Vec::with_capacity(self.nodes().len());
        let mut noise = vec![0.0; rows];
        for (number, node) in self.nodes().iter().enumerate() {
            let mut values = vec![given(number).unwrap_or(0.0); rows];
            if given(number).is_none() {
                fill_noise(node, &mut noise);
                let parents: Vec<&[f64]> = node.parents.iter().map(|&parent| columns[parent].as_slice()).collect();
                node.mechanism.fill(&node.name, &parents, &noise, &mut values)?;
            }
            columns.push(values);
        }
        Ok(columns)
    }

    /// Columns of joint draws of every node, each node's noise from a random stream of its own, whose index is the node's
    /// position in the graph.
    ///
    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(crate) fn draw_columns(&self, rows: usize, seed: u64, purpose: Purpose) -> Result<Vec<Vec<f64>>> {
        let draw = |node: &WiredNode, noise: &mut [f64]| {
            node.mechanism.noise().sample_into(&mut stream(seed, purpose, node.position as u64), noise);
        };
        self.forward_columns(rows, draw, |_| None)
    }
}
