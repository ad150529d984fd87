//! What an attribution of several rows says.

use serde::{Deserialize, Serialize};

use super::statistic::RowStatistic;
use crate::findings::Finding;
use crate::question::attribution::config::Quantity;
use crate::question::attribution::result::{ScoreEstimate, Unexplained};

/// How much each node contributed to how unusual several rows are together.
///
/// `Display` prints a table of the ranked nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowsAttribution {
    /// The node whose values were attributed.
    pub target: String,
    /// The statistic of its values over the rows.
    pub statistic: RowStatistic,
    /// How many rows the event has.
    pub rows: usize,
    /// The statistic as observed.
    pub observed: f64,
    /// Its median over as many normal rows.
    pub typical: f64,
    /// What was split over the nodes.
    pub quantity: Quantity,
    /// What was split: the contributions, and what is left unexplained, sum to it.
    pub score: ScoreEstimate,
    /// What the noises of missing values leave open; exactly 0 if none is missing.
    pub unexplained: Unexplained,
    /// One per node that the target depends on, itself included, and that was observed in some row; the suspect first.
    pub contributions: Vec<RowsContribution>,
    /// Nodes that were missing in all rows, in topological order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Nodes that were given in every row and not to be blamed, in topological order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<String>,
    /// What speaks against this answer: what the rows by themselves show, with its evidence and remedy.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// How many joint noise samples all coalitions shared; nothing where no samples were needed.
    pub samples: Option<usize>,
    /// How many permutations were used; nothing for exact Shapley values.
    pub permutations: Option<usize>,
    /// The seed.
    pub seed: u64,
}

/// One node's part in an event of several rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowsContribution {
    /// The node's name.
    pub node: String,
    /// What it is a part of.
    pub quantity: Quantity,
    /// How much the node's noises in all rows added to the score, in nats, or to the deviation, in the statistic's unit.
    pub value: f64,
    /// Its standard error, in the same unit: what another noise bank and other permutations would have changed.
    pub std_error: f64,
    /// The contribution as a share of the score; nothing where that is 0 within twice its standard error, or small beside contributions that
    /// cancel.
    pub share: Option<f64>,
    /// The mean of the observed values over the rows, in the node's unit; nothing for a category.
    pub mean_observed: Option<f64>,
    /// What is typical of the node: the median of its reference values, in its unit; nothing for a category.
    pub typical: Option<f64>,
    /// In how many rows its value was missing: there its noise is drawn in every coalition.
    pub rows_missing: usize,
}

impl RowsAttribution {
    /// The contributions, the suspect first, as [`Attribution::ranked`](crate::Attribution::ranked).
    pub fn ranked(&self) -> &[RowsContribution] {
        &self.contributions
    }

    /// The contribution of a node, if the target depends on it and it was observed.
    pub fn contribution(&self, node: &str) -> Option<&RowsContribution> {
        self.contributions.iter().find(|contribution| contribution.node == node)
    }
}
