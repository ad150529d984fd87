//! Maximum-likelihood estimates, as plain functions of checked values.
//!
//! The values are finite, at least two and not all equal, and lie in the family's range; `fitting` sees to that.

use crate::numeric::digamma::{log_minus_digamma, trigamma_minus_inverse};
use crate::numeric::logarithms::{excess_over_log, log_ratio};
use crate::numeric::moments::{mean, root_mean_square};

/// Mean and standard deviation of a normal distribution: the sample mean, and the root mean square deviation (1/n).
pub(super) fn normal(values: &[f64]) -> (f64, f64) {
    let centre = mean(values);
    (centre, root_mean_square(values, centre))
}

/// Scale of a half-normal distribution: the root mean square distance from the location.
pub(super) fn half_normal_scale(values: &[f64], location: f64) -> f64 {
    root_mean_square(values, location)
}

/// Scale of an exponential distribution: the mean distance from the location.
pub(super) fn exponential_scale(values: &[f64], location: f64) -> f64 {
    mean(&distances(values, location))
}

/// Shape and scale of a gamma distribution.
///
/// The shape k solves ln k - digamma(k) = s with s = ln(mean) - mean(ln), and the scale is mean/k (T. P. Minka,
/// "Estimating a Gamma distribution", 2002).
pub(super) fn gamma(values: &[f64], location: f64) -> (f64, f64) {
    let distances = distances(values, location);
    let centre = mean(&distances);
    // ln(mean) - mean(ln) as a mean of terms none of which is negative, since the relative deviations sum to zero:
    // where the values nearly agree, the difference of the two logarithms would be rounding error only.
    let terms: Vec<f64> = distances.iter().map(|&distance| log_shortfall(distance, centre)).collect();
    let shape = gamma_shape(mean(&terms));
    (shape, centre / shape)
}

/// d - ln(1 + d), where 1 + d = x/centre may be too small to be formed.
fn log_shortfall(x: f64, centre: f64) -> f64 {
    let deviation = (x - centre) / centre;
    if deviation.abs() < 0.25 { excess_over_log(deviation) } else { deviation - log_ratio(x, centre) }
}

/// The k with ln k - digamma(k) = s, to 1e-12 relative; infinite for s = 0.
///
/// Newton's method in 1/k (Minka 2002), in which the left side is nearly linear: from
/// a start within 2%, four steps are the rule.
fn gamma_shape(s: f64) -> f64 {
    let mut inverse = 12.0 * s / (3.0 - s + ((s - 3.0).powi(2) + 24.0 * s).sqrt());
    for _ in 0..100 {
        let shape = 1.0 / inverse;
        let slope = shape * shape * trigamma_minus_inverse(shape);
        let step = (log_minus_digamma(shape) - s) / slope;
        // Only halved where a step would leave the positive numbers, which no start as good as this one does.
        inverse = if step < inverse { inverse - step } else { 0.5 * inverse };
        if step.abs() <= 1e-13 * inverse {
            break;
        }
    }
    1.0 / inverse
}

/// Mean and standard deviation (1/n) of the natural logarithm of the distance from the location.
pub(super) fn log_normal(values: &[f64], location: f64) -> (f64, f64) {
    let distances = distances(values, location);
    // Relative to their mean, the logarithms of nearly equal values keep their digits.
    let reference = mean(&distances);
    let logarithms: Vec<f64> = distances.iter().map(|&distance| log_ratio(distance, reference)).collect();
    let (centre, sigma) = normal(&logarithms);
    (reference.ln() + centre, sigma)
}

