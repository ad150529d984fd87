//! Outlier regions.

use crate::noise::{NoiseDistribution, Side};
use crate::numeric::logarithms::ln_sum_exp;

/// The values at least as extreme as an observed one: {y ≤ lower} ∪ {y ≥ upper}.
///
/// Every usual measure of extremeness of a scalar turns "at least as extreme as x" into such a region, so a tail
/// probability is one probability of one set, whatever the measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutlierRegion {
    lower: f64,
    upper: f64,
}

impl OutlierRegion {
    /// {y ≥ value}
    pub fn upper_tail(value: f64) -> Self {
        Self { lower: f64::NEG_INFINITY, upper: value }
    }

    /// {y ≤ value}
    pub fn lower_tail(value: f64) -> Self {
        Self { lower: value, upper: f64::INFINITY }
    }

    /// {y ≤ lower} ∪ {y ≥ upper}
    pub fn two_sided(lower: f64, upper: f64) -> Self {
        Self { lower, upper }
    }

    /// Where the lower part ends; −∞ if there is none.
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// Where the upper part begins; ∞ if there is none.
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// Whether a value lies in the region, its bounds included.
    pub fn contains(&self, value: f64) -> bool {
        // Not short-circuited, so that counting a column needs no branches.
        (value <= self.lower) | (value >= self.upper)
    }

    /// Whether every value lies in the region.
    pub(crate) fn is_everything(&self) -> bool {
        self.lower >= self.upper
    }

    /// P{X in the region}
    pub(crate) fn probability(&self, distribution: &NoiseDistribution) -> f64 {
        self.sum_of_probabilities(&[0.0], 1.0, 0.0, distribution)
    }

    /// Σ P{value + effect · (N − observed) in the region} over values, for a noise N and an effect other than 0.
    pub(crate) fn sum_of_probabilities(
        &self,
        values: &[f64],
        effect: f64,
        observed: f64,
        noise: &NoiseDistribution,
    ) -> f64 {
        if self.is_everything() {
            return values.len() as f64;
        }
        let per_effect = 1.0 / effect;
        let part = |bound: f64, upwards: bool| {
            if bound.is_infinite() {
                return 0.0;
            }
            let side = if upwards == (effect > 0.0) { Side::Upper } else { Side::Lower };
            noise.sum_of_tails(side, values, |value| observed + (bound - value) * per_effect)
        };
        part(self.lower, false) + part(self.upper, true)
    }

    /// ln P{value + effect · (N − observed) in the region} for a noise N and an effect other than 0, also where the
    /// probability is too small for an `f64`.
    pub(crate) fn ln_probability_at(&self, value: f64, effect: f64, observed: f64, noise: &NoiseDistribution) -> f64 {
        if self.is_everything() {
            return 0.0;
        }
        let part = |bound: f64, upwards: bool| {
            if bound.is_infinite() {
                return f64::NEG_INFINITY;
            }
            let x = observed + (bound - value) / effect;
            if upwards == (effect > 0.0) { noise.log_survival(x) } else { noise.log_cdf(x) }
        };
        // Rounding can make the sum of two parts exceed a probability of 1.
        ln_sum_exp(part(self.lower, false), part(self.upper, true)).min(0.0)
    }

    /// The region less a part that no value between these bounds is in: what is out of reach need not be looked for.
    pub(crate) fn within(self, (low, high): (f64, f64)) -> Self {
        let lower = if self.lower < low { f64::NEG_INFINITY } else { self.lower };
        let upper = if self.upper > high { f64::INFINITY } else { self.upper };
        Self { lower, upper }
    }

    /// The region of values plus `shift`.
    pub(crate) fn shifted_by(self, shift: f64) -> Self {
        Self { lower: self.lower + shift, upper: self.upper + shift }
    }

    /// The region with both parts reaching inwards by `slack`, so that a value that differs from a bound by
    /// rounding is in it.
    pub(crate) fn widened(self, slack: f64) -> Self {
        Self { lower: self.lower + slack, upper: self.upper - slack }
    }
}
