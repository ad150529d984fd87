//! The root cause is where anomaly begins: the node that is most more anomalous than its parents.
//!
//! No threshold says what counts as anomalous, which gave the method its name. Source: Okati, Garrido Mejia, Orchard,
//! Blöbaum and Janzing, "Root Cause Analysis of Outliers with Missing Structural Knowledge", arXiv 2406.05014, algorithm
//! SMOOTH TRAVERSAL.

use crate::verdicts::evidence::{Evidence, NodeEvidence};

/// max(0, S(xⱼ) − max over parents S(xᵢ)) for every node, in nats; S(xⱼ) for a root.
pub(in crate::verdicts) fn smooth_traversal(evidence: &Evidence) -> Vec<f64> {
    let gap = |node: &NodeEvidence| {
        let of_parents = node.parents.iter().map(|&parent| evidence.nodes[parent].surprise);
        (node.surprise - of_parents.fold(0.0, f64::max)).max(0.0)
    };
    evidence.nodes.iter().map(gap).collect()
}
