//! The root cause is the node whose own noise is unusual: its value does not follow from its parents as it used to.
//!
//! −ln of twice the smaller tail of the noise's distribution, as in `node_scores` (Budhathoki et al., ICML 2022, section
//! 3), but without a ceiling, without what was so before the event, and with the error of the fit taken into account where the parents lie outside of what the
//! mechanism was fitted to: a noise recovered by extrapolation says little.

use crate::verdicts::evidence::Evidence;

/// One score per node, in nats.
pub(in crate::verdicts) fn noise_score(evidence: &Evidence) -> Vec<f64> {
    evidence.nodes.iter().map(|node| node.noise_surprise).collect()
}
