//! Which family of distributions to fit, and how to get from there to a distribution.

use super::check::finite;
use super::parametric::{ExponentialNoise, GammaNoise, LARGEST_SHAPE, LogNormalNoise};
use super::{NoiseDistribution, likelihood, moments};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a half-normal or exponential distribution starts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
}

impl NoiseFamily {
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
    /// likelihood has no maximum in the location. Cost: O(n), for the empirical family O(n log n).
    ///
    /// # Errors
    ///
    /// - [`Error::Empty`] without values, [`Error::NonFiniteValue`] for NaN or an infinity;
    /// - for every family but the empirical, [`Error::TooFewRows`] for a single value and [`Error::ConstantValues`]
    ///   if all are equal (use [`NoiseDistribution::constant`] where that is meant);
    /// - [`Error::OutsideSupport`] for a value below the location (gamma and log-normal: at or below), and for values so
    ///   close together, seen from the location, that a gamma distribution's shape would exceed 1e10;
    /// - [`Error::InvalidParameter`] for a location that is not finite, or where an estimate overflows.
    pub fn fit(&self, values: &[f64], what: &str) -> Result<NoiseDistribution> {
        check_values(values, what)?;
        if !matches!(self, Self::Empirical) {
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
        }
    }

    fn fit_gamma(&self, values: &[f64], location: f64, low: f64, what: &str) -> Result<NoiseDistribution> {
        self.check_above(location, low, what)?;
        let (shape, scale) = likelihood::gamma(values, location);
        if shape > LARGEST_SHAPE {
            let requirement =
                format!("values must spread over more than 1e-5 of their distance from {location} (use a normal one)");
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

/// The family's name, as [`NoiseDistribution::family_name`] gives it.
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
mod tests {
    use super::*;
    use crate::noise::testing::{assert_close, draws, generator};
    use crate::noise::{NoiseDistribution as Noise, special};
    use rand::RngExt;

    const WHAT: &str = "the noise of node `db`";
    const DRAWS: usize = 20_000;

    fn parametric() -> Vec<NoiseFamily> {
        vec![
            NoiseFamily::Normal,
            NoiseFamily::half_normal(),
            NoiseFamily::HalfNormal { location: Location::SmallestValue },
            NoiseFamily::exponential(),
            NoiseFamily::Exponential { location: Location::SmallestValue },
            NoiseFamily::gamma(),
            NoiseFamily::log_normal(),
            NoiseFamily::Uniform,
        ]
    }

    /// Fails unless `found` lies within four of its standard errors.
    #[track_caller]
    fn assert_recovered(found: f64, truth: f64, std_error: f64) {
        let deviation = (found - truth) / std_error;
        assert!(deviation.abs() < 4.0, "found {found}, true value {truth}: off by {deviation} standard errors");
    }

    #[test]
    fn normal_parameters_are_recovered() {
        let sample = draws(&Noise::normal(-3.0, 2.0).unwrap(), DRAWS, 1);
        let Noise::Normal(fitted) = NoiseFamily::Normal.fit(&sample, WHAT).unwrap() else { panic!("not normal") };
        let root = (DRAWS as f64).sqrt();
        assert_recovered(fitted.mean(), -3.0, 2.0 / root);
        assert_recovered(fitted.std_dev(), 2.0, 2.0 / (2.0_f64.sqrt() * root));
    }

    #[test]
    fn half_normal_parameters_are_recovered() {
        let sample = draws(&Noise::half_normal(5.0, 2.0).unwrap(), DRAWS, 2);
        let std_error = 2.0 / (2.0 * DRAWS as f64).sqrt();
        for location in [Location::Given(5.0), Location::SmallestValue] {
            let fitted = NoiseFamily::HalfNormal { location }.fit(&sample, WHAT).unwrap();
            let Noise::HalfNormal(fitted) = fitted else { panic!("not half-normal") };
            assert_recovered(fitted.scale(), 2.0, std_error);
            // The smallest of n values lies scale·√(π/2)/n above the location on average.
            assert_recovered(fitted.location(), 5.0, 2.0 * 1.2533 / DRAWS as f64);
        }
    }

    #[test]
    fn exponential_parameters_are_recovered() {
        let sample = draws(&Noise::exponential(2.0).unwrap().shifted_by(5.0).unwrap(), DRAWS, 3);
        for location in [Location::Given(5.0), Location::SmallestValue] {
            let fitted = NoiseFamily::Exponential { location }.fit(&sample, WHAT).unwrap();
            let Noise::Exponential(fitted) = fitted else { panic!("not exponential") };
            assert_recovered(fitted.scale(), 2.0, 2.0 / (DRAWS as f64).sqrt());
            assert_recovered(fitted.location(), 5.0, 2.0 / DRAWS as f64);
        }
    }

    #[test]
    fn gamma_parameters_are_recovered() {
        for (seed, shape) in [(4, 0.2), (5, 1.0), (6, 3.5), (7, 400.0)] {
            let sample = draws(&Noise::gamma(shape, 2.0).unwrap().shifted_by(-1.0).unwrap(), DRAWS, seed);
            let fitted = NoiseFamily::Gamma { location: -1.0 }.fit(&sample, WHAT).unwrap();
            let Noise::Gamma(fitted) = fitted else { panic!("not gamma") };
            // The inverse of the Fisher information: var(k) = k/(n·(k·ψ'(k) - 1)), var(θ) = θ²·ψ'(k)·var(k)/k.
            let trigamma = special::trigamma_minus_inverse(shape) + 1.0 / shape;
            let variance = shape / (DRAWS as f64 * (shape * trigamma - 1.0));
            assert_recovered(fitted.shape(), shape, variance.sqrt());
            assert_recovered(fitted.scale(), 2.0, 2.0 * (trigamma * variance / shape).sqrt());
        }
    }

    #[test]
    fn log_normal_parameters_are_recovered() {
        let sample = draws(&Noise::log_normal(0.5, 1.5).unwrap().shifted_by(-1.0).unwrap(), DRAWS, 8);
        let fitted = NoiseFamily::LogNormal { location: -1.0 }.fit(&sample, WHAT).unwrap();
        let Noise::LogNormal(fitted) = fitted else { panic!("not log-normal") };
        let root = (DRAWS as f64).sqrt();
        assert_recovered(fitted.mu(), 0.5, 1.5 / root);
        assert_recovered(fitted.sigma(), 1.5, 1.5 / (2.0_f64.sqrt() * root));
    }

    #[test]
    fn uniform_ends_are_recovered() {
        let sample = draws(&Noise::uniform(-1.0, 3.0).unwrap(), DRAWS, 9);
        let Noise::Uniform(fitted) = NoiseFamily::Uniform.fit(&sample, WHAT).unwrap() else { panic!("not uniform") };
        assert_recovered(fitted.low(), -1.0, 4.0 / DRAWS as f64);
        assert_recovered(fitted.high(), 3.0, 4.0 / DRAWS as f64);
    }

    #[test]
    fn no_neighbouring_parameters_are_more_likely() {
        // What maximum likelihood means, checked from the log densities alone.
        let mut rng = generator(10);
        let values: Vec<f64> = (0..50).map(|_| rng.random_range(0.1..9.0)).collect();
        let Noise::Gamma(gamma) = NoiseFamily::gamma().fit(&values, WHAT).unwrap() else { panic!("not gamma") };
        let log_likelihood = |shape: f64, scale: f64| -> f64 {
            let constant = statrs::function::gamma::ln_gamma(shape) + shape * scale.ln();
            values.iter().map(|x| (shape - 1.0) * x.ln() - x / scale - constant).sum()
        };
        let best = log_likelihood(gamma.shape(), gamma.scale());
        for (shape_factor, scale_factor) in [(1.001, 1.0), (0.999, 1.0), (1.0, 1.001), (1.0, 0.999), (1.001, 0.999)] {
            assert!(log_likelihood(gamma.shape() * shape_factor, gamma.scale() * scale_factor) < best);
        }
    }

    #[test]
    fn the_empirical_family_keeps_the_values() {
        let values = [3.0, 1.0, 1.0];
        assert_eq!(NoiseFamily::Empirical.fit(&values, WHAT).unwrap(), Noise::empirical(&values).unwrap());
        assert!(NoiseFamily::Empirical.fit(&[1.0], WHAT).unwrap().is_degenerate());
    }

    #[test]
    fn two_values_are_enough() {
        for family in parametric() {
            let fitted = family.fit(&[1.0, 3.0], WHAT).unwrap();
            assert_eq!(fitted.family_name(), family.to_string());
        }
        assert_close(NoiseFamily::Normal.fit(&[1.0, 3.0], WHAT).unwrap().variance(), 1.0, 1e-15);
    }

    #[test]
    fn unusable_values_are_refused_with_the_name_of_the_node() {
        for family in parametric() {
            let error = |values: &[f64]| {
                let error = family.fit(values, WHAT).unwrap_err();
                assert!(error.to_string().contains(WHAT), "{error}");
                error
            };
            assert!(matches!(error(&[]), Error::Empty { .. }));
            assert!(matches!(error(&[1.0]), Error::TooFewRows { needed: 2, found: 1, .. }));
            assert!(matches!(error(&[3.0, 3.0, 3.0]), Error::ConstantValues { count: 3, .. }));
            assert!(matches!(error(&[1.0, f64::NAN]), Error::NonFiniteValue { .. }));
            assert!(matches!(error(&[1.0, f64::INFINITY]), Error::NonFiniteValue { .. }));
        }
        assert!(matches!(NoiseFamily::Empirical.fit(&[], WHAT), Err(Error::Empty { .. })));
        let error = NoiseFamily::Empirical.fit(&[1.0, f64::NAN], WHAT).unwrap_err().to_string();
        assert!(error.starts_with("the value at position 1 of the noise of node `db` is NaN"), "{error}");
    }

    #[test]
    fn values_outside_the_range_are_refused() {
        let error = NoiseFamily::gamma().fit(&[-0.5, 1.0], WHAT).unwrap_err().to_string();
        assert_eq!(
            error,
            "a gamma distribution of the noise of node `db` cannot be fitted: \
             all values must lie above its location 0, but the smallest value is -0.5"
        );
        let below = [-0.5, 1.0];
        let touching = [0.0, 1.0];
        for family in [NoiseFamily::half_normal(), NoiseFamily::exponential()] {
            assert!(matches!(family.fit(&below, WHAT), Err(Error::OutsideSupport { .. })), "{family}");
            assert!(family.fit(&touching, WHAT).is_ok(), "{family}");
        }
        for family in [NoiseFamily::gamma(), NoiseFamily::log_normal()] {
            assert!(matches!(family.fit(&below, WHAT), Err(Error::OutsideSupport { .. })), "{family}");
            assert!(matches!(family.fit(&touching, WHAT), Err(Error::OutsideSupport { .. })), "{family}");
        }
    }

    #[test]
    fn a_location_that_is_not_finite_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for family in [
                NoiseFamily::HalfNormal { location: Location::Given(bad) },
                NoiseFamily::Exponential { location: Location::Given(bad) },
                NoiseFamily::Gamma { location: bad },
                NoiseFamily::LogNormal { location: bad },
            ] {
                let error = family.fit(&[1.0, 2.0], WHAT).unwrap_err();
                assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
                assert!(error.to_string().contains("location"), "{error}");
            }
        }
    }

    #[test]
    fn nearly_constant_values_give_a_narrow_distribution_or_an_error() {
        for spread in [1e-2, 1e-4, 2e-5] {
            let values = [50.0 * (1.0 - spread), 50.0, 50.0 * (1.0 + spread)];
            let fitted = NoiseFamily::gamma().fit(&values, WHAT).unwrap();
            assert_close(fitted.mean(), 50.0, 1e-12);
            assert_close(fitted.variance().sqrt(), 50.0 * spread * (2.0_f64 / 3.0).sqrt(), 1e-4);
        }
        for spread in [1e-6, 1e-12, f64::EPSILON] {
            let error = NoiseFamily::gamma().fit(&[1.0, 1.0 + spread], WHAT).unwrap_err();
            assert!(matches!(error, Error::OutsideSupport { .. }), "{error}");
        }
        let log_normal = NoiseFamily::log_normal().fit(&[1.0, 1.0 + f64::EPSILON], WHAT).unwrap();
        assert_close(log_normal.variance().sqrt(), 0.5 * f64::EPSILON, 1e-9);
    }

    #[test]
    fn values_too_large_to_describe_are_an_error_and_not_a_panic() {
        for family in parametric() {
            // Where the answer can be represented it is given; where not, no infinity escapes.
            if let Ok(fitted) = family.fit(&[1.0, f64::MAX], WHAT) {
                assert!(fitted.median().is_finite(), "{fitted}");
            }
        }
        assert!(NoiseFamily::Normal.fit(&[-f64::MAX, f64::MAX], WHAT).is_ok());
        assert!(NoiseFamily::Uniform.fit(&[-f64::MAX, f64::MAX], WHAT).is_err());
    }

    #[test]
    fn families_survive_a_round_trip() {
        for family in parametric().into_iter().chain([NoiseFamily::Empirical, NoiseFamily::Gamma { location: -1.5 }]) {
            let json = serde_json::to_string(&family).unwrap();
            assert_eq!(serde_json::from_str::<NoiseFamily>(&json).unwrap(), family, "{json}");
        }
        let json = serde_json::to_string(&NoiseFamily::exponential()).unwrap();
        assert_eq!(json, r#"{"Exponential":{"location":{"Given":0.0}}}"#);
    }
}
