//! Uniform noise.

use super::fill::fill;
use crate::noise::check::{finite, invalid};
use crate::noise::law::Law;
use crate::numeric::logarithms::ln_from_either;
use crate::{Error, Result};
use rand::Rng;
use rand_distr::StandardUniform;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The uniform distribution.
///
/// ```text
/// density(x) = 1 / (high - low),   low <= x <= high
/// ```
///
/// `low` and `high` (finite, `low < high`) are in the node's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UniformParameters")]
pub struct UniformNoise {
    low: f64,
    high: f64,
}

impl UniformNoise {
    pub(in crate::noise) fn new(low: f64, high: f64) -> Result<Self> {
        let low = finite("the lower end of uniform noise", low)?;
        let high = finite("the upper end of uniform noise", high)?;
        let width = high - low;
        if !(width > 0.0 && width.is_finite()) {
            return Err(invalid("the upper minus the lower end of uniform noise", "finite and above 0", width));
        }
        Self { low, high }.checked()
    }

    /// The smallest value, in the node's unit.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The largest value, in the node's unit.
    pub fn high(&self) -> f64 {
        self.high
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        fill(rng, out, &StandardUniform, |p| self.quantile(p));
    }

    fn width(&self) -> f64 {
        self.high - self.low
    }
}

impl Law for UniformNoise {
    fn family_name(&self) -> &'static str {
        "uniform"
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / self.width()).clamp(0.0, 1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        ((self.high - x) / self.width()).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        // Measured from the nearer end, so that both ends are met exactly and no rounding leaves the range.
        if p <= 0.5 { self.low + p * self.width() } else { self.high - (1.0 - p) * self.width() }
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        if p <= 0.5 { self.high - p * self.width() } else { self.low + (1.0 - p) * self.width() }
    }

    fn mean(&self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    fn variance(&self) -> f64 {
        self.width() * self.width() / 12.0
    }

    fn std_dev(&self) -> f64 {
        self.width() / 12_f64.sqrt()
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        ln_from_either(self.cdf(x), self.survival(x))
    }

    fn ln_survival(&self, x: f64) -> f64 {
        ln_from_either(self.survival(x), self.cdf(x))
    }

    fn ln_density(&self, x: f64) -> Option<f64> {
        Some(if self.low <= x && x <= self.high { -self.width().ln() } else { f64::NEG_INFINITY })
    }
}

/// The parameters of uniform noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UniformParameters {
    low: f64,
    high: f64,
}

impl TryFrom<UniformParameters> for UniformNoise {
    type Error = Error;

    fn try_from(saved: UniformParameters) -> Result<Self> {
        Self::new(saved.low, saved.high)
    }
}

impl fmt::Display for UniformNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "uniform(low = {}, high = {})", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    #[test]
    fn closed_forms_hold() {
        let noise = UniformNoise::new(-1.0, 3.0).unwrap();
        for (x, cdf) in [(-2.0, 0.0), (-1.0, 0.0), (0.0, 0.25), (2.0, 0.75), (3.0, 1.0), (9.0, 1.0)] {
            assert_eq!((noise.cdf(x), noise.survival(x)), (cdf, 1.0 - cdf), "at {x}");
        }
        assert_eq!((noise.quantile(0.0), noise.median(), noise.quantile(1.0)), (-1.0, 1.0, 3.0));
        assert_eq!(noise.mean(), 1.0);
        assert_close(noise.variance(), 4.0 / 3.0, 1e-15);
    }

    #[test]
    fn infinities_lie_outside() {
        let noise = UniformNoise::new(-1.0, 3.0).unwrap();
        assert_eq!((noise.cdf(f64::INFINITY), noise.survival(f64::INFINITY)), (1.0, 0.0));
        assert_eq!((noise.cdf(f64::NEG_INFINITY), noise.survival(f64::NEG_INFINITY)), (0.0, 1.0));
    }

    #[test]
    fn an_empty_or_overflowing_range_is_refused() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (-1.7e308, 1.7e308)] {
            assert!(UniformNoise::new(low, high).is_err(), "{low} to {high}");
        }
    }
}
