//! The set of causes: the fewest nodes found whose noises, put back to normal, make the target normal.

use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::evidence::Evidence;
use super::methods::{COUNTS_IN_FULL, CombinedScore};
use super::thresholds::unremarkable;
use crate::error::Result;
use crate::noise::NoiseDistribution;

/// One of the nodes that brought an event about together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// The node.
    pub node: String,
    /// Its contribution to the target's deviation relative to the largest one of the set, from 0 to 1.
    pub share: f64,
    /// The target's expected value, in its unit, had this node and those before it in the set behaved normally, all other noises being as
    /// observed.
    pub expected: f64,
    /// How usual that value is: twice the smaller tail of what is normal for the target.
    pub probability: f64,
}

/// The fewest nodes whose noises, drawn from their distributions while all others stay as observed, leave a target whose expected value is not
/// unusual: as far out as one training row in twenty. Nodes are taken in the order of the ranking, if their noise is beyond chance and they did something, and
/// those that the others do without are taken out again, the least suspect first. Costs at most three coalitions of the mean for each of `most` nodes.
///
/// Where not even the most suspect nodes suffice they are all returned; [`explains`] tells.
pub(super) fn causes(
    mean: Asked<'_>,
    (evidence, combined): (&Evidence, &[CombinedScore]),
    normal: &NoiseDistribution,
    most: usize,
) -> Result<Vec<Cause>> {
    let without = |set: &[&CombinedScore]| -> Result<(f64, f64)> {
        let expected = mean.what_if(|node| !set.iter().any(|cause| cause.node == node))?.value;
        Ok((expected, normal.two_sided_tail(expected)))
    };
    let largest = combined.iter().map(|suspect| suspect.shapley).fold(0.0, f64::max);
    let node_of = |suspect: &CombinedScore| evidence.nodes.iter().find(|node| node.name == suspect.node);
    // The most suspect needs a noise that is off at all; who joins it is one beyond chance, and did something.
    let may_be_one = |(place, suspect): &(usize, &CombinedScore)| match (place, node_of(suspect)) {
        (_, None) => false,
        (0, Some(node)) => node.noise_surprise > 0.0,
        (_, Some(node)) => evidence.is_beyond_chance(node) && suspect.shapley >= COUNTS_IN_FULL * largest,
    };
    let mut set: Vec<&CombinedScore> = Vec::new();
    // With each of them and all before it as usual.
    let mut left: Vec<(f64, f64)> = Vec::new();
    for (_, suspect) in combined.iter().enumerate().filter(may_be_one).take(most) {
        set.push(suspect);
        left.push(without(&set)?);
        if left.last().is_some_and(|&(_, probability)| probability >= unremarkable()) {
            break;
        }
    }
    let grown = set.len();
    // The last one was needed, and the first is who is most suspect.
    for place in (1..set.len().saturating_sub(1)).rev() {
        let mut fewer = set.clone();
        fewer.remove(place);
        if without(&fewer)?.1 >= unremarkable() {
            set = fewer;
        }
    }
    if set.len() < grown {
        left = (1..=set.len()).map(|size| without(&set[..size])).collect::<Result<_>>()?;
    }
    let largest = set.iter().map(|cause| cause.shapley).fold(0.0, f64::max);
    let cause = |(cause, (expected, probability)): (&&CombinedScore, (f64, f64))| {
        let share = if largest > 0.0 { cause.shapley / largest } else { 0.0 };
        Cause { node: cause.node.clone(), share, expected, probability }
    };
    Ok(set.iter().zip(left).map(cause).collect())
}

/// Whether a set of causes leaves the target not unusual.
pub(super) fn explains(causes: &[Cause]) -> bool {
    causes.last().is_some_and(|last| last.probability >= unremarkable())
}
