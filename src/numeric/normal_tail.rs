//! Logarithms of normal tail probabilities, as far out as anyone may ask.

use std::f64::consts::{LN_2, SQRT_2};

use puruspe::erfcx;

/// ln P{Z ≥ z} for a standard normal Z, also where the probability itself is too small for an `f64` (beyond z = 38).
///
/// For z > 0 it is ln(erfcx(z/√2)/2) − z²/2, where erfcx(x) = e^{x²} erfc(x) is the scaled complementary error
/// function: both terms are computed without cancellation. Relative error below 1e-14 where the logarithm
/// exceeds 1e-300 in size.
pub(crate) fn ln_normal_survival(z: f64) -> f64 {
    if z > 0.0 {
        (erfcx(z / SQRT_2)).ln() - LN_2 - 0.5 * z * z
    } else {
        // ln(1 − P{Z ≥ −z}), whose last digits count where the probability is close to 1.
        let other_side = 0.5 * erfcx(-z / SQRT_2) * (-0.5 * z * z).exp();
        (-other_side).ln_1p()
    }
}

/// P{Z ≥ z} for a standard normal Z, to the last digits as far as it is a number of all digits (up to z = 37).
pub(crate) fn normal_survival(z: f64) -> f64 {
    let beyond = 0.5 * erfcx(z.abs() / SQRT_2) * (-0.5 * z * z).exp();
    if z > 0.0 { beyond } else { 1.0 - beyond }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::logarithms::ln_sum_exp;

    /// ln P{Z ≥ z} by mpmath 1.3.0 with 900 digits: `mp.log(mp.erfc(z/mp.sqrt(2))/2)`.
    const HIGH_PRECISION: [(f64, f64); 12] = [
        (-30.0, -4.906713927148187e-198),
        (-8.0, -6.220960574271786e-16),
        (-1.0, -0.17275377902344988),
        (-0.25, -0.5129840754094305),
        (0.0, -LN_2),
        (0.25, -0.9130617648111351),
        (1.0, -1.8410216450092636),
        (3.0, -6.607726221510349),
        (8.0, -35.01343715991455),
        (38.0, -726.5572160188201),
        (40.0, -804.6084420137538),
        (100.0, -5005.524208694205),
    ];

    #[test]
    fn agrees_with_high_precision_values_out_to_100_standard_deviations() {
        for (z, exact) in HIGH_PRECISION {
            let error = (ln_normal_survival(z) - exact).abs() / exact.abs();
            assert!(error < 1e-14, "{z}: {} instead of {exact}", ln_normal_survival(z));
        }
    }

    #[test]
    fn probabilities_are_those_of_the_logarithms() {
        for (z, exact) in HIGH_PRECISION.into_iter().filter(|(z, _)| *z < 37.0) {
            let (found, exact) = (normal_survival(z), exact.exp());
            assert!((found / exact - 1.0).abs() < 1e-13, "{z}: {found} instead of {exact}");
        }
        assert_eq!([f64::INFINITY, 40.0, f64::NEG_INFINITY].map(normal_survival), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn both_sides_sum_to_one_and_infinities_are_certain() {
        for step in -80..=80 {
            let z = f64::from(step) / 10.0;
            let total = ln_sum_exp(ln_normal_survival(z), ln_normal_survival(-z));
            assert!(total.abs() < 1e-15, "{z}: {total}");
        }
        assert_eq!(ln_normal_survival(f64::INFINITY), f64::NEG_INFINITY);
        assert_eq!(ln_normal_survival(f64::NEG_INFINITY), 0.0);
    }
}
