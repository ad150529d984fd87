//! The root cause is the node whose anomaly accounts for most of what is anomalous downstream of it.
//!
//! A weak anomaly seldom causes a strong one (Okati et al., arXiv 2406.05014, theorem on small causing large
//! scores): of an anomaly of Sⱼ nats a cause of Sᵢ nats can account for about min(Sᵢ, Sⱼ), the rest being a coincidence
//! of probability e^−(Sⱼ − Sᵢ). Along a path, then, for no more than its weakest node has. The score of a node is the sum of
//! what it accounts for over itself and all its descendants, each along the best path. It needs no mechanisms, so
//! none that extrapolates, and prefers the beginning of a chain of anomalies where smooth traversal sees many.

use crate::verdicts::evidence::Evidence;

/// Σⱼ max over paths from i to j of min over the path of S, in nats; 0 where the path to the target has a node with no
/// anomaly at all. Costs O(nodes · edges).
pub(in crate::verdicts) fn propagation(evidence: &Evidence) -> Vec<f64> {
    (0..evidence.nodes.len()).map(|source| accounted_for(evidence, source)).collect()
}

fn accounted_for(evidence: &Evidence, source: usize) -> f64 {
    let mut carried = vec![0.0_f64; evidence.nodes.len()];
    carried[source] = evidence.nodes[source].surprise;
    for (number, node) in evidence.nodes.iter().enumerate().skip(source + 1) {
        let arriving = node.parents.iter().map(|&parent| carried[parent]).fold(0.0, f64::max);
        carried[number] = arriving.min(node.surprise);
    }
    if carried[evidence.target()] > 0.0 { carried.iter().sum() } else { 0.0 }
}
