//! Tests of fitting.

mod choice;

use super::*;
use crate::Error;
use crate::noise::testing::{draws, generator};
use crate::noise::{FittedTail, NoiseDistribution as Noise};
use crate::numeric::digamma::trigamma_minus_inverse;
use crate::numeric::testing::assert_close;
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
    // A small shape has draws so close to its location that only a location of 0 resolves them.
    for (seed, shape, location) in [(4, 0.2, 0.0), (5, 1.0, 0.0), (6, 3.5, -1.0), (7, 400.0, -1.0)] {
        let sample = draws(&Noise::gamma(shape, 2.0).unwrap().shifted_by(location).unwrap(), DRAWS, seed);
        let fitted = NoiseFamily::Gamma { location }.fit(&sample, WHAT).unwrap();
        let Noise::Gamma(fitted) = fitted else { panic!("not gamma") };
        // The inverse of the Fisher information: var(k) = k/(n·(k·ψ'(k) - 1)), var(θ) = θ²·ψ'(k)·var(k)/k.
        let trigamma = trigamma_minus_inverse(shape) + 1.0 / shape;
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
fn the_tailed_family_keeps_the_values_and_models_what_lies_beyond() {
    let sample = draws(&Noise::normal(-3.0, 2.0).unwrap(), 1_000, 11);
    let fitted = NoiseFamily::tailed().fit(&sample, WHAT).unwrap();
    let Noise::Tailed(tailed) = &fitted else { panic!("not tailed") };
    assert_eq!(Noise::Empirical(tailed.observed().clone()), Noise::empirical(&sample).unwrap());
    assert_eq!(tailed.upper_tail().map(FittedTail::exceedances), Some(100));
    assert!(fitted.survival(100.0) > 0.0 && fitted.cdf(-100.0) > 0.0);
    assert_eq!(fitted.family_name(), NoiseFamily::tailed().to_string());
    let error = NoiseFamily::Tailed(TailConfig::default().with_fraction(0.5)).fit(&sample, WHAT).unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
    assert!(matches!(NoiseFamily::tailed().fit(&[], WHAT), Err(Error::Empty { .. })));
    assert!(matches!(NoiseFamily::tailed().fit(&[f64::NAN], WHAT), Err(Error::NonFiniteValue { .. })));
}

#[test]
fn tails_of_values_too_large_to_subtract_are_an_error_and_not_a_panic() {
    let mut sample = vec![0.0; 60];
    sample.extend((1..=20).map(|i| f64::from(i) / 20.0 * f64::MAX));
    sample.extend((1..=20).map(|i| -f64::from(i) / 20.0 * f64::MAX));
    if let Ok(fitted) = NoiseFamily::tailed().fit(&sample, WHAT) {
        assert!(fitted.median().is_finite() && fitted.mean().is_finite(), "{fitted}");
    }
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
    for spread in [0.1, 0.03, 0.015] {
        let values = [50.0 * (1.0 - spread), 50.0, 50.0 * (1.0 + spread)];
        let fitted = NoiseFamily::gamma().fit(&values, WHAT).unwrap();
        assert_close(fitted.mean(), 50.0, 1e-12);
        assert_close(fitted.variance().sqrt(), 50.0 * spread * (2.0_f64 / 3.0).sqrt(), 2e-3);
    }
    for spread in [1e-3, 1e-6, 1e-12, f64::EPSILON] {
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
    assert!(NoiseFamily::Normal.fit(&[-f64::MAX, f64::MAX], WHAT).is_err());
    assert!(NoiseFamily::Uniform.fit(&[-f64::MAX, f64::MAX], WHAT).is_err());
}

#[test]
fn what_is_fitted_to_values_near_the_end_of_the_range_can_be_loaded_again() {
    for values in [[1e307, 2e307, 3e307], [1e300, 1e304, 1e308], [1.0, 1e308, f64::MAX]] {
        for family in parametric().into_iter().chain([NoiseFamily::MostLikely]) {
            if let Ok(fitted) = family.fit(&values, WHAT) {
                let json = serde_json::to_string(&fitted).unwrap();
                assert_eq!(serde_json::from_str::<Noise>(&json).unwrap(), fitted, "{family}");
            }
        }
    }
    // Their parameters are finite, but the largest value of 1e12 is not.
    for (family, values) in [
        (NoiseFamily::exponential(), [1e307, 2e307]),
        (NoiseFamily::gamma(), [1e307, 5e307]),
        (NoiseFamily::log_normal(), [1e300, 1e308]),
    ] {
        let error = family.fit(&values, WHAT).unwrap_err();
        assert!(error.to_string().contains("quantile of a noise distribution must be finite"), "{family}: {error}");
    }
}

#[test]
fn tails_that_reach_beyond_all_numbers_are_refused() {
    let values: Vec<f64> = (0..100).map(|row| 1e307 * (1.0 - f64::from(row) / 100.0).ln()).collect();
    let error = NoiseFamily::tailed().fit(&values, WHAT).unwrap_err();
    assert!(error.to_string().contains("quantile of a noise distribution must be finite"), "{error}");
}

#[test]
fn families_survive_a_round_trip() {
    for family in parametric().into_iter().chain([
        NoiseFamily::Empirical,
        NoiseFamily::tailed(),
        NoiseFamily::Gamma { location: -1.5 },
    ]) {
        let json = serde_json::to_string(&family).unwrap();
        assert_eq!(serde_json::from_str::<NoiseFamily>(&json).unwrap(), family, "{json}");
    }
    let json = serde_json::to_string(&NoiseFamily::exponential()).unwrap();
    assert_eq!(json, r#"{"Exponential":{"location":{"Given":0.0}}}"#);
}
