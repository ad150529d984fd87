//! Tests of what all families promise alike.

use super::*;
use crate::Error;
use crate::noise::testing::{ALPHA, continuous, draws, generator, one_of_each, two_sided_z};
use crate::numeric::kolmogorov_smirnov::kolmogorov_smirnov_distance;
use crate::numeric::moments::{mean, root_mean_square};
use crate::numeric::testing::assert_close;

const DRAWS: usize = 20_000;
const PROBABILITIES: [f64; 11] = [1e-12, 1e-6, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999, 1.0 - 1e-6, 1.0 - 1e-9];

#[test]
fn samples_follow_their_own_distribution_function() {
    // The asymptotic critical value of the Kolmogorov-Smirnov statistic.
    let critical = (-(ALPHA / 2.0).ln() / 2.0).sqrt() / (DRAWS as f64).sqrt();
    for (seed, noise) in continuous().iter().enumerate() {
        let mut sample = draws(noise, DRAWS, seed as u64);
        sample.sort_unstable_by(f64::total_cmp);
        let statistic = kolmogorov_smirnov_distance(&sample, |x| (noise.cdf(x), noise.cdf(x)));
        assert!(statistic < critical, "{noise}: {statistic} >= {critical}");
    }
}

#[test]
fn samples_have_the_stated_moments() {
    let limit = two_sided_z(ALPHA);
    let count = DRAWS as f64;
    for (seed, noise) in continuous().iter().enumerate() {
        let sample = draws(noise, DRAWS, 100 + seed as u64);
        let squares: Vec<f64> = sample.iter().map(|x| (x - noise.mean()).powi(2)).collect();
        let z_mean = (mean(&sample) - noise.mean()) / (noise.variance() / count).sqrt();
        let spread_of_squares = root_mean_square(&squares, mean(&squares));
        let z_variance = (mean(&squares) - noise.variance()) / (spread_of_squares / count.sqrt());
        assert!(z_mean.abs() < limit, "{noise}: mean off by {z_mean} standard errors");
        assert!(z_variance.abs() < limit, "{noise}: variance off by {z_variance} standard errors");
    }
}

#[test]
fn samples_depend_on_the_seed_alone() {
    for noise in one_of_each() {
        assert_eq!(draws(&noise, 100, 5), draws(&noise, 100, 5), "{noise}");
        assert_eq!(noise.is_degenerate(), draws(&noise, 100, 5) == draws(&noise, 100, 6), "{noise}");
        assert!(draws(&noise, 1_000, 7).iter().all(|&x| noise.cdf(x) > 0.0 && noise.survival(x) > 0.0), "{noise}");
    }
}

#[test]
fn a_type_erased_generator_draws_the_same() {
    let noise = NoiseDistribution::gamma(2.0, 3.0).unwrap();
    let mut out = [0.0; 8];
    let mut rng = generator(9);
    let erased: &mut dyn Rng = &mut rng;
    noise.sample_into(erased, &mut out);
    assert_eq!(out.to_vec(), draws(&noise, 8, 9));
}

#[test]
fn quantile_inverts_cdf() {
    for noise in continuous() {
        for p in PROBABILITIES {
            let x = noise.quantile(p).unwrap();
            let smaller = p.min(1.0 - p);
            assert!((noise.cdf(x) - p).abs() <= 1e-8 * smaller + 1e-14, "{noise} at {p}: {}", noise.cdf(x));
            let again = noise.quantile(noise.cdf(x)).unwrap();
            // Near 1 the rounding of the probability itself moves x by more.
            let tolerance = noise.variance().sqrt() * (1e-8 + 1e-15 / (1.0 - p));
            assert!((again - x).abs() <= tolerance, "{noise} at {p}: {again} != {x}");
        }
    }
}

#[test]
fn both_tails_of_a_continuous_family_sum_to_one() {
    for noise in continuous() {
        for p in PROBABILITIES {
            let x = noise.quantile(p).unwrap();
            assert!((noise.cdf(x) + noise.survival(x) - 1.0).abs() < 1e-14, "{noise} at {x}");
        }
    }
}

#[test]
fn probabilities_are_monotone_and_reach_both_ends() {
    for noise in one_of_each() {
        let xs: Vec<f64> = (0..=400).map(|i| noise.quantile(f64::from(i) / 400.0).unwrap()).collect();
        assert!(xs.windows(2).all(|pair| pair[0] <= pair[1]), "{noise}: quantiles");
        assert!(xs.windows(2).all(|pair| noise.cdf(pair[0]) <= noise.cdf(pair[1])), "{noise}: cdf");
        assert!(xs.windows(2).all(|pair| noise.survival(pair[0]) >= noise.survival(pair[1])), "{noise}: survival");
        assert_eq!((noise.cdf(f64::INFINITY), noise.survival(f64::INFINITY)), (1.0, 0.0), "{noise}");
        assert_eq!((noise.cdf(f64::NEG_INFINITY), noise.survival(f64::NEG_INFINITY)), (0.0, 1.0), "{noise}");
    }
}

#[test]
fn nan_is_answered_with_nan() {
    for noise in one_of_each() {
        assert!(noise.cdf(f64::NAN).is_nan(), "{noise}");
        assert!(noise.survival(f64::NAN).is_nan(), "{noise}");
        assert!(noise.two_sided_tail(f64::NAN).is_nan(), "{noise}");
    }
}

#[test]
fn a_probability_outside_the_unit_interval_is_refused() {
    for noise in one_of_each() {
        for p in [-1e-300, 1.0 + f64::EPSILON, f64::NAN, f64::INFINITY] {
            assert!(matches!(noise.quantile(p), Err(Error::InvalidParameter { .. })), "{noise}: {p}");
        }
    }
}

