//! Joint draws of a target and its ancestors.

use super::net::Net;
use super::varying::{Columns, Varying};
use crate::error::Result;

/// Draws of all nodes from the noises that vary, on one net. Sets of draws are independent of each other.
#[derive(Debug)]
pub(crate) struct JointDraws<'v> {
    pub(crate) varying: &'v Varying<'v>,
    pub(crate) net: Net,
    /// Whether sets that are integrated over together are one net, rather than each a net of its own.
    pub(crate) together: bool,
}

impl JointDraws<'_> {
    /// The values of all nodes up to the given one.
    ///
    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(crate) fn values(&self, set: usize, last: usize) -> Result<Columns> {
        let mut columns = self.varying.columns(self.net.points);
        self.varying.fill(&mut columns, last, |node, noise| self.fill_noise(set, node, noise))?;
        Ok(columns)
    }

    /// The noise of a node.
    pub(crate) fn noise(&self, set: usize, node: usize) -> Vec<f64> {
        let mut column = vec![0.0; self.net.points];
        self.fill_noise(set, node, &mut column);
        column
    }

    /// Uniform numbers in (0, 1) beside those behind the noise of a node.
    pub(crate) fn uniform(&self, set: usize, node: usize) -> Vec<f64> {
        let nodes = self.varying.target().nodes();
        let mut column = vec![0.0; self.net.points];
        self.net.fill_uniform(&nodes[node], set, nodes.len() + node, &mut column);
        column
    }

    fn fill_noise(&self, set: usize, node: usize, column: &mut [f64]) {
        let nodes = self.varying.target().nodes();
        let first = if self.together { set * nodes.len() } else { 0 };
        self.net.fill(&nodes[node], set, first + node, column);
    }
}
