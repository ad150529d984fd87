//! The distribution of one node's noise, of whichever family.

use super::check::invalid;
use super::families::{
    ConstantNoise, EmpiricalDistribution, ExponentialNoise, GammaNoise, HalfNormalNoise, LogNormalNoise, NormalNoise,
    TailedDistribution, UniformNoise,
};
use super::law::{Law, Side};
use crate::Result;
use crate::numeric::gamma::quantile_table::WORTH_A_TABLE;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The distribution of one node's noise.
///
/// Parameters are checked on construction and cannot be changed afterwards, so that every value of this type is
/// a proper distribution; a saved one is checked again when it is loaded. To estimate one from data, see
/// [`NoiseFamily::fit`](crate::NoiseFamily::fit).
///
/// A family with a natural origin (half-normal, exponential, gamma, log-normal) starts at 0; [`shifted_by`] moves it.
///
/// ```
/// use etiology::NoiseDistribution;
///
/// // A retry costs 200 ms, and then 50 ms on average.
/// let retry = NoiseDistribution::exponential(50.0)?.shifted_by(200.0)?;
/// assert_eq!(retry.mean(), 250.0);
/// assert_eq!(retry.survival(200.0), 1.0);
/// assert!((retry.survival(300.0) - (-2.0_f64).exp()).abs() < 1e-15);
/// # Ok::<(), etiology::Error>(())
/// ```
///
/// [`shifted_by`]: Self::shifted_by
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "ScipyDistribution")]
pub enum NoiseDistribution {
    /// A point mass: noise of zero variance.
    Constant(ConstantNoise),
    /// The observed values, each equally likely.
    Empirical(EmpiricalDistribution),
    /// Normal noise.
    Normal(NormalNoise),
    /// Half-normal noise.
    HalfNormal(HalfNormalNoise),
    /// Exponential noise.
    Exponential(ExponentialNoise),
    /// Gamma noise.
    Gamma(GammaNoise),
    /// Log-normal noise.
    LogNormal(LogNormalNoise),
    /// Uniform noise.
    Uniform(UniformNoise),
    /// The observed values, each equally likely, with modelled tails.
    Tailed(TailedDistribution),
}

/// Construction. Every constructor returns [`Error::InvalidParameter`](crate::Error::InvalidParameter) for a
/// parameter that is NaN, infinite or outside its range, naming it.
impl NoiseDistribution {
    /// A point mass at `value`, in the node's unit. See [`ConstantNoise`].
    pub fn constant(value: f64) -> Result<Self> {
        ConstantNoise::new(value).map(Self::Constant)
    }

    /// The empirical distribution of `values`, in the node's unit and in any order. See [`EmpiricalDistribution`].
    ///
    /// # Errors
    ///
    /// [`Error::Empty`](crate::Error::Empty) without values, and
    /// [`Error::NonFiniteValue`](crate::Error::NonFiniteValue) for NaN or an infinity.
    pub fn empirical(values: &[f64]) -> Result<Self> {
        EmpiricalDistribution::new(values.to_vec()).map(Self::Empirical)
    }

    /// Normal noise; `mean` and `std_dev` (above 0) in the node's unit. See [`NormalNoise`].
    #[doc(alias = "gaussian")]
    pub fn normal(mean: f64, std_dev: f64) -> Result<Self> {
        NormalNoise::new(mean, std_dev).map(Self::Normal)
    }

    /// Half-normal noise from `location` upwards; `scale` (above 0) is the standard deviation of the underlying normal
    /// variable. Both in the node's unit. See [`HalfNormalNoise`].
    pub fn half_normal(location: f64, scale: f64) -> Result<Self> {
        HalfNormalNoise::new(location, scale).map(Self::HalfNormal)
    }

    /// Exponential noise from 0 upwards with this `mean` (above 0), in the node's unit. See [`ExponentialNoise`].
    pub fn exponential(mean: f64) -> Result<Self> {
        ExponentialNoise::new(0.0, mean).map(Self::Exponential)
    }

    /// Gamma noise from 0 upwards with mean `shape·scale`; `shape` (above 0, at most 1e4) has no unit, `scale`
    /// (above 0) is in the node's. See [`GammaNoise`].
    pub fn gamma(shape: f64, scale: f64) -> Result<Self> {
        GammaNoise::new(0.0, shape, scale).map(Self::Gamma)
    }

