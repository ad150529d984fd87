//! Which family of distributions to fit, and how to get from there to a distribution.

use super::check::finite;
use super::parametric::{ExponentialNoise, GammaNoise, LARGEST_SHAPE, LogNormalNoise};
use super::tailed::{TailConfig, TailedDistribution};
use super::{NoiseDistribution, likelihood, moments};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a half-normal or exponential distribution starts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Location {
    /// At this value, in the node's unit, which no value may lie below.
    Given(f64),
    /// At the smallest value fitted to, which is the maximum-likelihood estimate. The smallest value then has
    /// `cdf` 0, and no later value below it is thought possible.
    SmallestValue,
}

/// The family of distributions to fit to a node's noise, before it is fitted.
///
/// ```
/// use etiology::NoiseFamily;
///
/// let latencies = [12.0, 15.5, 11.2, 48.0, 13.9, 17.3];
/// let noise = NoiseFamily::gamma().fit(&latencies, "the noise of node `db`")?;
/// assert!((noise.mean() - 19.65).abs() < 1e-12);
/// assert_eq!(noise.family_name(), "gamma");
///
/// let error = NoiseFamily::gamma().fit(&[-0.5, 1.0], "the noise of node `db`").unwrap_err();
/// assert!(error.to_string().contains("the noise of node `db`"));
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "ScipyDistribution")]
#[doc(alias = "StochasticModel")]
pub enum NoiseFamily {
    /// The values themselves, each equally likely; assumes nothing, and knows nothing beyond the largest value.
    Empirical,
    /// Normal: the sample mean and the root mean square deviation from it (1/n).
    Normal,
    /// Half-normal: the scale is the root mean square distance from the location.
    HalfNormal {
        /// Where the distribution starts.
        location: Location,
    },
    /// Exponential: the scale is the mean distance from the location.
    Exponential {
        /// Where the distribution starts.
        location: Location,
    },
    /// Gamma: ln k - digamma(k) = ln(mean) - mean(ln) of the distances from the location gives the shape k, and mean/k
    /// the scale. Source: T. P. Minka, "Estimating a Gamma distribution", 2002.
    Gamma {
        /// Where the distribution starts, in the node's unit; every value must lie above it.
        location: f64,
    },
    /// Log-normal: the mean and the standard deviation (1/n) of the logarithm of the distance from the location.
    LogNormal {
        /// Where the distribution starts, in the node's unit; every value must lie above it.
        location: f64,
    },
    /// Uniform: from the smallest to the largest value. No later value outside is thought possible.
    Uniform,
    /// The values themselves, and a modelled tail on either side where there are values enough for one and no natural
    /// edge: see [`TailConfig`] and [`TailedDistribution`].
    Tailed(TailConfig),
    /// The parametric family under which the values are most likely, with a penalty for parameters; see
    /// [`choose`](Self::choose), which also tells which and by how much.
    MostLikely,
}

impl NoiseFamily {
    /// The values with a tail on either side, chosen from the data.
    pub fn tailed() -> Self {
        Self::Tailed(TailConfig::default())
    }

    /// Half-normal from 0 upwards.
    pub fn half_normal() -> Self {
        Self::HalfNormal { location: Location::Given(0.0) }
    }

    /// Exponential from 0 upwards.
    pub fn exponential() -> Self {
        Self::Exponential { location: Location::Given(0.0) }
    }

    /// Gamma from 0 upwards.
    pub fn gamma() -> Self {
        Self::Gamma { location: 0.0 }
    }

    /// Log-normal from 0 upwards.
    pub fn log_normal() -> Self {
        Self::LogNormal { location: 0.0 }
    }