fn distances(values: &[f64], location: f64) -> Vec<f64> {
    values.iter().map(|value| value - location).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    const VALUES: [f64; 8] = [0.3, 1.2, 0.7, 2.9, 5.1, 0.05, 1.6, 3.3];

    #[test]
    fn estimates_agree_with_scipy() {
        // scipy 1.15.3, scipy.stats with x = VALUES: norm.fit(x), gamma.fit(x, floc=0), gamma.fit(x, floc=-1),
        // lognorm.fit(x, floc=0), lognorm.fit(x, floc=-1), halfnorm.fit(x, floc=0), halfnorm.fit(x, floc=0.05),
        // expon.fit(x); for lognorm the logarithm of scale, and s.
        let pairs = [
            ("normal", normal(&VALUES), (1.89375, 1.6279660431040937)),
            ("gamma", gamma(&VALUES, 0.0), (0.9112235150277933, 2.0782497035782033)),
            ("gamma from -1", gamma(&VALUES, -1.0), (3.2657168152521763, 0.8860994886283631)),
            ("log-normal", log_normal(&VALUES, 0.0), (-0.002022636322978297, 1.4150430986196312)),
            ("log-normal from -1", log_normal(&VALUES, -1.0), (0.9017039790131477, 0.5736518625615845)),
        ];
        for (name, (first, second), (expected_first, expected_second)) in pairs {
            assert!((first / expected_first - 1.0).abs() < 1e-9, "{name}: {first} != {expected_first}");
            assert!((second / expected_second - 1.0).abs() < 1e-9, "{name}: {second} != {expected_second}");
        }
        assert_close(half_normal_scale(&VALUES, 0.0), 2.4973110539137893, 1e-12);
        assert_close(half_normal_scale(&VALUES, 0.05), 2.4596112497709877, 1e-12);
        assert_close(exponential_scale(&VALUES, 0.05), 1.84375, 1e-12);
    }

    #[test]
    fn the_gamma_shape_solves_its_equation() {
        // mpmath 1.3.0, mp.dps = 60: s = log(k) - digamma(k).
        for (s, shape) in [
            (1659.824314900887, 0.0006),
            (95.95571527188058, 0.01),
            (2.2985514178741973, 0.3),
            (0.5772156649015329, 1.0),
            (0.2131340912289119, 2.5),
            (0.012552080079093177, 40.0),
            (5.00008333333325e-5, 10000.0),
            (5.0000000083333336e-9, 100000000.0),
            (5.0000000000833335e-11, 10000000000.0),
            (5e-17, 1e+16),
        ] {
            assert_close(gamma_shape(s), shape, 1e-12);
        }
        assert_eq!(gamma_shape(0.0), f64::INFINITY);
    }

    #[test]
    fn a_narrow_gamma_is_estimated_without_cancellation() {
        // Relative deviations -h and h: s = -ln(1 - h²)/2 = h²/2, so k = 1/h² + O(1), by 1/(2k) + 1/(12k²) = s.
        for h in [1e-3_f64, 1e-4, 2e-5] {
            let (shape, scale) = gamma(&[1.0 - h, 1.0 + h], 0.0);
            let s = -0.5 * (-h * h).ln_1p();
            assert_close(shape, (3.0 + (9.0 + 12.0 * s).sqrt()) / (12.0 * s), 1e-10);
            assert_close(shape * scale, 1.0, 1e-14);
        }
    }

    #[test]
    fn a_narrow_log_normal_is_estimated_without_cancellation() {
        let h = 1e-9_f64;
        let (mu, sigma) = log_normal(&[1e6 * (1.0 - h), 1e6 * (1.0 + h)], 0.0);
        assert_close(mu, 1e6_f64.ln(), 1e-15);
        // The values themselves are rounded to 1e-16, which is 1e-7 of h.
        assert_close(sigma, h, 1e-7);
    }

    #[test]
    fn estimates_scale_with_the_unit_over_three_hundred_orders_of_magnitude() {
        let (mean, std_dev) = normal(&VALUES);
        let (shape, gamma_scale) = gamma(&VALUES, 0.0);
        let (mu, sigma) = log_normal(&VALUES, 0.0);
        for unit in [1e-150, 1e150, 1e300] {
            let values = VALUES.map(|value| value * unit);
            assert_close(normal(&values).0, mean * unit, 1e-14);
            assert_close(normal(&values).1, std_dev * unit, 1e-14);
            assert_close(half_normal_scale(&values, 0.0), half_normal_scale(&VALUES, 0.0) * unit, 1e-14);
            assert_close(exponential_scale(&values, 0.0), exponential_scale(&VALUES, 0.0) * unit, 1e-14);
            assert_close(gamma(&values, 0.0).0, shape, 1e-12);
            assert_close(gamma(&values, 0.0).1, gamma_scale * unit, 1e-12);
            assert_close(log_normal(&values, 0.0).0, mu + unit.ln(), 1e-13);
            assert_close(log_normal(&values, 0.0).1, sigma, 1e-12);
        }
    }

    #[test]
    fn a_gamma_over_hundreds_of_orders_of_magnitude_has_a_finite_shape() {
        let (shape, scale) = gamma(&[1e-300, 1.0, 1e300], 0.0);
        assert!(shape > 1e-4 && shape < 1e-1 && scale.is_finite(), "{shape}, {scale}");
        assert_close(log_minus_digamma(shape), 300.0 * std::f64::consts::LN_10 - 3.0_f64.ln(), 1e-12);
    }
}