    /// Log-normal noise from 0 upwards; `mu` and `sigma` (above 0) are the mean and standard deviation of its natural
    /// logarithm. See [`LogNormalNoise`].
    pub fn log_normal(mu: f64, sigma: f64) -> Result<Self> {
        LogNormalNoise::new(0.0, mu, sigma).map(Self::LogNormal)
    }

    /// Uniform noise between `low` and `high` (`low < high`), in the node's unit. See [`UniformNoise`].
    pub fn uniform(low: f64, high: f64) -> Result<Self> {
        UniformNoise::new(low, high).map(Self::Uniform)
    }

    /// The distribution of the noise plus the constant `shift`, in the node's unit.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) or
    /// [`Error::NonFiniteValue`](crate::Error::NonFiniteValue) where `shift` is not finite, or takes a parameter out
    /// of its range.
    pub fn shifted_by(self, shift: f64) -> Result<Self> {
        match self {
            Self::Constant(noise) => Self::constant(noise.value() + shift),
            Self::Empirical(noise) => {
                EmpiricalDistribution::new(noise.values().iter().map(|value| value + shift).collect())
                    .map(Self::Empirical)
            }
            Self::Normal(noise) => Self::normal(noise.mean() + shift, noise.std_dev()),
            Self::HalfNormal(noise) => Self::half_normal(noise.location() + shift, noise.scale()),
            Self::Exponential(noise) => {
                ExponentialNoise::new(noise.location() + shift, noise.scale()).map(Self::Exponential)
            }
            Self::Gamma(noise) => {
                GammaNoise::new(noise.location() + shift, noise.shape(), noise.scale()).map(Self::Gamma)
            }
            Self::LogNormal(noise) => {
                LogNormalNoise::new(noise.location() + shift, noise.mu(), noise.sigma()).map(Self::LogNormal)
            }
            Self::Uniform(noise) => Self::uniform(noise.low() + shift, noise.high() + shift),
            Self::Tailed(noise) => noise.shifted_by(shift).map(Self::Tailed),
        }
    }
}

