//! Logarithms of sums, ratios and complements that keep their digits where the plain formula loses them.

/// ln(eᵃ + eᵇ), without leaving the range of an `f64` on the way; either may be −∞.
pub(crate) fn ln_sum_exp(a: f64, b: f64) -> f64 {
    let (smaller, larger) = if a < b { (a, b) } else { (b, a) };
    if smaller == f64::NEG_INFINITY { larger } else { larger + (smaller - larger).exp().ln_1p() }
}

/// ln p, from p or from 1 - p, whichever is the smaller and has the digits.
pub(crate) fn ln_from_either(p: f64, rest: f64) -> f64 {
    if p > 0.5 { (-rest).ln_1p() } else { p.ln() }
}

/// `d - ln(1 + d)` for `d > -1`: positive, and d²/2 for small `d`.
///
/// With r = d/(2 + d), ln(1 + d) = 2·artanh(r), so the difference is d·r - 2·(r³/3 + r⁵/5 + ...), in which
/// nothing cancels while `d` is small.
pub(crate) fn excess_over_log(d: f64) -> f64 {
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
pub(crate) fn log_ratio(x: f64, reference: f64) -> f64 {
    let d = (x - reference) / reference;
    if d.abs() < 0.5 { d.ln_1p() } else { x.ln() - reference.ln() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;
    use std::f64::consts::LN_2;

    #[test]
    fn sums_of_tiny_probabilities_stay_exact() {
        assert_eq!(ln_sum_exp(-5000.0, -5000.0), -5000.0 + LN_2);
        assert_eq!(ln_sum_exp(f64::NEG_INFINITY, -3.0), -3.0);
        assert_eq!(ln_sum_exp(f64::NEG_INFINITY, f64::NEG_INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn a_logarithm_comes_from_whichever_side_has_the_digits() {
        assert_close(ln_from_either(1.0, 1e-20), -1e-20, 1e-15);
        assert_eq!(ln_from_either(1e-20, 1.0), 1e-20_f64.ln());
        assert_eq!((ln_from_either(0.0, 1.0), ln_from_either(1.0, 0.0)), (f64::NEG_INFINITY, 0.0));
    }

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
    fn log_ratio_survives_near_equality_and_overflowing_ratios() {
        assert_close(log_ratio(1.0 + f64::EPSILON, 1.0), f64::EPSILON, 1e-15);
        assert_close(log_ratio(1e300, 1e-300), 600.0 * std::f64::consts::LN_10, 1e-15);
        assert_close(log_ratio(1e-300, 1e300), -600.0 * std::f64::consts::LN_10, 1e-15);
    }
}
