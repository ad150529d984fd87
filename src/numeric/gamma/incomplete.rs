//! The regularised incomplete gamma functions, and their inverse.
//!
//! `statrs` computes both functions well for shapes of up to 1e4, which no caller exceeds (statrs
//! 0.19.1: beyond, its error grows in proportion to the shape, as does its running time). Its `inverse_cdf` was
//! measured to fail: it stops at an absolute error of 1e-9, which is 98% of the probability away when the shape is
//! 1e-3, and it inverts the distribution function even in the upper tail. So the inverse is computed here.

use crate::numeric::logarithms::ln_from_either;
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::{gamma_lr, gamma_ur, ln_gamma};

/// P(a, x): the probability that a gamma variable of shape `a` and scale 1 is at most `x`.
pub(crate) fn lower(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x == f64::INFINITY {
        1.0
    } else {
        // For shapes near 0 rounding can carry it past 1.
        gamma_lr(shape, x).min(1.0)
    }
}

/// Q(a, x) = 1 - P(a, x), with relative accuracy where it is small. (For shapes below 1e-4 it is small everywhere, and
/// for x < 1 absolute to 1e-16 only.)
pub(crate) fn upper(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if x == f64::INFINITY {
        0.0
    } else {
        gamma_ur(shape, x).max(0.0)
    }
}

/// The probability below which its logarithm is computed without it.
const SMALL: f64 = 1e-280;

/// ln P(a, x), also where the probability is too small for an `f64`.
///
/// There x is far below a, and P(a, x) = x^a e^-x/Γ(a + 1) · Σ x^n/((a + 1)···(a + n)) converges (Abramowitz & Stegun
/// 6.5.29).
pub(crate) fn ln_lower(shape: f64, x: f64) -> f64 {
    let p = lower(shape, x);
    if p >= SMALL || x <= 0.0 {
        return ln_from_either(p, upper(shape, x));
    }
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    while term > f64::EPSILON * sum {
        n += 1.0;
        term *= x / (shape + n);
        sum += term;
    }
    shape * x.ln() - x - ln_gamma(shape + 1.0) + f64::ln(sum)
}

