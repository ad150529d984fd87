//! One ranking from three kinds of evidence that fail for different reasons.
//!
//! ```text
//! combined = (propagation / largest + noise score / largest + Shapley share) / 3
//! ```
//!
//! Propagation needs the graph and what is normal of each node, and a mechanism only of the node that is blamed: it survives mechanisms that
//! extrapolate wildly, and is misled where a weak cause is amplified. The noise score needs the mechanism of one node at a time, and
//! says nothing of the target. The Shapley contributions need the whole model, and say exactly what the others do not: how
//! much it matters for the target. Each is on a scale from 0 to 1, and none has a parameter.
//!
//! The first two are divided by their largest value, as how many nats an anomaly has depends on the number of rows. The
//! contributions are taken as a *share* of the sum of their sizes: where the model explains the event by one node that node
//! has nearly all, where large contributions of either sign cancel, as they do where the model is wrong, no one has
//! much, and the verdict withdraws by itself. A contribution counts as far as its noise is evidence: not where the noise is what a mechanism says
//! that was never fitted there, or was there before the event.

use serde::{Deserialize, Serialize};

use crate::verdicts::evidence::Evidence;

/// A node's part in the combined ranking. All figures lie between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CombinedScore {
    /// The node's name.
    pub node: String,
    /// The mean of `propagation`, `noise` and `shapley`.
    pub score: f64,
    /// The anomaly it accounts for, relative to the node that accounts for most.
    pub propagation: f64,
    /// How unusual its noise is, relative to the most unusual one.
    pub noise: f64,
    /// Its contribution to the target's deviation, as far as its noise is evidence, as a share of the sum of all their sizes; 0 if it is negative.
    pub shapley: f64,
}

/// The combined ranking, the most suspect node first, from one score per node of each kind of evidence.
pub(in crate::verdicts) fn combine(
    names: &[String],
    propagation: &[f64],
    noise: &[f64],
    contributions: &[f64],
    evidence: &Evidence,
) -> Vec<CombinedScore> {
    let propagation = relative_to(propagation, largest(propagation));
    let noise = relative_to(noise, largest(noise));
    let evident = evidence.nodes.iter().zip(contributions).map(|(node, contribution)| node.evident * contribution);
    let shapley = relative_to(&evident.collect::<Vec<f64>>(), contributions.iter().map(|value| value.abs()).sum());
    let combined = names.iter().zip(propagation).zip(noise).zip(shapley);
    let mut combined: Vec<CombinedScore> = combined
        .map(|(((node, propagation), noise), shapley)| {
            let score = (propagation + noise + shapley) / 3.0;
            CombinedScore { node: node.clone(), score, propagation, noise, shapley }
        })
        .collect();
    combined.sort_by(|a, b| b.score.total_cmp(&a.score));
    combined
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn relative_to(values: &[f64], whole: f64) -> Vec<f64> {
    values.iter().map(|value| if whole > 0.0 { value.max(0.0) / whole } else { 0.0 }).collect()
}
