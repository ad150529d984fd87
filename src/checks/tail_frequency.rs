//! Does the model say of values as extreme as the event what the training rows say?
//!
//! Whether a training row is in the outlier region is a coin with the model's probability, if the model is right. The two-sided
//! binomial test is a little too careful, as the model was fitted to the same rows.

use statrs::function::beta::beta_reg;

use super::facts::{Facts, ranks};
use crate::findings::{Finding, FindingKind};
use crate::score::OutlierTest;
use crate::wording::{chance, p_value, significant};

/// The probability of a finding by chance.
const SIGNIFICANCE: f64 = 0.002;
/// By what factor both must differ to matter for a score, which is a logarithm.
const MATERIAL: f64 = 1.3;
/// By how many standard errors the estimated probability may be off.
const ERRORS: f64 = 3.0;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let score = facts.score.filter(|_| facts.context.is_empty())?;
    let node = facts.wiring.node(facts.target());
    let trained = facts.trained(node)?.values();
    let Ok(OutlierTest::Region(region)) = score.feature_map.outlier_test(facts.reference(), facts.observed()) else {
        return None;
    };
    let rows = trained.len();
    let seen = ranks(trained, region.lower()).0 + ranks(trained, region.upper()).1;
    if region.lower() >= region.upper() {
        return None;
    }
    let share = seen as f64 / rows as f64;
    // The probability within its error that is nearest to what was seen; none below the floor is told from 0.
    let off = (ERRORS * score.std_error).exp();
    if off.is_nan() {
        return None;
    }
    let least = score.tail_probability / off;
    let probability = share.clamp(least, (score.tail_probability * off).max(score.floor).max(least)).min(1.0);
    let p = two_sided(seen, rows, probability);
    if p > SIGNIFICANCE || !(share > MATERIAL * probability || probability > MATERIAL * share) {
        return None;
    }
    let target = facts.name(facts.target());
    let evidence = format!(
        "The model gives values of `{target}` as extreme as {} a probability of {}, but {seen} of {rows} training rows have \
         them{} (binomial test, p = {}).",
        significant(facts.observed()),
        chance(score.tail_probability, score.floor),
        if seen > 0 { format!(", a share of {}", significant(share)) } else { String::new() },
        p_value(p.max(f64::MIN_POSITIVE))
    );
    let remedy = format!(
        "The score and its split rest on the model's probability: a mechanism of `{target}` or its causes does not fit, or a \
         common cause is missing. Evaluate the model on held-out rows, or choose other mechanisms."
    );
    Some(Finding::new(FindingKind::TailContradicted, [target.to_owned()], evidence, remedy))
}

/// The probability that a binomial count is at least as far out as this one to its side, doubled.
fn two_sided(count: usize, trials: usize, probability: f64) -> f64 {
    let upper = at_least(count, trials, probability);
    let lower = 1.0 - at_least(count + 1, trials, probability);
    (2.0 * upper.min(lower)).min(1.0)
}

/// P{K ≥ count} for a binomial count K: the regularised incomplete beta function I_p(count, trials − count + 1).
fn at_least(count: usize, trials: usize, probability: f64) -> f64 {
    if count == 0 {
        1.0
    } else if count > trials {
        0.0
    } else if probability <= 0.0 || probability >= 1.0 {
        f64::from(u8::from(probability >= 1.0))
    } else {
        beta_reg(count as f64, (trials - count + 1) as f64, probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomial_tails_are_sums_of_binomial_probabilities() {
        // Of 10 fair coins: P{K ≥ 8} = 56/1024, P{K ≤ 1} = 11/1024.
        assert!((two_sided(8, 10, 0.5) - 112.0 / 1024.0).abs() < 1e-12);
        assert!((two_sided(1, 10, 0.5) - 22.0 / 1024.0).abs() < 1e-12);
        assert_eq!(two_sided(5, 10, 0.5), 1.0);
        assert!((two_sided(0, 10, 0.3) - 2.0 * 0.7_f64.powi(10)).abs() < 1e-12);
        assert_eq!([two_sided(0, 10, 0.0), two_sided(10, 10, 1.0)], [1.0, 1.0]);
        assert_eq!([two_sided(1, 10, 0.0), two_sided(9, 10, 1.0)], [0.0, 0.0]);
    }
}
