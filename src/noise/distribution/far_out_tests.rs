//! Tests of logarithms of probabilities and of densities, for all families.

use super::*;
use crate::noise::testing::one_of_each;
use crate::numeric::testing::assert_close;

/// The families with a density, at parameters for which no integral below takes long.
fn smooth() -> Vec<NoiseDistribution> {
    vec![
        NoiseDistribution::normal(-3.1, 0.7).unwrap(),
        NoiseDistribution::half_normal(1.3, 2.9).unwrap(),
        NoiseDistribution::exponential(0.3).unwrap().shifted_by(-7.7).unwrap(),
        NoiseDistribution::gamma(0.8, 11.0).unwrap(),
        NoiseDistribution::gamma(7.7, 0.3).unwrap().shifted_by(0.1).unwrap(),
        NoiseDistribution::gamma(3.3e3, 1e-3).unwrap(),
        NoiseDistribution::log_normal(0.7, 0.6).unwrap().shifted_by(2.2).unwrap(),
        NoiseDistribution::uniform(-0.1, 0.7).unwrap(),
    ]
}

/// The places to ask at: around the middle and beyond both ends of what is likely.
fn places(noise: &NoiseDistribution) -> Vec<f64> {
    let (middle, spread) = (noise.median(), noise.variance().sqrt());
    [-9.0, -2.0, -1.0, -0.3, 0.0, 0.2, 0.9, 2.5, 12.0].map(|step| middle + step * spread).to_vec()
}

#[test]
fn logarithms_of_probabilities_are_those_of_the_probabilities() {
    for noise in one_of_each().into_iter().chain(smooth()) {
        for x in places(&noise) {
            for (ln, p) in [(noise.log_cdf(x), noise.cdf(x)), (noise.log_survival(x), noise.survival(x))] {
                assert!(ln <= 0.0 && !ln.is_nan(), "{noise} at {x}: {ln}");
                if p == 0.0 || p < 1e-300 {
                    continue;
                }
                assert!((ln.exp() / p - 1.0).abs() < 1e-9, "{noise} at {x}: exp({ln}) is not {p}");
            }
            let doubled = noise.two_sided_tail(x);
            assert!((noise.log_two_sided_tail(x).exp() - doubled).abs() <= 1e-9 * doubled, "{noise} at {x}");
        }
    }
    for noise in one_of_each() {
        assert!(noise.log_cdf(f64::NAN).is_nan() && noise.log_survival(f64::NAN).is_nan());
        assert!(noise.log_two_sided_tail(f64::NAN).is_nan());
        assert_eq!((noise.log_cdf(f64::INFINITY), noise.log_survival(f64::INFINITY)), (0.0, f64::NEG_INFINITY));
        assert_eq!((noise.log_cdf(f64::NEG_INFINITY), noise.log_survival(f64::NEG_INFINITY)), (f64::NEG_INFINITY, 0.0));
    }
}

