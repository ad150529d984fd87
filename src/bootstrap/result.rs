//! The intervals.

use std::fmt;

use serde::Serialize;

use super::config::BootstrapMethod;
use crate::question::attribution::Attribution;

/// What a figure may be, given the rows that the model was fitted to. In the unit of the attributed quantity: nats for
/// scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BootstrapInterval {
    /// The figure of the model that was fitted to the rows as they are.
    pub estimate: f64,
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// The standard deviation over the resamples.
    pub std_error: f64,
}

/// The interval of a node's contribution.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NodeInterval {
    /// The node's name.
    pub node: String,
    /// What its contribution may be.
    #[serde(flatten)]
    pub interval: BootstrapInterval,
}

/// Intervals of the score and of every contribution to it. `Display` shows them as a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BootstrapIntervals {
    /// The attribution by the model that was fitted to the rows as they are.
    pub attribution: Attribution,
    /// The share of cases in which an interval is to hold the truth.
    pub level: f64,
    /// How the intervals were found.
    pub method: BootstrapMethod,
    /// How many resamples the intervals rest on.
    pub resamples: usize,
    /// How many further resamples the model could not be fitted to, or gave no attribution; never more than one in ten.
    pub failed: usize,
    /// Of the outlier score, or the mean deviation.
    pub score: BootstrapInterval,
    /// Of the contributions, in the order of those of the attribution: the largest first.
    pub contributions: Vec<NodeInterval>,
}

impl BootstrapIntervals {
    /// The interval of a node's contribution; nothing if it has none.
    pub fn contribution(&self, node: &str) -> Option<&BootstrapInterval> {
        self.contributions.iter().find(|entry| entry.node == node).map(|entry| &entry.interval)
    }
}

impl fmt::Display for BootstrapIntervals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, resamples) = (100.0 * self.level, self.resamples);
        writeln!(formatter, "{percent}% intervals over {resamples} resamples ({} failed)", self.failed)?;
        let names = self.contributions.iter().map(|entry| (entry.node.as_str(), &entry.interval));
        for (name, interval) in names.chain([("in all", &self.score)]) {
            let BootstrapInterval { estimate, lower, upper, .. } = interval;
            writeln!(formatter, "{name}: {estimate:.2} ({lower:.2} to {upper:.2})")?;
        }
        Ok(())
    }
}
