//! What every family can answer about itself.

use std::fmt::Display;

/// A side of a value, the value itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Lower,
    Upper,
}

/// ln p, from p or from 1 - p, whichever is the smaller and has the digits.
pub(super) fn ln_from_either(p: f64, rest: f64) -> f64 {
    if p > 0.5 { (-rest).ln_1p() } else { p.ln() }
}

/// The probability law of one noise. `NoiseDistribution` states the contract of each answer to
/// users; here `x` is never NaN and `p` always lies in [0, 1], because the enum has checked them.
pub(super) trait Law: Display {
    /// The family's name, in lower case.
    fn family_name(&self) -> &'static str;

    /// P(N <= x).
    fn cdf(&self, x: f64) -> f64;

    /// P(N >= x), including an atom at `x`. Never `1 - cdf(x)`, which has no digits left far out.
    fn survival(&self, x: f64) -> f64;

    /// ln P(N <= x), also where the probability is too small for an `f64`.
    fn ln_cdf(&self, x: f64) -> f64;

    /// ln P(N >= x), likewise.
    fn ln_survival(&self, x: f64) -> f64;

    /// The continuous ranked probability score, ∫ (P(N <= y) - [x <= y])² dy, which is E|N - x| - E|N - N'|/2 for two
    /// independent draws.
    fn crps(&self, x: f64) -> f64;

    /// ln of the density; nothing for a distribution that has atoms.
    fn ln_density(&self, _x: f64) -> Option<f64> {
        None
    }

    /// Σ P(N <= x) or Σ P(N >= x) over many x = bound(value).
    fn sum_of_tails(&self, side: Side, values: &[f64], bound: impl Fn(f64) -> f64) -> f64
    where
        Self: Sized,
    {
        let bounds = values.iter().map(|&value| bound(value));
        match side {
            Side::Lower => bounds.map(|x| self.cdf(x)).sum(),
            Side::Upper => bounds.map(|x| self.survival(x)).sum(),
        }
    }

    /// The smallest x with `cdf(x) >= p`.
    fn quantile(&self, p: f64) -> f64;

    /// A value with half of the probability on either side.
    fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The expected value.
    fn mean(&self) -> f64;

    /// The variance.
    fn variance(&self) -> f64;
}
