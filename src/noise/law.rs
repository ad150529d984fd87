//! What every family can answer about itself.

use std::fmt::Display;

/// A side of a value, the value itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Lower,
    Upper,
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
