//! Gamma noise.

use super::fill::fill;
use crate::noise::check::{finite, invalid, positive};
use crate::noise::law::Law;
use crate::numeric::gamma::incomplete;
use crate::numeric::gamma::quantile_table::GammaQuantiles;
use crate::{Error, Result};
use rand::Rng;
use serde::{Deserialize, Serialize};
use statrs::function::gamma::ln_gamma;
use std::fmt;

/// A gamma distribution of this shape has a relative spread of 1% and a skewness of 0.02: hardly anything tells it
/// from a normal one, which is the better choice, as tails of larger shapes could not be computed well.
pub(in crate::noise) const LARGEST_SHAPE: f64 = 1e4;

/// The gamma distribution, moved to start at `location`.
///
/// ```text
/// density(x) = z^(shape - 1) · exp(-z) / (gamma(shape)·scale),   z = (x - location) / scale,   x > location
/// ```
///
/// `shape` (above 0, at most 1e4) has no unit; `scale` (above 0) and `location` (finite) are in the node's unit. The
/// mean is `location + shape·scale`. The same parameters as `scipy.stats.gamma`; `scale` is the inverse of the rate.
///
/// Accuracy: `cdf` and `survival` are good to 2e-10 relative wherever they exceed 1e-300, for shapes of 1e-4 and more;
/// `quantile` to 1e-11.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "GammaParameters")]
pub struct GammaNoise {
    location: f64,
    shape: f64,
    scale: f64,
    /// The sampler of the standard distribution, set up once rather than at every call; for the shape alone, as a scale near
    /// the ends of `f64` would overflow.
    #[serde(skip)]
    standard: rand_distr::Gamma<f64>,
}

impl GammaNoise {
    pub(in crate::noise) fn new(location: f64, shape: f64, scale: f64) -> Result<Self> {
        if !(shape > 0.0 && shape <= LARGEST_SHAPE) {
            return Err(invalid_shape(shape));
        }
        Self {
            location: finite("the location of gamma noise", location)?,
            shape,
            scale: positive("the scale of gamma noise", scale)?,
            standard: rand_distr::Gamma::new(shape, 1.0).map_err(|_| invalid_shape(shape))?,
        }
        .checked()
    }

    /// The lower end of the range, in the node's unit.
    pub fn location(&self) -> f64 {
        self.location
    }

    /// The shape, which has no unit: 1 is exponential, and large is nearly normal.
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The scale, in the node's unit; the inverse of the rate.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    pub(in crate::noise) fn sample_into(&self, rng: &mut (impl Rng + ?Sized), out: &mut [f64]) {
        fill(rng, out, &self.standard, |z| self.location + self.scale * z);
    }

    /// Replaces probabilities by quantiles, good to 1e-6 relative to the distance from the location.
    pub(in crate::noise) fn replace_by_quantiles(&self, points: &mut [f64]) {
        let table = GammaQuantiles::new(self.shape);
        points.iter_mut().for_each(|point| *point = self.location + self.scale * table.quantile(*point));
    }

    fn standardised(&self, x: f64) -> f64 {
        (x - self.location) / self.scale
    }
}

fn invalid_shape(shape: f64) -> Error {
    invalid("the shape of gamma noise", "above 0 and at most 1e4", shape)
}

impl Law for GammaNoise {
    fn family_name(&self) -> &'static str {
        "gamma"
    }

    fn cdf(&self, x: f64) -> f64 {
        incomplete::lower(self.shape, self.standardised(x))
    }

    fn survival(&self, x: f64) -> f64 {
        incomplete::upper(self.shape, self.standardised(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.location + self.scale * incomplete::inverse_lower(self.shape, p)
    }

    fn mean(&self) -> f64 {
        self.location + self.shape * self.scale
    }

    fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    fn std_dev(&self) -> f64 {
        self.shape.sqrt() * self.scale
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        incomplete::ln_lower(self.shape, self.standardised(x))
    }

    fn ln_survival(&self, x: f64) -> f64 {
        incomplete::ln_upper(self.shape, self.standardised(x))
    }

    fn ln_density(&self, x: f64) -> Option<f64> {
        let z = self.standardised(x);
        let inside = (self.shape - 1.0) * z.ln() - z - ln_gamma(self.shape) - self.scale.ln();
        Some(if z > 0.0 { inside } else { f64::NEG_INFINITY })
    }
}

/// The parameters of gamma noise as a file holds them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GammaParameters {
    location: f64,
    shape: f64,
    scale: f64,
}

impl TryFrom<GammaParameters> for GammaNoise {
    type Error = Error;

    fn try_from(saved: GammaParameters) -> Result<Self> {
        Self::new(saved.location, saved.shape, saved.scale)
    }
}

impl fmt::Display for GammaNoise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gamma(location = {}, shape = {}, scale = {})", self.location, self.shape, self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    #[test]
    fn values_agree_with_scipy() {
        // scipy 1.15.3: d = scipy.stats.gamma(2.5, loc=1, scale=3); d.cdf(x), d.sf(x); d.ppf(p); d.mean(), d.var().
        let noise = GammaNoise::new(1.0, 2.5, 3.0).unwrap();
        for (x, cdf, survival) in [
            (1.001, 6.102632989960562e-10, 0.9999999993897367),
            (2.0, 0.015252120981490966, 0.984747879018509),
            (8.5, 0.584119813004492, 0.4158801869955079),
            (30.0, 0.9983342218417832, 0.001665778158216831),
            (200.0, 1.0, 6.464636143492008e-27),
            (1000.0, 1.0, 1.1013427193310493e-141),
        ] {
            assert_close(noise.cdf(x), cdf, 1e-12);
            assert_close(noise.survival(x), survival, 1e-12);
        }
        for (p, expected) in [
            (1e-09, 1.0012184343484984),
            (0.1, 3.4154619804434843),
            (0.5, 7.52719028664329),
            (0.999, 31.772508478649307),
            (0.999999999999, 98.8580237838753),
        ] {
            assert_close(noise.quantile(p), expected, 1e-13);
        }
        assert_close(noise.mean(), 8.5, 1e-14);
        assert_close(noise.variance(), 22.5, 1e-14);
    }

    #[test]
    fn shape_one_is_exponential() {
        let noise = GammaNoise::new(0.0, 1.0, 2.0).unwrap();
        for x in [1e-9, 0.1, 1.0, 30.0, 900.0] {
            assert_close(noise.survival(x), (-x / 2.0).exp(), 1e-13);
            assert_close(noise.cdf(x), -(-x / 2.0).exp_m1(), 1e-13);
        }
    }

    #[test]
    fn shapes_outside_the_range_are_refused() {
        for shape in [0.0, -1.0, f64::NAN, f64::INFINITY, 1.1e4] {
            assert!(GammaNoise::new(0.0, shape, 1.0).is_err(), "{shape}");
        }
        assert!(GammaNoise::new(0.0, 1e4, 1e-300).is_ok());
    }
}
