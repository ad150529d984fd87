//! The most anomalous node is the root cause.
//!
//! Anomalies with small scores are unlikely to cause those with large ones, so even without a graph the order of the
//! scores says something. Source: Okati, Garrido Mejia, Orchard, Blöbaum and Janzing, "Root Cause Analysis of Outliers with
//! Missing Structural Knowledge", arXiv 2406.05014, algorithm SCORE ORDERING.

use crate::verdicts::evidence::Evidence;

/// S(xⱼ) for every node, in nats.
pub(in crate::verdicts) fn score_ordering(evidence: &Evidence) -> Vec<f64> {
    evidence.nodes.iter().map(|node| node.surprise).collect()
}
