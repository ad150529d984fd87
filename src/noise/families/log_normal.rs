//! Log-normal noise.

use super::fill::fill;
use crate::noise::check::{finite, positive};
use crate::noise::law::Law;
use crate::numeric::normal_tail::ln_normal_survival;
use crate::{Error, Result};
use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::PI;
use std::fmt;

/// The log-normal distribution, moved to start at `location`: ln(x - location) is normal.
///
/// ```text
/// density(x) = exp(-(ln(x - location) - mu)² / (2·sigma²)) / ((x - location)·sigma·√(2π)),   x > location
/// ```
///
/// `location` (finite) is in the node's unit. `mu` (finite) and `sigma` (above 0) are the mean and the standard
/// deviation of the natural logarithm: `exp(mu)` is in the node's unit, `sigma` has none. In `scipy.stats.lognorm`
/// they are `scale=exp(mu)` and `s=sigma`. The mean and the variance overflow to infinity for large `sigma`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LogNormalParameters")]
pub struct LogNormalNoise {
    location: f64,
    mu: f64,
    sigma: f64,
}

impl LogNormalNoise {
    pub(in crate::noise) fn new(location: f64, mu: f64, sigma: f64) -> Result<Self> {
        Self {
            location: finite("the location of log-normal noise", location)?,
            mu: finite("mu of log-normal noise", mu)?,
            sigma: positive("sigma of log-normal noise", sigma)?,
        }
        .checked()
    }

    /// The lower end of the range, in the node's unit.
    pub fn location(&self) -> f64 {
        self.location
    }

    /// The mean of the natural logarithm of the distance from the location.
    pub fn mu(&self) -> f64 {
        self.mu
    }

    /// The standard deviation of the natural logarithm of the distance from the location.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        fill(rng, out, &StandardNormal, |z| self.location + (self.mu + self.sigma * z).exp());
    }

    /// Minus infinity at and below the location.
    fn standardised(&self, x: f64) -> f64 {
        ((x - self.location).max(0.0).ln() - self.mu) / self.sigma
    }
}

impl Law for LogNormalNoise {
    fn family_name(&self) -> &'static str {
        "log-normal"
    }

    fn cdf(&self, x: f64) -> f64 {
        Normal::standard().cdf(self.standardised(x))
    }

    fn survival(&self, x: f64) -> f64 {
        Normal::standard().sf(self.standardised(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.location + (self.mu + self.sigma * Normal::standard().inverse_cdf(p)).exp()
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.location + (self.mu - self.sigma * Normal::standard().inverse_cdf(p)).exp()
    }

    fn mean(&self) -> f64 {
        self.location + (self.mu + 0.5 * self.sigma * self.sigma).exp()
    }

    fn variance(&self) -> f64 {
        let square = self.sigma * self.sigma;
        square.exp_m1() * (2.0 * self.mu + square).exp()
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        ln_normal_survival(-self.standardised(x))
    }

    fn ln_survival(&self, x: f64) -> f64 {
        ln_normal_survival(self.standardised(x))
    }

    fn ln_density(&self, x: f64) -> Option<f64> {
        let z = self.standardised(x);
        let inside = -0.5 * (z * z + (2.0 * PI).ln()) - self.sigma.ln() - (x - self.location).ln();
        Some(if x > self.location { inside } else { f64::NEG_INFINITY })
    }
}

/// The parameters of log-normal noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogNormalParameters {
    location: f64,
    mu: f64,
    sigma: f64,
}

impl TryFrom<LogNormalParameters> for LogNormalNoise {
    type Error = Error;

    fn try_from(saved: LogNormalParameters) -> Result<Self> {
        Self::new(saved.location, saved.mu, saved.sigma)
    }
}

impl fmt::Display for LogNormalNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log-normal(location = {}, mu = {}, sigma = {})", self.location, self.mu, self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    #[test]
    fn values_agree_with_scipy() {
        // scipy 1.15.3: d = scipy.stats.lognorm(s=0.75, loc=1, scale=numpy.exp(2)); d.cdf(x), d.sf(x); d.ppf(p);
        // d.mean(), d.var().
        let noise = LogNormalNoise::new(1.0, 2.0, 0.75).unwrap();
        for (x, cdf, survival) in [
            (1.01, 6.433086838992605e-19, 1.0),
            (2.0, 0.0038303805675897365, 0.9961696194324102),
            (8.5, 0.5079267383584177, 0.49207326164158227),
            (100.0, 0.9997300725447169, 0.0002699274552830603),
            (5000.0, 1.0, 1.823008620343004e-18),
            (1000000000.0, 1.0, 7.457801215827443e-138),
        ] {
            assert_close(noise.cdf(x), cdf, 2e-10);
            assert_close(noise.survival(x), survival, 2e-10);
        }
        for (p, expected) in [
            (1e-09, 1.0822201180891058),
            (0.1, 3.825926642454986),
            (0.5, 8.38905609893065),
            (0.999, 76.01396000576676),
            (0.999999999999, 1446.000840974847),
        ] {
            assert_close(noise.quantile(p), expected, 1e-13);
        }
        assert_close(noise.mean(), 10.788908901255894, 1e-14);
        assert_close(noise.variance(), 72.35140417475857, 1e-14);
    }

    #[test]
    fn nothing_lies_below_the_location() {
        let noise = LogNormalNoise::new(1.0, 2.0, 0.75).unwrap();
        for x in [f64::NEG_INFINITY, -5.0, 1.0] {
            assert_eq!((noise.cdf(x), noise.survival(x)), (0.0, 1.0));
        }
        assert_eq!((noise.cdf(f64::INFINITY), noise.survival(f64::INFINITY)), (1.0, 0.0));
        assert_eq!((noise.quantile(0.0), noise.quantile(1.0)), (1.0, f64::INFINITY));
    }
}
