//! From noises to values: of one row, of columns, of draws, and how exact that is.

use std::borrow::Cow;
use std::convert::Infallible;

use super::altered::{Alteration, Start};
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
        let alteration = |number: usize| given(number).map_or(Alteration::Nothing, Alteration::Given);
        let alterations: Vec<Alteration> = (0..self.nodes().len()).map(alteration).collect();
        let fill = |_, node: &WiredNode, noise: &mut [f64]| fill_noise(node, noise);
        let columns = self.altered_columns(rows, &alterations, |_| Start::Noise, fill)?;
        Ok(columns.into_iter().map(Cow::into_owned).collect())
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
