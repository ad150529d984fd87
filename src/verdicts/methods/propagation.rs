//! The root cause is the node whose own anomaly accounts for most of what is anomalous downstream of it.
//!
//! A weak anomaly seldom causes a strong one (Okati et al., arXiv 2406.05014, theorem on small causing large
//! scores): of an anomaly of Sⱼ nats a cause of Sᵢ nats can account for about min(Sᵢ, Sⱼ), the rest being a coincidence
//! of probability e^−(Sⱼ − Sᵢ). Along a path, then, for no more than its weakest node has. What a node starts with is the anomaly of its
//! own noise, as what came from its parents is theirs; what it passes on is that of its descendants' values, so that beyond itself no
//! mechanism is asked, and none extrapolates. Only what is more than one row in twenty is counts: the sum over many descendants would be
//! one of chance. The score of a node is the sum of what it accounts for over itself and all its descendants, each along the best path.

use crate::verdicts::evidence::Evidence;
use crate::verdicts::thresholds::NOT_UNUSUAL;

/// Σⱼ max over paths from i to j of min over the path of what is unusual, in nats. Costs O(nodes · edges).
pub(in crate::verdicts) fn propagation(evidence: &Evidence) -> Vec<f64> {
    (0..evidence.nodes.len()).map(|source| accounted_for(evidence, source)).collect()
}

fn accounted_for(evidence: &Evidence, source: usize) -> f64 {
    let unusual = |nats: f64| (nats - NOT_UNUSUAL).max(0.0);
    let mut carried = vec![0.0_f64; evidence.nodes.len()];
    carried[source] = unusual(evidence.nodes[source].noise_surprise);
    for (number, node) in evidence.nodes.iter().enumerate().skip(source + 1) {
        let arriving = node.parents.iter().map(|&parent| carried[parent]).fold(0.0, f64::max);
        carried[number] = arriving.min(unusual(node.surprise));
    }
    carried.iter().sum()
}
