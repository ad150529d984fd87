//! What would have been, had one node behaved normally.

use serde::{Deserialize, Serialize};

use super::asked::Asked;
use crate::error::Result;

/// What would have become of the event, had one node behaved normally: its noise drawn from its distribution, that of all
/// others as observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counterfactual {
    /// The node that is put back to normal.
    pub node: String,
    /// The target.
    pub target: String,
    /// The probability of a target at least as extreme as the one observed, which as things were was 1.
    pub probability: f64,
    /// The target's expected value, in its unit; for a category the probability of the observed class.
    pub expected: f64,
    /// The value that was observed, in the target's unit; 1 for a category, as its class was observed.
    pub observed: f64,
    /// The level of a category that was observed; `expected` then is its probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_level: Option<String>,
    /// The probability of a target at least as extreme if this node alone keeps its observed noise and all others
    /// behave normally.
    pub probability_alone: f64,
    /// The probability of a target at least as extreme if all nodes behave normally.
    pub usual_probability: f64,
    /// Probabilities below this are not told apart: the floor of the outlier score.
    #[serde(default)]
    pub resolution: f64,
}

impl Counterfactual {
    /// `tail` asks about the outlier score and `mean` about the deviation of the same target.
    pub(super) fn of(
        node: &str,
        target: (&str, f64, Option<String>),
        (tail, mean): (Asked<'_>, Asked<'_>),
        (usual_probability, resolution): (f64, f64),
    ) -> Result<Self> {
        let all_others = |name: &str| name != node;
        Ok(Self {
            node: node.to_owned(),
            target: target.0.to_owned(),
            probability: tail.what_if(all_others)?.value,
            expected: mean.what_if(all_others)?.value,
            observed: target.1,
            observed_level: target.2,
            probability_alone: tail.what_if(|name| name == node)?.value,
            usual_probability,
            resolution,
        })
    }
}