    /// The member of this family under which `values` are most likely: its maximum-likelihood estimate.
    ///
    /// `values` are in the node's unit; `what` says what they are in error messages, such as "the noise of node `db`".
    /// Locations are never estimated except as [`Location::SmallestValue`]: for gamma and log-normal distributions the
    /// likelihood need not have a maximum in the location. Cost: O(n), for the empirical family O(n log n).
    ///
    /// # Errors
    ///
    /// - [`Error::Empty`] without values, [`Error::NonFiniteValue`] for NaN or an infinity;
    /// - for every family but the empirical and the tailed, [`Error::TooFewRows`] for a single value and [`Error::ConstantValues`]
    ///   if all are equal (use [`NoiseDistribution::constant`] where that is meant);
    /// - [`Error::OutsideSupport`] for a value below the location (gamma and log-normal: at or below), and for values
    ///   so close together, seen from the location, that a gamma distribution's shape would exceed 1e4;
    /// - [`Error::InvalidParameter`] for a location that is not finite, a share of a tail outside (0, ¼], or where an estimate overflows.
    pub fn fit(&self, values: &[f64], what: &str) -> Result<NoiseDistribution> {
        check_values(values, what)?;
        if !matches!(self, Self::Empirical | Self::Tailed(_)) {
            check_spread(values, what)?;
        }
        let (low, high) = moments::range(values);
        match *self {
            Self::Empirical => NoiseDistribution::empirical(values),
            Self::Normal => {
                let (mean, std_dev) = likelihood::normal(values);
                NoiseDistribution::normal(mean, std_dev)
            }
            Self::HalfNormal { location } => {
                let location = self.start(location, low, what)?;
                NoiseDistribution::half_normal(location, likelihood::half_normal_scale(values, location))
            }
            Self::Exponential { location } => {
                let location = self.start(location, low, what)?;
                let scale = likelihood::exponential_scale(values, location);
                ExponentialNoise::new(location, scale).map(NoiseDistribution::Exponential)
            }
            Self::Gamma { location } => self.fit_gamma(values, location, low, what),
            Self::LogNormal { location } => {
                self.check_above(location, low, what)?;
                let (mu, sigma) = likelihood::log_normal(values, location);
                LogNormalNoise::new(location, mu, sigma).map(NoiseDistribution::LogNormal)
            }
            Self::Uniform => NoiseDistribution::uniform(low, high),
            Self::MostLikely => Self::choose(values, what).map(|choice| choice.distribution),
            Self::Tailed(config) => TailedDistribution::fit(values.to_vec(), &config).map(NoiseDistribution::Tailed),
        }
    }

    fn fit_gamma(&self, values: &[f64], location: f64, low: f64, what: &str) -> Result<NoiseDistribution> {
        self.check_above(location, low, what)?;
        let (shape, scale) = likelihood::gamma(values, location);
        if shape > LARGEST_SHAPE {
            let requirement =
                format!("values must spread over more than 1% of their distance from {location} (use a normal one)");
            return Err(self.outside(what, requirement, low));
        }
        GammaNoise::new(location, shape, scale).map(NoiseDistribution::Gamma)
    }

    /// The location of a family whose smallest value is part of its range.
    fn start(&self, location: Location, low: f64, what: &str) -> Result<f64> {
        match location {
            Location::SmallestValue => Ok(low),
            Location::Given(given) if low < finite("the location of a noise family", given)? => {
                Err(self.outside(what, format!("no value may lie below its location {given}"), low))
            }
            Location::Given(given) => Ok(given),
        }
    }

    /// The same for a family whose density is 0 or infinite at its location.
    fn check_above(&self, location: f64, low: f64, what: &str) -> Result<()> {
        if low <= finite("the location of a noise family", location)? {
            return Err(self.outside(what, format!("all values must lie above its location {location}"), low));
        }
        Ok(())
    }

    fn outside(&self, what: &str, requirement: String, found: f64) -> Error {
        Error::OutsideSupport { what: format!("a {self} distribution of {what}"), requirement, found }
    }
}

/// The family's name, as [`NoiseDistribution::family_name`] gives it; `most likely` where that is still to be chosen.
impl fmt::Display for NoiseFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empirical => "empirical",
            Self::Normal => "normal",
            Self::HalfNormal { .. } => "half-normal",
            Self::Exponential { .. } => "exponential",
            Self::Gamma { .. } => "gamma",
            Self::LogNormal { .. } => "log-normal",
            Self::Uniform => "uniform",
            Self::Tailed(_) => "tailed",
            Self::MostLikely => "most likely",
        })
    }
}

fn check_values(values: &[f64], what: &str) -> Result<()> {
    if values.is_empty() {
        return Err(Error::Empty { what: what.to_owned(), expected: "value" });
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(position) => Err(Error::NonFiniteValue {
            what: format!("the value at position {position} of {what}"),
            found: values[position],
        }),
    }
}

/// One value, or several equal ones, tell nothing of a spread.
fn check_spread(values: &[f64], what: &str) -> Result<()> {
    if values.len() < 2 {
        return Err(Error::TooFewRows { what: what.to_owned(), needed: 2, found: values.len() });
    }
    let (low, high) = moments::range(values);
    if low == high {
        return Err(Error::ConstantValues { what: what.to_owned(), value: low, count: values.len() });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
