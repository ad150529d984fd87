//! Half-normal noise.

use super::fill::fill;
use crate::noise::check::{finite, positive};
use crate::noise::law::Law;
use crate::numeric::logarithms::ln_from_either;
use crate::numeric::normal_tail::ln_normal_survival;
use crate::{Error, Result};
use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use statrs::function::erf::{erf, erf_inv, erfc, erfc_inv};
use std::f64::consts::{LN_2, PI, SQRT_2};
use std::fmt;

/// The half-normal distribution: `location` plus the size of a normal variable.
///
/// ```text
/// density(x) = √(2/π) · exp(-(x - location)² / (2·scale²)) / scale,   x >= location
/// ```
///
/// `location` (finite) is the smallest value, `scale` (above 0) the standard deviation of the normal variable,
/// not of this one; both are in the node's unit. The same parameters as `scipy.stats.halfnorm`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "HalfNormalParameters")]
pub struct HalfNormalNoise {
    location: f64,
    scale: f64,
}

impl HalfNormalNoise {
    pub(in crate::noise) fn new(location: f64, scale: f64) -> Result<Self> {
        Self {
            location: finite("the location of half-normal noise", location)?,
            scale: positive("the scale of half-normal noise", scale)?,
        }
        .checked()
    }

    /// The smallest value, in the node's unit.
    pub fn location(&self) -> f64 {
        self.location
    }

    /// The standard deviation of the underlying normal variable, in the node's unit.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        fill(rng, out, &StandardNormal, |z| self.location + self.scale * z.abs());
    }

    fn standardised(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
}

impl Law for HalfNormalNoise {
    fn family_name(&self) -> &'static str {
        "half-normal"
    }

    fn cdf(&self, x: f64) -> f64 {
        erf(self.standardised(x).max(0.0) / SQRT_2)
    }

    fn survival(&self, x: f64) -> f64 {
        erfc(self.standardised(x).max(0.0) / SQRT_2)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.location + self.scale * (SQRT_2 * erf_inv(p))
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.location + self.scale * (SQRT_2 * erfc_inv(p))
    }

    fn mean(&self) -> f64 {
        self.location + self.scale * (2.0 / PI).sqrt()
    }

    fn variance(&self) -> f64 {
        self.scale * self.scale * (1.0 - 2.0 / PI)
    }

    fn std_dev(&self) -> f64 {
        self.scale * (1.0 - 2.0 / PI).sqrt()
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        ln_from_either(self.cdf(x), self.survival(x))
    }

    fn ln_survival(&self, x: f64) -> f64 {
        // Rounding would make it positive at the location.
        (LN_2 + ln_normal_survival(self.standardised(x).max(0.0))).min(0.0)
    }

    fn ln_density(&self, x: f64) -> Option<f64> {
        let z = self.standardised(x);
        let inside = 0.5 * ((2.0 / PI).ln() - z * z) - self.scale.ln();
        Some(if z >= 0.0 { inside } else { f64::NEG_INFINITY })
    }
}

/// The parameters of half-normal noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HalfNormalParameters {
    location: f64,
    scale: f64,
}

impl TryFrom<HalfNormalParameters> for HalfNormalNoise {
    type Error = Error;

    fn try_from(saved: HalfNormalParameters) -> Result<Self> {
        Self::new(saved.location, saved.scale)
    }
}

impl fmt::Display for HalfNormalNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "half-normal(location = {}, scale = {})", self.location, self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    #[test]
    fn values_agree_with_scipy() {
        // scipy 1.15.3: d = scipy.stats.halfnorm(loc=1, scale=2); d.cdf(x), d.sf(x); d.mean(), d.var().
        let noise = HalfNormalNoise::new(1.0, 2.0).unwrap();
        for (x, cdf, survival) in [
            (1.0001, 3.989422802351627e-5, 0.9999601057719765),
            (1.5, 0.19741265136584743, 0.8025873486341526),
            (2.5, 0.5467452952462635, 0.4532547047537364),
            (5.0, 0.9544997361036416, 0.04550026389635839),
            (20.0, 1.0, 2.098903015072521e-21),
            (60.0, 1.0, 2.878949104458195e-191),
        ] {
            assert_close(noise.cdf(x), cdf, 1e-10);
            assert_close(noise.survival(x), survival, 1e-10);
        }
        // mpmath 1.3.0, mp.dps = 50: 1 + 2*sqrt(2)*erfinv(p). (scipy 1.15.3's ppf is off by 2e-6 at the last.)
        for (p, expected) in [
            (1e-9, 1.0000000025066282),
            (0.1, 1.251322693710148),
            (0.5, 2.3489795003921636),
            (0.999, 7.581053462983789),
            (0.999999999999, 15.261019785758545),
        ] {
            assert_close(noise.quantile(p), expected, 1e-15);
        }
        assert_close(noise.mean(), 2.5957691216057306, 1e-14);
        assert_close(noise.variance(), 1.4535209105296745, 1e-14);
    }

    #[test]
    fn nothing_lies_below_the_location() {
        let noise = HalfNormalNoise::new(1.0, 2.0).unwrap();
        for x in [f64::NEG_INFINITY, -5.0, 1.0] {
            assert_eq!((noise.cdf(x), noise.survival(x)), (0.0, 1.0));
        }
        assert_eq!((noise.quantile(0.0), noise.quantile(1.0)), (1.0, f64::INFINITY));
    }
}
