//! Normal noise.

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

/// The normal (Gaussian) distribution.
///
/// ```text
/// density(x) = exp(-(x - mean)² / (2·std_dev²)) / (std_dev·√(2π)),   every real x
/// ```
///
/// `mean` (finite) and `std_dev` (above 0) are in the node's unit.
///
/// Accuracy: `cdf` and `survival` are good to 1e-10 relative out to 37 standard deviations (1e-300), where they
/// leave the range of `f64`; `quantile` to 1e-15.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "NormalParameters")]
pub struct NormalNoise {
    mean: f64,
    std_dev: f64,
}

impl NormalNoise {
    pub(in crate::noise) fn new(mean: f64, std_dev: f64) -> Result<Self> {
        Self {
            mean: finite("the mean of normal noise", mean)?,
            std_dev: positive("the standard deviation of normal noise", std_dev)?,
        }
        .checked()
    }

    /// The mean, in the node's unit.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation, in the node's unit.
    pub fn std_dev(&self) -> f64 {
        self.std_dev
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        fill(rng, out, &StandardNormal, |z| self.mean + self.std_dev * z);
    }

    fn standardised(&self, x: f64) -> f64 {
        (x - self.mean) / self.std_dev
    }
}

impl Law for NormalNoise {
    fn family_name(&self) -> &'static str {
        "normal"
    }

    fn cdf(&self, x: f64) -> f64 {
        Normal::standard().cdf(self.standardised(x))
    }

    fn survival(&self, x: f64) -> f64 {
        Normal::standard().sf(self.standardised(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mean + self.std_dev * Normal::standard().inverse_cdf(p)
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.mean - self.std_dev * Normal::standard().inverse_cdf(p)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.std_dev * self.std_dev
    }

    fn std_dev(&self) -> f64 {
        self.std_dev
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        ln_normal_survival(-self.standardised(x))
    }

    fn ln_survival(&self, x: f64) -> f64 {
        ln_normal_survival(self.standardised(x))
    }

    fn ln_density(&self, x: f64) -> Option<f64> {
        let z = self.standardised(x);
        Some(-0.5 * (z * z + (2.0 * PI).ln()) - self.std_dev.ln())
    }
}

/// The parameters of normal noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NormalParameters {
    mean: f64,
    std_dev: f64,
}

impl TryFrom<NormalParameters> for NormalNoise {
    type Error = Error;

    fn try_from(saved: NormalParameters) -> Result<Self> {
        Self::new(saved.mean, saved.std_dev)
    }
}

impl fmt::Display for NormalNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "normal(mean = {}, std_dev = {})", self.mean, self.std_dev)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    #[test]
    fn tails_keep_their_relative_accuracy() {
        let noise = NormalNoise::new(10.0, 2.0).unwrap();
        // mpmath 1.3.0, mp.dps = 50: erfc(z / sqrt(2)) / 2.
        for (z, tail) in [
            (0.0, 0.5),
            (0.5, 0.3085375387259869),
            (1.0, 0.15865525393145705),
            (3.0, 0.0013498980316300946),
            (8.0, 6.220960574271784e-16),
            (20.0, 2.7536241186062337e-89),
            (37.0, 5.725571222524577e-300),
        ] {
            assert_close(noise.survival(10.0 + 2.0 * z), tail, 1e-10);
            assert_close(noise.cdf(10.0 - 2.0 * z), tail, 1e-10);
        }
    }

    #[test]
    fn quantiles_agree_with_scipy() {
        let noise = NormalNoise::new(10.0, 2.0).unwrap();
        // scipy 1.15.3: scipy.stats.norm(10, 2).ppf(p).
        for (p, expected) in [
            (1e-300, -64.0941925987224),
            (1e-20, -8.524680179596817),
            (0.01, 5.3473042519183185),
            (0.3, 8.951198974583917),
            (0.975, 13.919927969080108),
            (0.999999999999, 24.06897382009567),
        ] {
            assert_close(noise.quantile(p), expected, 1e-14);
        }
        assert_eq!((noise.quantile(0.0), noise.quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(noise.median(), 10.0);
    }
}
