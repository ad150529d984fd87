//! What is said of the influence on a target.

use crate::numeric::ranks::sort_by;

use serde::Serialize;

/// What is split over the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InfluenceQuantity {
    /// The target's variance, in the square of its unit.
    #[doc(alias = "estimate_variance")]
    Variance,
    /// The entropy of a category, in nats.
    #[doc(alias = "estimate_entropy_discrete")]
    #[doc(alias = "estimate_entropy_of_probabilities")]
    Entropy,
}

/// How a node's influence was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InfluenceMethod {
    /// The square of its noise's total effect times the noise's variance; exact.
    ClosedForm,
    /// All values of all noises that it interacts with were counted out; exact.
    Enumeration,
    /// Draws of the noises that it interacts with.
    Sampling,
}

/// One node's part in what a target varies by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InfluenceContribution {
    /// The node's name.
    pub node: String,
    /// Its noise's Shapley value: in the square of the target's unit, or in nats.
    pub value: f64,
    /// The standard error of the value, in its unit; exactly 0 where nothing was drawn. It does not cover the fit of the model.
    pub std_error: f64,
    /// The value as a share of the total; nothing if the total is 0 within twice its standard error.
    pub share: Option<f64>,
    /// How it was found.
    pub method: InfluenceMethod,
}

/// How much of what a target varies by comes from its own noise and from that of each ancestor.
///
/// `Display` prints a table, the largest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IntrinsicInfluence {
    /// The node's name.
    pub target: String,
    /// What is split over the nodes.
    pub quantity: InfluenceQuantity,
    /// What the contributions sum to: the variance or the entropy of the target under the model.
    pub total: f64,
    /// Its standard error, in the same unit.
    pub std_error: f64,
    /// One per node that the target depends on, itself included, in topological order.
    pub contributions: Vec<InfluenceContribution>,
    /// How many joint draws there were; nothing where nothing was drawn.
    pub samples: Option<usize>,
    /// The seed.
    pub seed: u64,
    pub(super) explanation: String,
}

impl IntrinsicInfluence {
    /// The contributions from the largest to the smallest.
    pub fn ranked(&self) -> Vec<&InfluenceContribution> {
        let mut ranked: Vec<&InfluenceContribution> = self.contributions.iter().collect();
        sort_by(&mut ranked, &|one, other| other.value.total_cmp(&one.value));
        ranked
    }

    /// The contribution of a node; nothing if the target does not depend on it.
    pub fn contribution(&self, node: &str) -> Option<&InfluenceContribution> {
        self.contributions.iter().find(|contribution| contribution.node == node)
    }

    /// By which means it was found, and why, in sentences.
    pub fn explain(&self) -> &str {
        &self.explanation
    }
}
