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

    /// By how much rounding in one evaluation of the graph can move the target, in the target's unit: what relative errors of
    /// one unit in the last place do at every node, carried along by the mechanisms themselves. Values and noises belong
    /// together.
    pub(crate) fn rounding_error(&self, values: &[f64], noises: &[f64]) -> f64 {
        let mut errors: Vec<f64> = Vec::with_capacity(self.nodes().len());
        for (number, node) in self.nodes().iter().enumerate() {
            let mut parents = node.parent_values(values);
            let moved_by = |parents: &[f64], noise: f64| {
                let moved = (node.mechanism.evaluate(parents, noise) - values[number]).abs();
                if moved.is_finite() { moved } else { 0.0 }
            };
            let noise = noises[number];
            let mut error =
                f64::EPSILON * values[number].abs() + moved_by(&parents, noise + f64::EPSILON * noise.abs());
            for (place, &parent) in node.parents.iter().enumerate() {
                parents[place] = values[parent] + (errors[parent] + f64::EPSILON * values[parent].abs());
                error += moved_by(&parents, noise);
                parents[place] = values[parent];
            }
            errors.push(error);
        }
        errors[self.target()]
    }
}
