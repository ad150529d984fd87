//! Between one fit to both tables and two separate ones, without a jump.
//!
//! A test at one level would make the answer jump where a p-value crosses it. So the answer is the mean over levels, between a tenth of the
//! asked one and the asked one, evenly on a logarithmic scale. At each level the mechanisms with smaller p-values are fitted separately
//! and all others together; so there are only as many different answers as there are p-values between, and one more.

/// The strictest level is this part of the asked one.
const STRICTEST: f64 = 0.1;

/// For which share of the levels a mechanism is taken for changed: 0 where its p-value is at least the asked level, and 1 where it is at most
/// the strictest.
pub(super) fn weight(p_value: f64, level: f64) -> f64 {
    ((level / p_value).ln() / -STRICTEST.ln()).clamp(0.0, 1.0)
}

/// Which nodes are changed at a share of the levels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decision {
    pub(super) share: f64,
    pub(super) changed: Vec<bool>,
}

/// The different decisions, and at which share of the levels each is made; the shares sum to 1.
///
/// That is Choquet's integral of the answer over the weights: continuous in them, and the plain answer where all are 0 or 1.
pub(super) fn decisions(weights: &[f64]) -> Vec<Decision> {
    let mut steps: Vec<f64> = weights.iter().copied().chain([0.0, 1.0]).collect();
    steps.sort_unstable_by(f64::total_cmp);
    steps.dedup();
    let between = |step: &[f64]| Decision {
        share: step[1] - step[0],
        changed: weights.iter().map(|&weight| weight >= step[1]).collect(),
    };
    steps.windows(2).map(between).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_fall_from_certainty_to_the_level() {
        for (p, expected) in [(0.0, 1.0), (1e-9, 1.0), (0.005, 1.0), (0.05, 0.0), (0.3, 0.0), (1.0, 0.0)] {
            assert!((weight(p, 0.05) - expected).abs() < 1e-12, "{p}");
        }
        assert!((weight(0.05 / 10.0_f64.sqrt(), 0.05) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn every_node_is_changed_at_its_share_of_the_levels() {
        let weights = [0.3, 1.0, 0.0, 0.7, 0.3];
        let found = decisions(&weights);
        assert!((found.iter().map(|decision| decision.share).sum::<f64>() - 1.0).abs() < 1e-15);
        assert_eq!(found.len(), 3);
        for (node, weight) in weights.iter().enumerate() {
            let share: f64 =
                found.iter().filter(|decision| decision.changed[node]).map(|decision| decision.share).sum();
            assert!((share - weight).abs() < 1e-15);
        }
        assert_eq!(decisions(&[]).len(), 1);
    }
}
