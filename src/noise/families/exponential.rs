//! Exponential noise.

use super::fill::fill;
use crate::noise::check::{finite, positive};
use crate::noise::law::Law;
use crate::numeric::logarithms::ln_from_either;
use crate::{Error, Result};
use rand::Rng;
use rand_distr::Exp1;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The exponential distribution, moved to start at `location`.
///
/// ```text
/// density(x) = exp(-(x - location) / scale) / scale,   x >= location
/// ```
///
/// `location` (finite) is the smallest value, `scale` (above 0) the mean distance from it and the inverse of
/// the rate; both are in the node's unit. The same parameters as `scipy.stats.expon`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ExponentialParameters")]
pub struct ExponentialNoise {
    location: f64,
    scale: f64,
}

impl ExponentialNoise {
    pub(in crate::noise) fn new(location: f64, scale: f64) -> Result<Self> {
        Self {
            location: finite("the location of exponential noise", location)?,
            scale: positive("the mean of exponential noise", scale)?,
        }
        .checked()
    }

    /// The smallest value, in the node's unit.
    pub fn location(&self) -> f64 {
        self.location
    }

    /// The mean distance from the location, in the node's unit; the inverse of the rate.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        fill(rng, out, &Exp1, |z| self.location + self.scale * z);
    }

    fn standardised(&self, x: f64) -> f64 {
        ((x - self.location) / self.scale).max(0.0)
    }
}

/// The closed forms stand here themselves: `statrs` has `1 - exp(-x)` for the cdf, which is 0 for small x.
impl Law for ExponentialNoise {
    fn family_name(&self) -> &'static str {
        "exponential"
    }

    fn cdf(&self, x: f64) -> f64 {
        -(-self.standardised(x)).exp_m1()
    }

    fn survival(&self, x: f64) -> f64 {
        (-self.standardised(x)).exp()
    }

    fn quantile(&self, p: f64) -> f64 {
        self.location - self.scale * (-p).ln_1p()
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.location - self.scale * p.ln()
    }

    fn mean(&self) -> f64 {
        self.location + self.scale
    }

    fn variance(&self) -> f64 {
        self.scale * self.scale
    }

    fn std_dev(&self) -> f64 {
        self.scale
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        ln_from_either(self.cdf(x), self.survival(x))
    }

    fn ln_survival(&self, x: f64) -> f64 {
        -self.standardised(x)
    }

    fn ln_density(&self, x: f64) -> Option<f64> {
        let inside = -self.standardised(x) - self.scale.ln();
        Some(if x >= self.location { inside } else { f64::NEG_INFINITY })
    }
}

/// The parameters of exponential noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExponentialParameters {
    location: f64,
    scale: f64,
}

impl TryFrom<ExponentialParameters> for ExponentialNoise {
    type Error = Error;

    fn try_from(saved: ExponentialParameters) -> Result<Self> {
        Self::new(saved.location, saved.scale)
    }
}

impl fmt::Display for ExponentialNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exponential(location = {}, scale = {})", self.location, self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    #[test]
    fn closed_forms_hold_in_both_tails() {
        let noise = ExponentialNoise::new(0.0, 2.0).unwrap();
        assert_close(noise.survival(1_000.0), (-500.0_f64).exp(), 1e-15);
        assert_close(noise.cdf(2e-20), 1e-20, 1e-15);
        assert_close(noise.quantile(1e-20), 2e-20, 1e-15);
        assert_close(noise.median(), 2.0 * std::f64::consts::LN_2, 1e-15);
        assert_eq!((noise.mean(), noise.variance()), (2.0, 4.0));
    }

    #[test]
    fn nothing_lies_below_the_location() {
        let noise = ExponentialNoise::new(3.0, 2.0).unwrap();
        for x in [f64::NEG_INFINITY, -5.0, 3.0] {
            assert_eq!((noise.cdf(x), noise.survival(x)), (0.0, 1.0));
        }
        assert_eq!((noise.quantile(0.0), noise.quantile(1.0)), (3.0, f64::INFINITY));
        assert_eq!(noise.mean(), 5.0);
    }
}