/// ln Q(a, x), also where the probability is too small for an `f64`.
///
/// There x is far above a, and Q(a, x) = x^a e^-x/Γ(a) times a continued fraction converges (Abramowitz & Stegun 6.5.31),
/// here in its even form by Lentz's method (W. H. Press et al., *Numerical Recipes*, section 6.2).
pub(crate) fn ln_upper(shape: f64, x: f64) -> f64 {
    let q = upper(shape, x);
    if q >= SMALL || x == f64::INFINITY {
        return ln_from_either(q, lower(shape, x));
    }
    let mut b = x + 1.0 - shape;
    let (mut c, mut d) = (f64::INFINITY, 1.0 / b);
    let mut fraction = d;
    for n in 1..10_000 {
        let a = f64::from(n) * (shape - f64::from(n));
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    shape * x.ln() - x - ln_gamma(shape) + fraction.ln()
}

/// The `x` at which P(shape, x) is `p`, for `p` in [0, 1].
///
/// See [`ln_inverse_lower`].
pub(crate) fn inverse_lower(shape: f64, p: f64) -> f64 {
    ln_inverse_lower(shape, p).exp()
}

/// The natural logarithm of the `x` at which P(shape, x) is `p`, for `p` in [0, 1]; finite also where `x` is too small for `f64`.
///
/// Newton's method on ln P or ln Q, whichever is the smaller probability, in u = ln x, kept inside a bracket. Both
/// logarithms are concave in u, so that Newton does not wander; it takes four to eight steps.
pub(crate) fn ln_inverse_lower(shape: f64, p: f64) -> f64 {
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    // P(a, x) <= x^a / gamma(a + 1), with equality in the limit of small x: a bound from below, and all that
    // is needed where x is negligible against 1.
    let mut low = (p.ln() + ln_gamma(shape + 1.0)) / shape;
    if low < 1e-17_f64.ln() {
        return low;
    }
    // Q(a, a + √(2at) + t) <= exp(-t) (Laurent & Massart 2000, lemma 1), and no 1 - p is below exp(-40).
    let mut high = (shape + (80.0 * shape).sqrt() + 40.0).ln();
    let mut u = wilson_hilferty(shape, p).ln().max(low).min(high);
    for _ in 0..200 {
        let (error, slope) = log_error(shape, u, p);
        if error > 0.0 {
            high = u;
        } else {
            low = u;
        }
        let newton = u - error / slope;
        let next = if newton >= low && newton <= high { newton } else { f64::midpoint(low, high) };
        // In units of the distribution's width in u; the step after this one would be its square.
        let step = (next - u).abs() * (1.0 + shape.sqrt());
        u = next;
        if step < 1e-8 {
            break;
        }
    }
    u
}

/// How far x = exp(u) lies above the quantile, as a difference of log probabilities, and its slope in u.
fn log_error(shape: f64, u: f64, p: f64) -> (f64, f64) {
    let x = u.exp();
    let density_times_x = (shape * u - x - ln_gamma(shape)).exp();
    if p <= 0.5 {
        let below = lower(shape, x);
        ((below / p).ln(), density_times_x / below)
    } else {
        let above = upper(shape, x);
        (-(above / (1.0 - p)).ln(), density_times_x / above)
    }
}

/// Wilson & Hilferty's quantile, from the cube root being nearly normal; NaN or 0 where it does not apply.
fn wilson_hilferty(shape: f64, p: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * shape) + Normal::standard().inverse_cdf(p) / (3.0 * shape.sqrt());
    shape * root.max(0.0).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::testing::assert_close;

    #[test]
    fn both_tails_agree_with_mpmath() {
        // mpmath 1.3.0, mp.dps = 60: gammainc(a, 0, x, regularized=True), gammainc(a, x, inf, regularized=True).
        for (shape, x, below, above) in [
            (0.001, 0.001, 0.9936876467088603, 0.00631235329113971),
            (0.001, 0.25, 0.9989556556197281, 0.0010443443802718604),
            (0.5, 0.5, 0.6826894921370859, 0.3173105078629141),
            (0.5, 50.0, 1.0, 1.523970604832105e-23),
            (2.5, 0.01, 2.987601531906594e-6, 0.999997012398468),
            (2.5, 15.0, 0.9999852514189616, 1.4748581038443052e-5),
            (99.0, 20.0, 1.7487210297185057e-36, 1.0),
            (99.0, 400.0, 1.0, 2.6996570652448836e-73),
        ] {
            assert_close(lower(shape, x), below, 2e-10);
            assert_close(upper(shape, x), above, 2e-10);
        }
    }

    #[test]
    fn tails_sum_to_one() {
        for shape in [1e-3, 0.5, 1.0, 7.0, 300.0, 9_999.0] {
            for deviations in [-6.0, -1.0, 0.0, 0.5, 6.0] {
                let x: f64 = shape + deviations * f64::sqrt(shape);
                let sum = lower(shape, x) + upper(shape, x);
                assert!((sum - 1.0).abs() < 1e-14, "shape {shape}, x {x}: {sum}");
            }
        }
    }

    #[test]
    fn inverse_agrees_with_mpmath() {
        // mpmath 1.3.0, mp.dps = 60: root of gammainc(a, 0, x, regularized=True) - p.
        for (shape, p, expected) in [
            (0.001, 0.5, 5.244206408277978e-302),
            (0.001, 0.99, 2.4259428385578437e-5),
            (0.001, 0.9999999999, 13.454595433853491),
            (0.1, 1e-20, 6.073048362408034e-201),
            (0.1, 0.5, 0.0005933911044602261),
            (0.5, 1e-05, 7.853981634385718e-11),
            (0.5, 0.9999999999, 20.910728101491394),
            (2.5, 1e-300, 1.616703890291564e-120),
            (2.5, 1e-20, 1.6167038977593683e-8),
            (2.5, 0.01, 0.27714903836413857),
            (10.0, 0.5, 9.668714614714132),
            (99.0, 0.9999999999, 175.98403426886304),
            (1000.0, 1e-300, 233.92836429052844),
            (1000.0, 0.999999999999, 1238.8645816054106),
        ] {
            assert_close(inverse_lower(shape, p), expected, 1e-11);
        }
    }

    #[test]
    fn inverse_gives_back_the_probability_everywhere() {
        for shape in [1e-3, 0.02, 0.3, 0.999, 1.0, 1.5, 30.0, 500.0, 1e4] {
            for p in [1e-300, 1e-100, 1e-12, 1e-4, 0.1, 0.5, 0.500001, 0.9, 0.9999, 1.0 - 1e-12, 1.0 - f64::EPSILON] {
                let x = inverse_lower(shape, p);
                // Below the smallest normal number x itself has lost its digits.
                if x > f64::MIN_POSITIVE {
                    // A relative error of 2^-53 in x is one of √shape·2^-53 standard deviations.
                    let tolerance = 1e-8;
                    assert_close(lower(shape, x), p, tolerance);
                    assert_close(upper(shape, x), 1.0 - p, tolerance);
                }
            }
        }
    }

    #[test]
    fn ends_and_infinities_are_answered() {
        for shape in [0.1, 1.0, 1e6] {
            assert_eq!((inverse_lower(shape, 0.0), inverse_lower(shape, 1.0)), (0.0, f64::INFINITY));
            assert_eq!((lower(shape, f64::INFINITY), upper(shape, f64::INFINITY)), (1.0, 0.0));
            assert_eq!((lower(shape, -1.0), upper(shape, -1.0)), (0.0, 1.0));
            assert_eq!((lower(shape, 0.0), upper(shape, 0.0)), (0.0, 1.0));
        }
    }
}
