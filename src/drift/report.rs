//! The answer of a drift check.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::checks::ScaleWarning;
use crate::wording::Visible;

/// Which nodes of recent rows are not as they were in training.
///
/// `Display` prints a line for each node that is not; serde gives all figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DriftReport {
    /// The number of recent rows.
    pub rows: usize,
    /// The level α of the tests: the probability that any of them is positive by chance is at most this.
    pub significance: f64,
    /// The tests of each node, in the order of the graph.
    pub nodes: Vec<NodeDrift>,
}

/// How one node differs from training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeDrift {
    /// The node's name.
    pub node: String,
    /// The test of the noise, given the parents: positive where the node's own mechanism has changed. `None` without a row
    /// in which the node and its parents are present.
    pub noise: Option<DriftTest>,
    /// The test of the values, whatever the parents: positive, too, where only a cause has changed. `None` without a value.
    pub marginal: Option<DriftTest>,
    /// A warning where the values look as if they were in another unit.
    pub scale: Option<ScaleWarning>,
}

/// A Kolmogorov-Smirnov test of recent values against those of training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DriftTest {
    /// The number of recent rows that the test rests on.
    pub rows: usize,
    /// The largest distance between the two distribution functions, in \[0, 1\].
    pub statistic: f64,
    /// The probability of such a distance by chance, of this test alone.
    pub p_value: f64,
    /// The p-value adjusted for all tests of the report together, by Holm's method.
    pub adjusted_p_value: f64,
    /// Whether the adjusted p-value is at most the significance.
    pub is_shifted: bool,
    /// The distance that the median has moved, in robust standard deviations (the interquartile range over 1.349, of
    /// training); `None` if half of training has one and the same value.
    pub shift: Option<f64>,
}

impl DriftReport {
    /// The nodes of which a test is positive or the scale looks wrong.
    pub fn drifted(&self) -> impl Iterator<Item = &NodeDrift> {
        self.nodes.iter().filter(|node| node.is_drifted())
    }

    /// The entry of a node, if the graph has it.
    pub fn node(&self, node: &str) -> Option<&NodeDrift> {
        self.nodes.iter().find(|entry| entry.node == node)
    }
}

impl NodeDrift {
    /// Whether a test is positive or the scale looks wrong.
    pub fn is_drifted(&self) -> bool {
        let shifted = |test: Option<DriftTest>| test.is_some_and(|test| test.is_shifted);
        shifted(self.noise) || shifted(self.marginal) || self.scale.is_some()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let shifted = |test: Option<DriftTest>| test.filter(|test| test.is_shifted);
        match (shifted(self.noise), shifted(self.marginal)) {
            (Some(noise), _) => notes.push(format!("its own noise has changed{noise}")),
            (None, Some(marginal)) if self.noise.is_some() => {
                notes.push(format!("its values have changed, as its causes explain{marginal}"));
            }
            (None, Some(marginal)) => notes.push(format!("its values have changed{marginal}")),
            (None, None) => {}
        }
        if let Some(ScaleWarning { ratio, factor }) = self.scale {
            notes.push(format!(
                "its values are {ratio:.3e} times as large as in training; another unit (factor {factor})?"
            ));
        }
        notes
    }
}

impl fmt::Display for DriftTest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(shift) = self.shift {
            write!(formatter, " by {shift:.1} robust standard deviations")?;
        }
        write!(formatter, " (p = {:.1e} over {} rows)", self.adjusted_p_value, self.rows)
    }
}

impl fmt::Display for DriftReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let (drifted, all) = (self.drifted().count(), self.nodes.len());
        writeln!(formatter, "{drifted} of {all} nodes are not as in training, by {} recent rows", self.rows)?;
        for node in self.drifted() {
            writeln!(formatter, "`{}`: {}", node.node, node.notes().join("; "))?;
        }
        Ok(())
    }
}
