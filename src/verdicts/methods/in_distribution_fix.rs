//! The culprit is anomalous, its parents are not, and putting its noise back to normal makes the target normal.
//!
//! Only for such *candidates* can the noise be recovered from the event: their parents lie where the mechanism was fitted. So
//! theirs alone are kept at what was observed, all others are drawn from their distributions, and the model is never asked
//! about parents it has not seen. A candidate is then put back to normal: the fix is the fall of ln(q + ε), where q is the
//! probability of a target as extreme as observed. The score adds both conditions: how unusual the candidate's noise is,
//! and the fix, if it is one.
//!
//! Source: Nagalapatti, Srivastava, Sarawagi and Sharma, "Robust Root Cause Diagnosis using In-Distribution Interventions",
//! ICLR 2025, arXiv 2505.00930. The anomaly condition is theirs; they test the fix on the target's value, which here is its
//! outlier region.

use crate::error::Result;
use crate::score::ln_with_floor;
use crate::verdicts::asked::Asked;
use crate::verdicts::evidence::{Evidence, NodeEvidence};

/// An anomaly: a value that one in a hundred normal rows exceeds.
const ANOMALOUS: f64 = 4.605_170_185_988_091;

/// −ln of the tail of its noise plus the fix for each candidate, in nats; 0 for nodes that are not candidates.
pub(in crate::verdicts) fn in_distribution_fix(evidence: &Evidence, tail: Asked<'_>, floor: f64) -> Result<Vec<f64>> {
    let candidates: Vec<&str> =
        evidence.nodes.iter().filter(|node| is_candidate(evidence, node)).map(|node| node.name.as_str()).collect();
    let mut scores = vec![0.0; evidence.nodes.len()];
    if candidates.is_empty() {
        return Ok(scores);
    }
    let value = |kept: &dyn Fn(&str) -> bool| -> Result<f64> { Ok(ln_with_floor(tail.what_if(kept)?.value, floor)) };
    let as_observed = value(&|node| candidates.contains(&node))?;
    for (score, node) in scores.iter_mut().zip(&evidence.nodes) {
        if candidates.contains(&node.name.as_str()) {
            let fix = as_observed - value(&|kept| kept != node.name && candidates.contains(&kept))?;
            *score = node.noise_surprise + fix.max(0.0);
        }
    }
    Ok(scores)
}

fn is_candidate(evidence: &Evidence, node: &NodeEvidence) -> bool {
    let is_anomalous = |node: &NodeEvidence| node.surprise >= ANOMALOUS;
    is_anomalous(node) && !node.parents.iter().any(|&parent| is_anomalous(&evidence.nodes[parent]))
}
