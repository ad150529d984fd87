//! The root cause is the node with the largest contribution.
//!
//! Source: Budhathoki, Minorics, Blöbaum and Janzing, "Causal structure-based root cause analysis of outliers", ICML 2022.

use crate::question::attribution::{Attribution, direction};
use crate::verdicts::evidence::Evidence;

/// The contribution of each node: in nats or, for a mean deviation, in the target's unit and in the direction of the
/// deviation.
pub(in crate::verdicts) fn contributions(evidence: &Evidence, attribution: &Attribution) -> Vec<f64> {
    let towards = direction(attribution.quantity, attribution.score.value);
    let value = |name: &str| attribution.contribution(name).map_or(0.0, |contribution| contribution.value);
    evidence.nodes.iter().map(|node| towards * value(&node.name)).collect()
}
