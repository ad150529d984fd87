//! Which family of distributions to fit.

use super::tail::TailConfig;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The start of a half-normal or exponential distribution.
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
        /// The smallest possible value.
        location: Location,
    },
    /// Exponential: the scale is the mean distance from the location.
    Exponential {
        /// The smallest possible value.
        location: Location,
    },
    /// Gamma: ln k - digamma(k) = ln(mean) - mean(ln) of the distances from the location gives the shape k, and mean/k
    /// the scale. Source: T. P. Minka, "Estimating a Gamma distribution", 2002.
    Gamma {
        /// The lower end of the range, in the node's unit; every value must lie above it.
        location: f64,
    },
    /// Log-normal: the mean and the standard deviation (1/n) of the logarithm of the distance from the location.
    LogNormal {
        /// The lower end of the range, in the node's unit; every value must lie above it.
        location: f64,
    },
    /// Uniform: from the smallest to the largest value. No later value outside is thought possible.
    Uniform,
    /// The values themselves, and a modelled tail on either side where there are values enough for one and no natural
    /// edge: see [`TailConfig`] and [`TailedDistribution`](crate::noise::TailedDistribution).
    Tailed(TailConfig),
    /// The parametric family under which the values are most likely, with a penalty for parameters; see
    /// [`choose`](Self::choose), which also tells which and by how much.
    MostLikely,
}

impl NoiseFamily {
    /// The values with a modelled tail on either side where the data allow one: [`Tailed`](Self::Tailed) with the default
    /// configuration.
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
}

/// The family's name, as [`NoiseDistribution::family_name`](crate::NoiseDistribution::family_name) gives it; `most likely` where that is still to be chosen.
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
