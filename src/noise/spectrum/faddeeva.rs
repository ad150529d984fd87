//! The Faddeeva function on the real axis: the characteristic function of half-normal noise.

use std::f64::consts::PI;

use rustfft::num_complex::Complex64;

/// The step of the sum below. Its error is e^(−(π/2/step)²), far below rounding.
const STEP: f64 = 0.2;
/// How many odd multiples of the step are added to either side: the last is e⁻⁴⁰.
const TERMS: i32 = 16;
/// Where the asymptotic series is as good.
const FAR: f64 = 12.0;

/// w(x) = e^(−x²) + 2i/√π · D(x), with Dawson's integral D(x) = e^(−x²) ∫₀ˣ e^(t²) dt.
///
/// For a standard half-normal N, E e^(iuN) = w(u/√2).
pub(super) fn faddeeva(x: f64) -> Complex64 {
    Complex64::new((-x * x).exp(), 2.0 / PI.sqrt() * dawson(x))
}

/// Dawson's integral by Rybicki's sum, D(x) ≈ 1/√π Σ e^(−(x − n·step)²)/n over odd n (Computers in Physics 3, 1989), taken
/// around the even multiple of the step that is nearest to x.
fn dawson(x: f64) -> f64 {
    let size = x.abs();
    if size > FAR {
        let y = 1.0 / (2.0 * x * x);
        return (1.0 + y * (1.0 + y * (3.0 + y * (15.0 + y * (105.0 + y * 945.0))))) / (2.0 * x);
    }
    if size < 0.2 {
        let y = x * x;
        return x
            * (1.0
                - 2.0 / 3.0
                    * y
                    * (1.0 - 0.4 * y * (1.0 - 2.0 / 7.0 * y * (1.0 - 2.0 / 9.0 * y * (1.0 - 2.0 / 11.0 * y)))));
    }
    let nearest = 2 * (size / (2.0 * STEP)).round() as i32;
    let term = |n: i32| (-(size - f64::from(n) * STEP).powi(2)).exp() / f64::from(n);
    let sum: f64 = (0..TERMS).map(|i| term(nearest + 2 * i + 1) + term(nearest - 2 * i - 1)).sum();
    (sum / PI.sqrt()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dawsons_integral_is_what_tables_say() {
        // Abramowitz and Stegun, table 7.5, and for x = 20 the asymptotic series.
        for (x, expected) in [
            (0.1, 0.099_335_992_397_8),
            (0.3, 0.282_631_665_021_3),
            (0.5, 0.424_436_383_502_0),
            (1.0, 0.538_079_506_912_8),
            (2.0, 0.301_340_388_923_8),
            (20.0, 0.025_031_367_926_4),
        ] {
            assert!((dawson(x) - expected).abs() < 1e-12, "{x}: {}", dawson(x));
            assert_eq!(dawson(-x), -dawson(x));
        }
    }

    #[test]
    fn dawsons_integral_solves_its_equation_everywhere() {
        // D′ = 1 − 2xD
        for i in 1..400 {
            let (x, h) = (f64::from(i) * 0.05 + 0.01, 1e-4);
            let slope = (dawson(x + h) - dawson(x - h)) / (2.0 * h);
            let expected = 1.0 - 2.0 * x * dawson(x);
            assert!((slope - expected).abs() < 2e-8, "{x}: {slope} instead of {expected}");
        }
    }
}
