//! The questions that every family of noise answers about itself.

use super::check::invalid;
use crate::Result;
use std::fmt::Display;

/// The probability of the values furthest out that a noise must have.
const FAR_OUT: f64 = 1e-12;

/// A side of a value, the value itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The values up to it.
    Lower,
    /// The values from it on.
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

    /// ln P(N <= x), also where the probability is too small for an `f64`.
    fn ln_cdf(&self, x: f64) -> f64;

    /// ln P(N >= x), also where the probability is too small for an `f64`.
    fn ln_survival(&self, x: f64) -> f64;

    /// The natural logarithm of the density at `x`; `None` for a distribution that has atoms.
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

    /// A value beyond which, upwards, there is the probability p: [`quantile`](Self::quantile) of 1 − p, also where 1 − p has
    /// no digits left. Families whose upper tail has no closed form keep to those.
    fn upper_quantile(&self, p: f64) -> f64 {
        self.quantile((1.0 - p).min(1.0 - f64::EPSILON / 2.0))
    }

    /// A value with half of the probability on either side.
    fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The law itself, if its values are numbers: finite parameters may still come to a median that no `f64` holds.
    fn checked(self) -> Result<Self>
    where
        Self: Sized,
    {
        let quantiles = [FAR_OUT, 0.5, 1.0 - FAR_OUT].map(|p| self.quantile(p));
        match quantiles.into_iter().find(|quantile| !quantile.is_finite()) {
            None => Ok(self),
            Some(found) => Err(invalid("a quantile of a noise distribution", "finite", found)),
        }
    }

    /// The expected value.
    fn mean(&self) -> f64;

    /// The variance.
    fn variance(&self) -> f64;

    /// The standard deviation, also where its square leaves the range of `f64`.
    fn std_dev(&self) -> f64 {
        self.variance().sqrt()
    }
}