/// Samples, probabilities and moments.
impl NoiseDistribution {
    /// Fills `out` with independent draws, in the node's unit.
    ///
    /// The draws depend on the state of `rng` and on nothing else. One draw costs a few nanoseconds.
    pub fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        match self {
            Self::Constant(noise) => out.fill(noise.value()),
            Self::Empirical(noise) => noise.sample_into(rng, out),
            Self::Normal(noise) => noise.sample_into(rng, out),
            Self::HalfNormal(noise) => noise.sample_into(rng, out),
            Self::Exponential(noise) => noise.sample_into(rng, out),
            Self::Gamma(noise) => noise.sample_into(rng, out),
            Self::LogNormal(noise) => noise.sample_into(rng, out),
            Self::Uniform(noise) => noise.sample_into(rng, out),
            Self::Tailed(noise) => noise.sample_into(rng, out),
        }
    }

    /// Replaces numbers p, all within (0, 1), by the noise's quantiles: if they are uniform, this draws the noise.
    pub(crate) fn replace_by_quantiles(&self, points: &mut [f64]) {
        match self {
            Self::Constant(noise) => points.fill(noise.value()),
            Self::Empirical(noise) => noise.replace_by_quantiles(points),
            Self::Tailed(noise) => noise.replace_by_quantiles(points),
            Self::Gamma(noise) if points.len() >= WORTH_A_TABLE => noise.replace_by_quantiles(points),
            _ => {
                let law = self.law();
                points.iter_mut().for_each(|point| *point = law.quantile(*point));
            }
        }
    }

    /// P(N <= x), the distribution function; NaN for NaN.
    pub fn cdf(&self, x: f64) -> f64 {
        if x.is_nan() { f64::NAN } else { self.law().cdf(x) }
    }

    /// P(N >= x), the probability of being **at least** `x`; NaN for NaN.
    ///
    /// It includes `x` itself, where the survival function of other libraries is P(N > x). For continuous families this
    /// is the same and `cdf(x) + survival(x)` is 1; at a value of an empirical distribution the two sum to more, by
    /// that value's probability. Far out it keeps its relative accuracy, which `1 - cdf(x)` does not.
    #[doc(alias = "sf")]
    pub fn survival(&self, x: f64) -> f64 {
        if x.is_nan() { f64::NAN } else { self.law().survival(x) }
    }

    /// ln P(N <= x), in nats; minus infinity only where that is impossible, NaN for NaN.
    ///
    /// It keeps its accuracy where [`cdf`](Self::cdf) leaves the range of `f64`, below 1e-308: for normal noise at a
    /// hundred standard deviations and more.
    #[doc(alias = "logcdf")]
    pub fn log_cdf(&self, x: f64) -> f64 {
        if x.is_nan() { f64::NAN } else { self.law().ln_cdf(x) }
    }

    /// ln P(N >= x), in nats, as [`log_cdf`](Self::log_cdf) to the other side; it includes `x` itself as
    /// [`survival`](Self::survival) does.
    #[doc(alias = "logsf")]
    pub fn log_survival(&self, x: f64) -> f64 {
        if x.is_nan() { f64::NAN } else { self.law().ln_survival(x) }
    }

    /// Whether `x` lies beyond all values that the noise was fitted to, so that any probability of such values rests on
    /// the assumed tail alone. Only empirical and tailed noise remember their values; for all others it is `false`.
    pub fn is_extrapolated(&self, x: f64) -> bool {
        self.seen().is_some_and(|(smallest, largest)| x < smallest || x > largest)
    }

    /// The smallest and the largest of the values that the noise was fitted to; `None` where they are not remembered.
    pub(crate) fn seen(&self) -> Option<(f64, f64)> {
        self.observed().map(|observed| (observed.smallest(), observed.largest()))
    }

    /// The values that the noise was fitted to; `None` where they are not remembered.
    pub(crate) fn observed(&self) -> Option<&EmpiricalDistribution> {
        match self {
            Self::Empirical(noise) => Some(noise),
            Self::Tailed(noise) => Some(noise.observed()),
            _ => None,
        }
    }

    /// Whether the noise has a tail heavier than exponential by construction: one that no lattice holds.
    pub(crate) fn has_heavy_tail(&self) -> bool {
        matches!(self, Self::Tailed(noise) if noise.has_heavy_tail())
    }

    /// Whether sums of such noises, independent and weighted, are normal or constant again.
    pub(crate) fn is_normal_or_constant(&self) -> bool {
        matches!(self, Self::Normal(_) | Self::Constant(_))
    }

    /// Σ P(N <= x) or Σ P(N >= x) over many x = bound(value), none of them NaN: what attribution spends its time on.
    pub(crate) fn sum_of_tails(&self, side: Side, values: &[f64], bound: impl Fn(f64) -> f64) -> f64 {
        match self {
            Self::Constant(noise) => noise.sum_of_tails(side, values, bound),
            Self::Empirical(noise) => noise.sum_of_shares(side, values, bound),
            Self::Normal(noise) => noise.sum_of_tails(side, values, bound),
            Self::HalfNormal(noise) => noise.sum_of_tails(side, values, bound),
            Self::Exponential(noise) => noise.sum_of_tails(side, values, bound),
            Self::Gamma(noise) => noise.sum_of_tails(side, values, bound),
            Self::LogNormal(noise) => noise.sum_of_tails(side, values, bound),
            Self::Uniform(noise) => noise.sum_of_tails(side, values, bound),
            Self::Tailed(noise) => noise.sum_of_tails(side, values, bound),
        }
    }

    /// The probability of a value at least as extreme as `x` to its own side, doubled for the other side:
    ///
    /// ```text
    /// min(1, 2·min(P(N <= x), P(N >= x)))
    /// ```
    ///
    /// A two-sided p-value for `x`, and so, as its negative logarithm, the score of a node's noise given its parents.
    /// It is 0 where `x` is impossible, and also at the very end of a family with a density (such as the location of an
    /// exponential distribution). NaN for NaN.
    pub fn two_sided_tail(&self, x: f64) -> f64 {
        let doubled = 2.0 * self.cdf(x).min(self.survival(x));
        // Not f64::min, which would turn NaN into 1.
        if doubled > 1.0 { 1.0 } else { doubled }
    }

    /// The logarithm of [`two_sided_tail`](Self::two_sided_tail), in nats, also where that is too small for an `f64`.
    pub fn log_two_sided_tail(&self, x: f64) -> f64 {
        let doubled = std::f64::consts::LN_2 + self.log_cdf(x).min(self.log_survival(x));
        if doubled > 0.0 { 0.0 } else { doubled }
    }

    /// The smallest x with `cdf(x) >= p`: the inverse of the distribution function, in the node's unit.
    ///
    /// `quantile(0)` and `quantile(1)` are the ends of the range, infinite where it is unbounded.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) if `p` is NaN or outside [0, 1].
    #[doc(alias = "inverse_cdf")]
    #[doc(alias = "ppf")]
    pub fn quantile(&self, p: f64) -> Result<f64> {
        if (0.0..=1.0).contains(&p) {
            Ok(self.law().quantile(p))
        } else {
            Err(invalid("the probability of a quantile", "within [0, 1]", p))
        }
    }

    /// A value beyond which, to the given side, there is the probability p, which lies within (0, 1).
    pub(crate) fn quantile_from(&self, side: Side, p: f64) -> f64 {
        match side {
            Side::Lower => self.law().quantile(p),
            Side::Upper => self.law().upper_quantile(p),
        }
    }

    /// The smallest and the largest value, infinite where there is none.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.law().quantile(0.0), self.law().quantile(1.0))
    }

    /// The median, in the node's unit. For an even number of empirical values it lies midway between the two middle
    /// ones, as is customary, where `quantile(0.5)` is the lower of them.
    pub fn median(&self) -> f64 {
        self.law().median()
    }

    /// The expected value, in the node's unit. Infinite only where it exceeds the range of `f64`.
    pub fn mean(&self) -> f64 {
        self.law().mean()
    }

    /// The variance, in the square of the node's unit; for an empirical distribution the mean square (1/n).
    /// Infinite or 0 where it leaves the range of `f64`: ask [`is_degenerate`](Self::is_degenerate) whether the noise
    /// varies at all.
    pub fn variance(&self) -> f64 {
        self.law().variance()
    }

    /// The standard deviation, in the node's unit: 0 or infinite only where it leaves the range of `f64` itself.
    pub(crate) fn std_dev(&self) -> f64 {
        self.law().std_dev()
    }

    /// Whether the noise has zero variance, that is, only one possible value.
    pub fn is_degenerate(&self) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::Empirical(noise) => noise.smallest() == noise.largest(),
            Self::Tailed(noise) => noise.observed().smallest() == noise.observed().largest(),
            _ => false,
        }
    }

    /// The probability of the likeliest single value; 0 for a distribution with a density.
    pub(crate) fn largest_atom(&self) -> f64 {
        match self {
            Self::Constant(_) => 1.0,
            Self::Empirical(noise) => noise.largest_atom(),
            Self::Tailed(noise) => noise.largest_atom(),
            _ => 0.0,
        }
    }

    /// How likely two independent draws are the same, as far as the values are counted or rounded: 0 for a distribution with
    /// a density, and for values seen that are all different and on no lattice.
    pub(crate) fn coincidence(&self) -> f64 {
        match self {
            Self::Constant(_) => 1.0,
            Self::Empirical(noise) => noise.coincidence(),
            Self::Tailed(noise) => noise.observed().coincidence(),
            _ => 0.0,
        }
    }

    /// The family's name: `"constant"`, `"empirical"`, `"normal"`, `"half-normal"`, `"exponential"`, `"gamma"`,
    /// `"log-normal"`, `"uniform"` or `"tailed"`.
    pub fn family_name(&self) -> &'static str {
        self.law().family_name()
    }

    /// The natural logarithm of the density at `x`; `None` for a distribution that has atoms.
    pub(crate) fn ln_density(&self, x: f64) -> Option<f64> {
        self.law().ln_density(x)
    }

    fn law(&self) -> &dyn Law {
        match self {
            Self::Constant(noise) => noise,
            Self::Empirical(noise) => noise,
            Self::Normal(noise) => noise,
            Self::HalfNormal(noise) => noise,
            Self::Exponential(noise) => noise,
            Self::Gamma(noise) => noise,
            Self::LogNormal(noise) => noise,
            Self::Uniform(noise) => noise,
            Self::Tailed(noise) => noise,
        }
    }
}

/// The family and its parameters, such as `normal(mean = 0, std_dev = 1)`.
impl fmt::Display for NoiseDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.law().fmt(f)
    }
}

#[cfg(test)]
mod far_out_tests;
#[cfg(test)]
mod saved_tests;
#[cfg(test)]
mod tests;
