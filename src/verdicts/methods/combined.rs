//! One ranking from three kinds of evidence that fail for different reasons.
//!
//! ```text
//! combined = (propagation / largest + noise score / largest + Shapley share) / 3
//! ```
//!
//! Propagation needs the graph and what is normal of each node, and a mechanism only of the node that is blamed: it survives mechanisms that
//! extrapolate wildly, and is misled where a weak cause is amplified. The noise score needs the mechanism of one node at a time, and
//! says nothing of the target. The Shapley contributions need the whole model, and say exactly what the others do not: how
//! much it matters for the target. Each is on a scale from 0 to 1.
//!
//! The first two are divided by their largest value, as how many nats an anomaly has depends on the number of rows. The
//! contributions are taken as a *share* of the sum of their sizes: where the model explains the event by one node that node
//! has nearly all, where large contributions of either sign cancel, as they do where the model is wrong, no one has
//! much, and the verdict withdraws by itself. A contribution counts as far as its noise is evidence: not where the noise is what a mechanism says
//! that was never fitted there, or was there before the event.
//!
//! What is unusual and did nothing to the target is no cause of it. As far as the contributions are to be trusted, propagation and noise score of a node count
//! only by what it contributed: where contributions cancel, are what mechanisms say that were never fitted there, or are to a target that hardly moved, they judge
//! nobody.

use serde::{Deserialize, Serialize};

use crate::numeric::ranks::sort_by;
use crate::verdicts::evidence::Evidence;
use crate::verdicts::thresholds::NOT_UNUSUAL;

/// A node's part in the combined ranking. All figures lie between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CombinedScore {
    /// The node's name.
    pub node: String,
    /// The mean of `propagation`, `noise` and `shapley`.
    pub score: f64,
    /// The anomaly it accounts for, relative to the node that accounts for most; less where its contribution is next to nothing.
    pub propagation: f64,
    /// How unusual its noise is, relative to the most unusual one; less where its contribution is next to nothing.
    pub noise: f64,
    /// Its contribution to the target's deviation, as far as its noise is evidence, as a share of the sum of all their sizes; 0 if it is negative.
    pub shapley: f64,
}

/// A node counts in full from this share of the largest contribution on, as far as contributions are to be trusted. Chosen among 1 to 1/64 on simulated
/// faults with one to three causes and on real metrics, which hardly tell 1/8 from 1/64.
pub(in crate::verdicts) const COUNTS_IN_FULL: f64 = 1.0 / 32.0;

/// The combined ranking, the most suspect node first, from one score per node of each kind of evidence.
pub(in crate::verdicts) fn combine(
    names: &[String],
    propagation: &[f64],
    noise: &[f64],
    contributions: &[f64],
    evidence: &Evidence,
) -> Vec<CombinedScore> {
    let evident: Vec<f64> =
        evidence.nodes.iter().zip(contributions).map(|(node, contribution)| node.evident * contribution).collect();
    let shapley = relative_to(&evident, sum_of_sizes(contributions));
    let trust = trust(contributions, &evident) * moved(evidence);
    let most = largest(&shapley);
    let counts = |share: f64| if most > 0.0 { (share / (COUNTS_IN_FULL * most)).min(1.0) } else { 0.0 };
    let weighted = |scores: &[f64]| -> Vec<f64> {
        let weighted = scores.iter().zip(&shapley).map(|(score, &share)| score * (1.0 - trust + trust * counts(share)));
        weighted.collect()
    };
    let (propagation, noise) = (weighted(propagation), weighted(noise));
    let (propagation, noise) = (relative_to(&propagation, largest(&propagation)), relative_to(&noise, largest(&noise)));
    let combined = names.iter().zip(propagation).zip(noise).zip(shapley);
    let mut combined: Vec<CombinedScore> = combined
        .map(|(((node, propagation), noise), shapley)| {
            let score = (propagation + noise + shapley) / 3.0;
            CombinedScore { node: node.clone(), score, propagation, noise, shapley }
        })
        .collect();
    sort_by(&mut combined, &|a, b| b.score.total_cmp(&a.score));
    combined
}

/// How far the contributions are to be trusted, from 0 to 1: the geometric mean of how little they cancel and of how much of them is evident.
fn trust(contributions: &[f64], evident: &[f64]) -> f64 {
    let sizes = sum_of_sizes(contributions);
    if sizes <= 0.0 {
        return 0.0;
    }
    let coherence = contributions.iter().sum::<f64>().max(0.0) / sizes;
    (coherence * sum_of_sizes(evident) / sizes).sqrt()
}

/// How far the target moved, from 0 to 1, where it is unusual: contributions to what hardly moved judge nobody.
fn moved(evidence: &Evidence) -> f64 {
    evidence.nodes.last().map_or(0.0, |target| (target.surprise / NOT_UNUSUAL).min(1.0))
}

fn sum_of_sizes(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs()).sum()
}

/// The largest of some values, 0 if none is above.
pub(in crate::verdicts) fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// Values as shares of a whole: 0 for those below 0, and all where the whole is nothing.
pub(in crate::verdicts) fn relative_to(values: &[f64], whole: f64) -> Vec<f64> {
    values.iter().map(|value| if whole > 0.0 { value.max(0.0) / whole } else { 0.0 }).collect()
}
