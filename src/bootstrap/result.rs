//! The intervals.

use std::fmt::{self, Write};

use serde::Serialize;

use super::config::{BootstrapConfig, BootstrapMethod};
use crate::question::attribution::Attribution;
use crate::wording::Visible;

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
    /// What to bear in mind where the resamples are too few for the level; nothing where they are enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The interval of the outlier score, or of the mean deviation.
    pub score: BootstrapInterval,
    /// The intervals of the contributions, in the order of those of the attribution: the largest first.
    pub contributions: Vec<NodeInterval>,
}

impl BootstrapIntervals {
    /// The interval of a node's contribution; nothing if it has none.
    pub fn contribution(&self, node: &str) -> Option<&BootstrapInterval> {
        self.contributions.iter().find(|entry| entry.node == node).map(|entry| &entry.interval)
    }
}

/// That so many resamples are too few for the level, and what their intervals are worth.
pub(super) fn warning(resamples: usize, config: &BootstrapConfig) -> Option<String> {
    let fewest = config.fewest_for_level();
    if resamples >= fewest {
        return None;
    }
    // A further resample lies between the smallest and the largest of n others in all but two of n + 1 cases.
    let (percent, held) = (shown_percent(config.level), shown_percent(1.0 - 2.0 / (resamples as f64 + 1.0)));
    Some(format!(
        "{resamples} resamples are too few for intervals of {percent} %, which take {fewest}: \
         these reach from the smallest to the largest, and so hold the truth in {held} % of cases at most"
    ))
}

/// A share in per cent, with a decimal where it has one.
fn shown_percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// What intervals rest on: the numbers of resamples that worked, and that failed.
pub(super) fn write_heading(
    formatter: &mut impl Write,
    level: f64,
    (resamples, failed): (usize, usize),
    warning: Option<&str>,
) -> fmt::Result {
    writeln!(formatter, "{}% intervals over {resamples} resamples ({failed} failed)", 100.0 * level)?;
    warning.iter().try_for_each(|warning| writeln!(formatter, "Warning: {warning}."))
}

impl fmt::Display for BootstrapIntervals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        write_heading(formatter, self.level, (self.resamples, self.failed), self.warning.as_deref())?;
        let names = self.contributions.iter().map(|entry| (entry.node.as_str(), &entry.interval));
        for (name, interval) in names.chain([("in all", &self.score)]) {
            let BootstrapInterval { estimate, lower, upper, .. } = interval;
            writeln!(formatter, "{name}: {estimate:.2} ({lower:.2} to {upper:.2})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_resamples_are_told() {
        let config = BootstrapConfig::default();
        assert_eq!(warning(39, &config), None);
        let told = warning(10, &config).unwrap();
        assert!(told.starts_with("10 resamples are too few for intervals of 95 %, which take 39: "), "{told}");
        assert!(told.ends_with("in 81.8 % of cases at most"), "{told}");
    }
}
