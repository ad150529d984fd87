//! Digamma and trigamma functions less what they are nearly equal to, computed without the cancellation.
//!
//! `statrs` has the digamma function, but where a gamma distribution is narrow the estimate depends on
//! `ln k - digamma(k)`, which loses every digit for large `k` when the two are subtracted.

use statrs::function::gamma::digamma;

/// The argument from which on the asymptotic series below are exact to about 1e-13, relative.
const ASYMPTOTIC_FROM: f64 = 12.0;

/// `ln k - digamma(k)` for `k > 0`: falls from infinity to 0, and is 1/(2k) for large `k`.
///
/// Large `k`: Abramowitz & Stegun 6.3.18.
pub(crate) fn log_minus_digamma(k: f64) -> f64 {
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
pub(crate) fn trigamma_minus_inverse(k: f64) -> f64 {
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
    use crate::numeric::testing::assert_close;

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
}