#[test]
fn the_two_sided_tail_doubles_the_smaller_side() {
    let normal = NoiseDistribution::normal(0.0, 1.0).unwrap();
    assert_eq!(normal.two_sided_tail(0.0), 1.0);
    // mpmath 1.3.0, mp.dps = 50: erfc(8 / sqrt(2)).
    assert_close(normal.two_sided_tail(8.0), 1.2441921148543568e-15, 1e-10);
    assert_eq!(normal.two_sided_tail(8.0), normal.two_sided_tail(-8.0));

    let atoms = NoiseDistribution::empirical(&[1.0, 2.0, 2.0, 5.0]).unwrap();
    for (x, expected) in [(0.0, 0.0), (1.0, 0.5), (1.5, 0.5), (2.0, 1.0), (5.0, 0.5), (6.0, 0.0)] {
        assert_eq!(atoms.two_sided_tail(x), expected, "at {x}");
    }
}

#[test]
fn constant_noise_is_one_atom() {
    let noise = NoiseDistribution::constant(3.0).unwrap();
    for (x, cdf, survival, two_sided) in [(2.9, 0.0, 1.0, 0.0), (3.0, 1.0, 1.0, 1.0), (3.1, 1.0, 0.0, 0.0)] {
        assert_eq!((noise.cdf(x), noise.survival(x), noise.two_sided_tail(x)), (cdf, survival, two_sided), "at {x}");
    }
    assert_eq!((noise.mean(), noise.median(), noise.variance()), (3.0, 3.0, 0.0));
    assert_eq!(noise.quantile(0.3).unwrap(), 3.0);
    assert_eq!(draws(&noise, 3, 0), [3.0; 3]);
}

#[test]
fn a_shift_moves_values_and_nothing_else() {
    for noise in one_of_each() {
        let moved = noise.clone().shifted_by(0.5).unwrap();
        assert_eq!(moved.family_name(), noise.family_name());
        assert_close(moved.variance(), noise.variance(), 1e-12);
        assert_close(moved.mean(), noise.mean() + 0.5, 1e-12);
        assert_close(moved.median(), noise.median() + 0.5, 1e-12);
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(noise.clone().shifted_by(bad).is_err(), "{noise}");
        }
    }
    let narrow = NoiseDistribution::uniform(0.0, 1.0).unwrap();
    assert!(narrow.shifted_by(1e20).is_err(), "both ends round to the same number");
}

#[test]
fn a_shift_beyond_all_numbers_is_refused() {
    for noise in [
        NoiseDistribution::normal(0.0, 1e306),
        NoiseDistribution::half_normal(0.0, 1e306),
        NoiseDistribution::exponential(1e306),
        NoiseDistribution::gamma(2.0, 1e306),
        NoiseDistribution::log_normal(704.0, 0.5),
    ] {
        let noise = noise.unwrap();
        assert!(noise.clone().shifted_by(1e307).is_ok(), "{noise}");
        let error = noise.clone().shifted_by(f64::MAX).unwrap_err();
        assert!(error.to_string().contains("quantile of a noise distribution must be finite"), "{noise}: {error}");
    }
}

#[test]
fn only_noise_with_one_value_is_degenerate() {
    assert!(NoiseDistribution::constant(0.0).unwrap().is_degenerate());
    assert!(NoiseDistribution::empirical(&[2.0, 2.0]).unwrap().is_degenerate());
    assert!(NoiseDistribution::empirical(&[2.0]).unwrap().is_degenerate());
    assert!(!NoiseDistribution::empirical(&[2.0, 2.0 + 1e-15]).unwrap().is_degenerate());
    assert!(continuous().iter().all(|noise| !noise.is_degenerate()));
    assert!(!NoiseDistribution::normal(0.0, 1e-200).unwrap().is_degenerate(), "although its variance underflows");
}

#[test]
fn parameters_outside_their_range_are_refused_by_name() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for (made, name) in [
            (NoiseDistribution::normal(0.0, bad), "standard deviation of normal noise"),
            (NoiseDistribution::half_normal(0.0, bad), "scale of half-normal noise"),
            (NoiseDistribution::exponential(bad), "mean of exponential noise"),
            (NoiseDistribution::gamma(bad, 1.0), "shape of gamma noise"),
            (NoiseDistribution::gamma(1.0, bad), "scale of gamma noise"),
            (NoiseDistribution::log_normal(0.0, bad), "sigma of log-normal noise"),
        ] {
            let error = made.unwrap_err();
            assert!(matches!(error, Error::InvalidParameter { .. }));
            assert!(error.to_string().contains(name), "{error}");
        }
    }
    for bad in [f64::NAN, f64::NEG_INFINITY] {
        for made in [
            NoiseDistribution::constant(bad),
            NoiseDistribution::normal(bad, 1.0),
            NoiseDistribution::half_normal(bad, 1.0),
            NoiseDistribution::log_normal(bad, 1.0),
            NoiseDistribution::uniform(bad, 1.0),
        ] {
            assert!(matches!(made, Err(Error::InvalidParameter { .. })));
        }
    }
}

#[test]
fn descriptions_name_the_family_and_its_parameters() {
    let empirical = NoiseDistribution::empirical(&[2.0, 1.0]).unwrap();
    let shifted = NoiseDistribution::exponential(2.0).unwrap().shifted_by(1.0).unwrap();
    assert_eq!(empirical.to_string(), "empirical(2 values from 1 to 2)");
    assert_eq!(shifted.to_string(), "exponential(location = 1, scale = 2)");
    assert_eq!(NoiseDistribution::constant(3.0).unwrap().to_string(), "constant(value = 3)");
    for noise in one_of_each() {
        assert!(noise.to_string().starts_with(noise.family_name()), "{noise}");
    }
}
