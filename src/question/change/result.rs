//! What is said of a change.

use serde::{Deserialize, Serialize};

use crate::engine::Explanation;

/// How much each mechanism added to the change of the target's distribution.
///
/// The contributions sum to [`total`](Self::total), the change from the old model to the new one. What the tables show may differ from
/// that; [`remainder`](Self::remainder) is the difference, which no mechanism of these models explains.
///
/// `Display` prints a table; serde gives all figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DistributionChange {
    /// The node whose distribution changed.
    pub target: String,
    /// What of its distribution, in words: `mean`, `0.95 quantile`.
    pub functional: String,
    /// Every node that the target depends on, itself included, in the order of [`ranked`](Self::ranked).
    pub contributions: Vec<NodeChange>,
    /// The change from the old model to the new one: what the contributions sum to.
    pub total: ChangeEstimate,
    /// The functional under the old model; nothing for a divergence.
    pub old: Option<f64>,
    /// The functional under the new model; nothing for a divergence.
    pub new: Option<f64>,
    /// The change between the rows of the target that the models were fitted to; nothing for models that were given without data.
    pub observed: Option<f64>,
    /// The observed change less that under the models.
    pub remainder: Option<f64>,
    /// The level of the mechanism test; nothing where there was none.
    pub level: Option<f64>,
    /// How many joint samples the coalitions shared; nothing where none were needed.
    pub samples: Option<usize>,
    /// How many permutations were used; nothing for exact Shapley values.
    pub permutations: Option<usize>,
    /// The seed.
    pub seed: u64,
    pub(super) explanation: Explanation,
}

/// A figure with its errors, in the unit of the functional.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangeEstimate {
    /// The figure.
    pub value: f64,
    /// The standard error of sampling: what other samples and other permutations would have changed, or a bound of what a Fourier series
    /// leaves out. 0 in closed form. It does not cover the fit of the models.
    pub std_error: f64,
    /// The interval that also covers the fit of both models, if resamples were asked for.
    pub interval: Option<(f64, f64)>,
}

/// One node's part in a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "estimate_distribution_change_scores")]
pub struct NodeChange {
    /// The node's name.
    pub node: String,
    /// What the change of the node's mechanism added to the change of the target, in the unit of the functional; exactly 0 where the
    /// mechanism did not change.
    pub value: f64,
    /// The standard error of sampling, as [`ChangeEstimate::std_error`].
    pub std_error: f64,
    /// The interval that also covers the fit of both models, if resamples were asked for.
    pub interval: Option<(f64, f64)>,
    /// Whether the mechanism changed: by the test where there was one, otherwise whether it differs between the two models.
    pub changed: bool,
    /// The p-value of the test that the mechanism is the same in both tables, adjusted for the tests of all nodes (Holm); nothing without a
    /// test.
    pub p_value: Option<f64>,
    /// How much the two separate fits of the mechanism count for, from 0 (one fit to both tables) to 1: a continuous function of the p-value.
    /// `None` without a test.
    pub weight: Option<f64>,
    /// The contribution if it is decided by the p-value alone: mechanisms whose p-value is above the level are fitted to both tables
    /// together, all others to each by itself. Nothing without a test.
    pub pooled: Option<f64>,
    /// The contribution if all mechanisms are fitted to each table by itself. Nothing without a test.
    pub separate: Option<f64>,
    /// The mechanism as fitted to the old table, written down for people with the mean and the standard deviation of its noise N; for a
    /// category with causes without them.
    pub old_mechanism: String,
    /// The mechanism as fitted to the new table.
    pub new_mechanism: String,
    /// Parents that the node has in the new graph alone.
    pub added_parents: Vec<String>,
    /// Parents that the node has in the old graph alone.
    pub removed_parents: Vec<String>,
}

impl DistributionChange {
    /// The contributions, the largest first, whatever their signs; equal ones in topological order.
    pub fn ranked(&self) -> &[NodeChange] {
        &self.contributions
    }

    /// The contribution of a node, if the target depends on it.
    pub fn contribution(&self, node: &str) -> Option<&NodeChange> {
        self.contributions.iter().find(|contribution| contribution.node == node)
    }

    /// Which engine answered, why, and why the others did not.
    pub fn explain(&self) -> &Explanation {
        &self.explanation
    }
}
