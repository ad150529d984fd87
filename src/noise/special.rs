//! Differences of nearly equal functions, computed without the cancellation.
//!
//! `statrs` has the digamma function, but where a gamma distribution is narrow the estimate depends on
//! `ln k - digamma(k)`, which loses every digit for large `k` when the two are subtracted.

use statrs::function::gamma::digamma;

/// From here on the asymptotic series below are exact to about 1e-13, relative.
const ASYMPTOTIC_FROM: f64 = 12.0;

/// `d - ln(1 + d)` for `d > -1`: positive, and d²/2 for small `d`.
///
/// With r = d/(2 + d), ln(1 + d) = 2·artanh(r), so the difference is d·r - 2·(r³/3 + r⁵/5 + ...), in which
/// nothing cancels while `d` is small.
pub(super) fn excess_over_log(d: f64) -> f64 {
    if d.abs() > 0.25 {
        return d - d.ln_1p();
    }
    let r = d / (2.0 + d);
    let square = r * r;
    // |r| <= 1/7, so that the tenth term is below 1e-18 of the first.
    let series = (0..10).rev().fold(0.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 3));
    r * (d - 2.0 * square * series)
}

/// `ln(x / reference)` of positive numbers, accurate also where they nearly agree or their ratio overflows.
pub(super) fn log_ratio(x: f64, reference: f64) -> f64 {
    let d = (x - reference) / reference;
    if d.abs() < 0.5 { d.ln_1p() } else { x.ln() - reference.ln() }
}

/// `ln k - digamma(k)` for `k > 0`: falls from infinity to 0, and is 1/(2k) for large `k`.
///
/// Large `k`: Abramowitz & Stegun 6.3.18.
pub(super) fn log_minus_digamma(k: f64) -> f64 {
    if k < ASYMPTOTIC_FROM {
        return k.ln() - digamma(k);
    }
    let r = 1.0 / (k * k);
    0.5 / k + r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r / 132.0))))
}

/// `trigamma(k) - 1/k` for `k > 0`: positive, and 1/(2k²) for large `k`.
///
/// Large `k`: Abramowitz & Stegun 6.4.12. Small `k` is carried there by trigamma(k) = trigamma(k + 1) + 1/k², which
/// for this difference reads t(k) = t(k + 1) + 1/(k²·(k + 1)): only positive terms.
pub(super) fn trigamma_minus_inverse(k: f64) -> f64 {
    let mut k = k;
    let mut sum = 0.0;
    while k < ASYMPTOTIC_FROM {
        sum += 1.0 / (k * k * (k + 1.0));
        k += 1.0;
    }
    let r = 1.0 / (k * k);
    let series =
        1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * (5.0 / 66.0 - r * 691.0 / 2_730.0))));
    sum + r * (0.5 + series / k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::testing::assert_close;

    #[test]
    fn excess_over_log_is_accurate_from_tiny_to_large() {
        // mpmath 1.3.0, mp.dps = 50: d - log1p(d) with d the f64 shown.
        for (d, expected) in [
            (-0.999, 5.908755278982136),
            (-0.5, 0.19314718055994531),
            (-0.25, 0.03768207245178093),
            (-0.01, 5.0335853501441186e-5),
            (-1e-09, 5.000000003333334e-19),
            (1e-150, 5e-301),
            (1e-05, 4.9999666669166655e-11),
            (0.2, 0.017678443206045377),
            (0.26, 0.02888827903661337),
            (3.0, 1.6137056388801094),
            (1000000.0, 999986.184488442),
        ] {
            assert_close(excess_over_log(d), expected, 1e-14);
        }
        assert_eq!(excess_over_log(0.0), 0.0);
    }

    #[test]
    fn log_minus_digamma_agrees_with_mpmath() {
        // mpmath 1.3.0, mp.dps = 50: log(k) - digamma(k).
        for (k, expected) in [
            (1e-06, 999986.7617034621),
            (0.01, 95.95571527188058),
            (0.5, 1.2703628454614782),
            (1.0, 0.5772156649015329),
            (5.0, 0.1033202440022999),
            (11.999, 0.04224853865313264),
            (12.0, 0.042244969812188296),
            (100.0, 0.005008333250003967),
            (1000000.0, 5.000000833333334e-7),
            (1000000000000.0, 5.000000000000833e-13),
        ] {
            assert_close(log_minus_digamma(k), expected, 2e-13);
        }
    }

    #[test]
    fn trigamma_minus_inverse_agrees_with_mpmath() {
        // mpmath 1.3.0, mp.dps = 50: psi(1, k) - 1/k.
        for (k, expected) in [
            (1e-06, 999999000001.645),
            (0.01, 9901.621213528313),
            (0.5, 2.9348022005446794),
            (1.0, 0.6449340668482264),
            (5.0, 0.021322955737115325),
            (11.999, 0.003569142375711117),
            (12.0, 0.0035685395384350573),
            (100.0, 5.0166663333571394e-5),
            (1000000.0, 5.000001666666667e-13),
            (1000000000000.0, 5.000000000001666e-25),
        ] {
            assert_close(trigamma_minus_inverse(k), expected, 3e-14);
        }
    }

    #[test]
    fn log_ratio_survives_near_equality_and_overflowing_ratios() {
        assert_close(log_ratio(1.0 + f64::EPSILON, 1.0), f64::EPSILON, 1e-15);
        assert_close(log_ratio(1e300, 1e-300), 600.0 * std::f64::consts::LN_10, 1e-15);
        assert_close(log_ratio(1e-300, 1e300), -600.0 * std::f64::consts::LN_10, 1e-15);
    }
}
