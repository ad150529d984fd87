//! The characteristic function of log-normal noise, which has no formula.

use rustfft::num_complex::Complex64;

/// The step of the trapezoidal rule, in standard deviations of the logarithm. Its error falls faster than e^(−2π²/step²).
const STEP: f64 = 0.25;
/// How far from its centre the integral is cut off.
const REACH: f64 = 9.0;
/// How far the path is moved off the real axis at least, in standard deviations: it costs e^(½) of accuracy and damps
/// the turns of large values.
const LEAST_SHIFT: f64 = 1.0;

/// E exp(i·u·exp(mu + sigma·Z)) for a standard normal Z.
///
/// The integral ∫ exp(i·v·e^(σz) − z²/2) dz, v = u·e^μ, is taken along the line through its saddle point parallel to the real
/// axis, where nothing cancels, by the trapezoidal rule, which converges exponentially there.
pub(super) fn log_normal(u: f64, mu: f64, sigma: f64) -> Complex64 {
    let v = u.abs() * mu.exp();
    if v == 0.0 || !v.is_finite() {
        return Complex64::new(f64::from(v == 0.0), 0.0);
    }
    let saddle = saddle(v, sigma);
    let height = saddle.im.max(LEAST_SHIFT.min(1.5 / sigma));
    let steps = (REACH / STEP) as i32;
    let sum: Complex64 = (-steps..=steps)
        .map(|step| {
            let z = Complex64::new(saddle.re + f64::from(step) * STEP, height);
            (Complex64::i() * v * (sigma * z).exp() - 0.5 * z * z).exp()
        })
        .filter(|value| value.is_finite())
        .sum();
    let value = sum * STEP / std::f64::consts::TAU.sqrt();
    if u < 0.0 { value.conj() } else { value }
}

/// Where i·v·e^(σz) − z²/2 is stationary: z = i·v·σ·e^(σz), so that −σz is Lambert's function of −i·v·σ². By Newton's
/// method for ln, w + ln w = ln(−i·v·σ²), where that is large, and directly where it is small.
fn saddle(v: f64, sigma: f64) -> Complex64 {
    let argument = Complex64::new(0.0, -v * sigma * sigma);
    let mut w = if argument.norm() < 1.0 { argument / (1.0 + argument) } else { (1.0 + argument).ln() };
    for _ in 0..12 {
        let exp = w.exp();
        let excess = w * exp - argument;
        let step = excess / (exp * (w + 1.0) - (w + 2.0) * excess / (2.0 * w + 2.0));
        w -= step;
        if step.norm() < 1e-8 * w.norm() {
            break;
        }
    }
    -w / sigma
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the midpoint rule on the real axis, with many points.
    fn brute_force(u: f64, mu: f64, sigma: f64) -> Complex64 {
        let step = 1e-4;
        let term = |i: i32| {
            let z = f64::from(i) * step;
            Complex64::cis(u * (mu + sigma * z).exp()) * (-0.5 * z * z).exp()
        };
        (-90_000..=90_000).map(term).sum::<Complex64>() * step / std::f64::consts::TAU.sqrt()
    }

    #[test]
    fn the_path_through_the_saddle_agrees_with_brute_force() {
        for sigma in [0.05, 0.3, 0.7, 1.2] {
            for u in [1e-4, 0.03, -0.5, 3.0, 12.0] {
                let (found, expected) = (log_normal(u, 0.2, sigma), brute_force(u, 0.2, sigma));
                assert!((found - expected).norm() < 1e-11, "sigma {sigma}, u {u}: {found} instead of {expected}");
            }
        }
    }

    #[test]
    fn far_out_it_keeps_falling() {
        let sizes: Vec<f64> = (0..40).map(|power| log_normal(1.5_f64.powi(power), 0.0, 0.8).norm()).collect();
        assert!(sizes.windows(2).all(|pair| pair[1] < pair[0]), "{sizes:?}");
    }
}
