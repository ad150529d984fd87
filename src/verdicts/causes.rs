//! The set of causes: the fewest nodes found whose noises, put back to normal, make the target normal.

use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::evidence::Evidence;
use super::methods::CombinedScore;
use super::strength::NOT_UNUSUAL;
use crate::error::Result;

/// One of the nodes that brought an event about together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// The node.
    pub node: String,
    /// Its contribution to the target's deviation relative to the largest one of the set, from 0 to 1.
    pub share: f64,
    /// The probability of a target at least as extreme as the one observed, had this node and those before it in the set behaved normally.
    pub probability: f64,
}

/// The fewest nodes whose noises, drawn from their distributions while all others stay as observed, give a target that is not unusual: at
/// least as extreme with a probability of one in twenty. Nodes are taken in the order of the ranking, those that it does without are taken
/// out again, the least suspect first. Costs at most two coalitions for each of `most` nodes.
///
/// Empty where the target is not unusual to begin with (`usual` is the probability of one as extreme). Where not even the most suspect nodes
/// suffice they are all returned; [`explains`] tells.
pub(super) fn causes(
    tail: Asked<'_>,
    (evidence, combined): (&Evidence, &[CombinedScore]),
    usual: f64,
    most: usize,
) -> Result<Vec<Cause>> {
    if usual >= unremarkable() {
        return Ok(Vec::new());
    }
    let had_been_normal = |set: &[&CombinedScore]| -> Result<f64> {
        Ok(tail.what_if(|node| !set.iter().any(|cause| cause.node == node))?.value)
    };
    let is_unusual = |suspect: &&CombinedScore| {
        evidence.nodes.iter().any(|node| node.name == suspect.node && node.noise_surprise > 0.0)
    };
    let mut set: Vec<&CombinedScore> = Vec::new();
    for suspect in combined.iter().filter(is_unusual).take(most) {
        set.push(suspect);
        if had_been_normal(&set)? >= unremarkable() {
            break;
        }
    }
    // The last one was needed.
    for place in (0..set.len().saturating_sub(1)).rev() {
        let mut fewer = set.clone();
        fewer.remove(place);
        if had_been_normal(&fewer)? >= unremarkable() {
            set = fewer;
        }
    }
    let largest = set.iter().map(|cause| cause.shapley).fold(0.0, f64::max);
    let cause = |(place, cause): (usize, &&CombinedScore)| {
        let share = if largest > 0.0 { cause.shapley / largest } else { 0.0 };
        Ok(Cause { node: cause.node.clone(), share, probability: had_been_normal(&set[..=place])? })
    };
    set.iter().enumerate().map(cause).collect()
}

/// Whether a set of causes leaves the target not unusual.
pub(super) fn explains(causes: &[Cause]) -> bool {
    causes.last().is_some_and(|last| last.probability >= unremarkable())
}

/// The probability from which on a value is not unusual.
fn unremarkable() -> f64 {
    (-NOT_UNUSUAL).exp()
}
