//! What a robust change says.

use ndarray::Array2;
use serde::Serialize;

use super::config::{RobustErrors, RobustQuantity, RobustWeights};
use crate::error::{Error, Result, list_names};

/// How much each mechanism moved a statistic of the target, with errors that cover the draw of the rows and the fits.
///
/// `Display` prints a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RobustChange {
    /// The node whose statistic is compared.
    pub target: String,
    /// The statistic in the complete rows of the old table, in the unit of the quantity.
    pub old: f64,
    /// The statistic in those of the new one.
    pub new: f64,
    /// The change that was observed, new less old: the contributions sum to it exactly. Its `node` is the target.
    pub change: RobustContribution,
    /// One for the target and each of its ancestors, in topological order; the target is the last.
    pub contributions: Vec<RobustContribution>,
    /// The covariances of the contributions, in their order: nodes × nodes. Errors of sums and differences follow from these.
    pub covariances: Array2<f64>,
    /// How many rows of the old and of the new table were used.
    pub rows: [usize; 2],
    /// How many were left out, since the value of one of the nodes is missing.
    pub incomplete: [usize; 2],
    /// The level of the intervals.
    pub level: f64,
    /// The seed of the folds.
    pub seed: u64,
    pub(super) explanation: RobustExplanation,
}

/// The part of one mechanism in a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RobustContribution {
    /// The node's name.
    pub node: String,
    /// The Shapley value of its mechanism, old against new, in the unit of the quantity.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The interval, from and to, at the level that was asked for.
    pub interval: [f64; 2],
}

impl RobustContribution {
    pub(super) fn new(node: String, value: f64, std_error: f64, quantile: f64) -> Self {
        Self { node, value, std_error, interval: [value - quantile * std_error, value + quantile * std_error] }
    }
}

/// By which means a robust change was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RobustExplanation {
    /// What was compared.
    pub quantity: RobustQuantity,
    /// The regression, as `Debug` writes it.
    pub regressor: String,
    /// How ratios of probabilities were found.
    pub weights: RobustWeights,
    /// Where the standard errors come from.
    pub errors: RobustErrors,
    /// Into how many folds the rows were dealt out.
    pub folds: usize,
    /// How many regressions were fitted: one for each fold, output and tail of a coalition; a jackknife
    /// fits as many for each group.
    pub fits: usize,
    /// The smallest share of rows, over folds, coalitions and nodes, that the weighted ones count for: (Σα)²/(n·Σα²). Where it is
    /// small, a few rows speak for a table that the other does not overlap, and the errors are not to be trusted.
    pub effective: f64,
}

impl RobustChange {
    /// The contribution of a node.
    ///
    /// # Errors
    /// When the target does not depend on the node.
    pub fn contribution(&self, node: &str) -> Result<&RobustContribution> {
        self.contributions.iter().find(|contribution| contribution.node == node).ok_or_else(|| Error::UnknownNode {
            node: node.to_owned(),
            available: list_names(
                &self.contributions.iter().map(|contribution| contribution.node.as_str()).collect::<Vec<_>>(),
            ),
        })
    }

    /// By which means the answer was found, and how far the tables overlap.
    pub fn explain(&self) -> &RobustExplanation {
        &self.explanation
    }
}