#[test]
fn logarithms_agree_with_mpmath_where_no_probability_is_left() {
    // mpmath 1.3.0, mp.dps = 60: log(erfc(z/sqrt(2))/2) with z = (x - 10)/2, (log(x - 1) - 2)/0.75 and, below, their
    // negatives; log(erfc((x - 1)/2/sqrt(2))) and log(erf(...)) for the half-normal.
    let normal = NoiseDistribution::normal(10.0, 2.0).unwrap();
    for (x, expected) in [(18.0, -10.360101486527292), (278.0, -8983.816834017094), (2e4, -49950022.62877879)] {
        assert_close(normal.log_survival(x), expected, 1e-13);
        assert_close(normal.log_cdf(20.0 - x), expected, 1e-13);
    }
    let half_normal = NoiseDistribution::half_normal(1.0, 2.0).unwrap();
    for (x, expected) in [(2.0, -0.4827645810336733), (60.0, -438.7363274285903), (269.0, -8983.123686836534)] {
        assert_close(half_normal.log_survival(x), expected, 1e-13);
    }
    assert_close(half_normal.log_cdf(1.0001), -10.129278905597632, 1e-10);
    assert_close(half_normal.log_cdf(9.0), -6.33444898860781e-05, 1e-10);
    let log_normal = NoiseDistribution::log_normal(2.0, 0.75).unwrap().shifted_by(1.0).unwrap();
    for (x, expected) in [(8.5, -0.7091276677996197), (1e6, -127.77448179889333), (1e200, -186885.42914934855)] {
        assert_close(log_normal.log_survival(x), expected, 1e-13);
    }
    assert_close(log_normal.log_cdf(1.0 + 2.0_f64.powi(-40)), -790.0467154953535, 1e-13);
    let exponential = NoiseDistribution::exponential(2.0).unwrap();
    assert_eq!(exponential.log_survival(2e6), -1e6);
    assert_close(exponential.log_cdf(2e-300), -300.0 * std::f64::consts::LN_10, 1e-14);
}

#[test]
fn gamma_logarithms_agree_with_mpmath() {
    // mpmath 1.3.0, mp.dps = 60: log(gammainc(a, 0, x, regularized=True)), log(gammainc(a, x, inf, regularized=True)).
    for (shape, x, expected) in [
        (0.35, 0.35, -1.2487037570260608),
        (0.35, 700.0, -705.1937102651859),
        (0.35, 1e6, -1000009.9146637399),
        (7.7, 700.0, -664.02469948089),
        (7.7, 40_000.0, -39936.928921134684),
        (3_300.0, 40_000.0, -28474.02063402574),
        (1e4, 40_000.0, -16143.679162583276),
        (1e4, 1e6, -943958.417378042),
    ] {
        assert_close(NoiseDistribution::gamma(shape, 1.0).unwrap().log_survival(x), expected, 1e-11);
    }
    for (shape, x, expected) in [
        (0.35, 0.35, -0.33810054608858287),
        (7.7, 0.077, -29.77829380427823),
        (3_300.0, 33.0, -11935.021369175165),
        (3_300.0, 2_000.0, -356.59787361753894),
        (1e4, 100.0, -36157.215927617784),
        (1e4, 2_000.0, -8099.68012908587),
    ] {
        assert_close(NoiseDistribution::gamma(shape, 1.0).unwrap().log_cdf(x), expected, 1e-10);
    }
}

#[test]
fn logarithms_join_where_the_probabilities_leave_off() {
    // On both sides of where they are computed in another way.
    for shape in [0.35, 7.7, 3_300.0] {
        let noise = NoiseDistribution::gamma(shape, 1.0).unwrap();
        for step in 0..400 {
            let x = shape + 550.0 + f64::from(step) * (2.0 + shape / 400.0);
            let slope = noise.log_survival(x + 1e-3) - noise.log_survival(x);
            // The hazard rate of a gamma distribution that far out is between 1 - shape/x and about 1.
            assert!(slope < -1e-3 * (1.0 - shape / x).min(1.0) + 1e-7 && slope > -1.1e-3, "{shape} at {x}: {slope}");
        }
    }
}

#[test]
fn densities_are_slopes_of_distribution_functions() {
    for noise in smooth() {
        let step = 1e-5 * noise.variance().sqrt();
        for x in places(&noise) {
            let density = noise.law().ln_density(x).unwrap().exp();
            let slope = (noise.cdf(x + step) - noise.cdf(x - step)) / (2.0 * step);
            assert!(
                (density - slope).abs() < 1e-5 * density.max(1e-3 / step * 1e-5),
                "{noise} at {x}: {density} {slope}"
            );
        }
    }
    assert!(
        one_of_each()
            .iter()
            .filter(|noise| noise.largest_atom() > 0.0)
            .all(|noise| noise.law().ln_density(0.1).is_none())
    );
}
