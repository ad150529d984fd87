//! The Fourier transform of real numbers, as many as a power of two.
//!
//! Planned here, as rustfft's planner would plan it: the planner may choose among all algorithms for any length, and so has all of them
//! compiled.

use std::sync::{Arc, OnceLock};

use rustfft::algorithm::butterflies::{Butterfly8, Butterfly16};
use rustfft::algorithm::{Dft, Radix4};
use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftDirection};

/// Plans for 1, 2, 4, … numbers, which take as long to make as a few transforms: kept, as they depend on nothing else.
static PLANS: [OnceLock<Arc<Plan>>; 17] = [const { OnceLock::new() }; 17];

/// Σ massₚ exp(−2πi·k·p/points) for k = 0, …, points/2. The number of points is a power of two, at least 2.
pub(super) fn transform(masses: &[f64]) -> Vec<Complex64> {
    debug_assert!(masses.len().is_power_of_two() && masses.len() > 1);
    let make = || Arc::new(Plan::new(masses.len()));
    let kept = PLANS.get(masses.len().ilog2() as usize);
    kept.map_or_else(make, |plan| Arc::clone(plan.get_or_init(make))).transform(masses)
}

struct Plan {
    /// Of half as many complex numbers.
    fft: Arc<dyn Fft<f64>>,
    /// ½·exp(−2πi·k/points) for k = 1, …, points/4 − 1.
    twiddles: Vec<Complex64>,
}

impl Plan {
    fn new(points: usize) -> Self {
        let half = points / 2;
        let forward = FftDirection::Forward;
        let radix_4 = |base: Arc<dyn Fft<f64>>| {
            let steps = (half / base.len()).ilog2() / 2;
            Arc::new(Radix4::new_with_base(steps, base)) as Arc<dyn Fft<f64>>
        };
        let fft = match half.ilog2() {
            ..3 => Arc::new(Dft::new(half, forward)),
            bits if bits % 2 == 1 => radix_4(Arc::new(Butterfly8::new(forward))),
            _ => radix_4(Arc::new(Butterfly16::new(forward))),
        };
        let step = -std::f64::consts::TAU / points as f64;
        let twiddle = |k: usize| {
            let (sin, cos) = (step * k as f64).sin_cos();
            Complex64::new(cos, sin) * 0.5
        };
        Self { fft, twiddles: (1..points / 4).map(twiddle).collect() }
    }

    /// Even and odd places are the real and imaginary parts of half as many numbers, whose transform Z is then taken apart:
    /// X(k) = ½(Z(k) + Z̄(n − k)) − ½i·exp(−2πi·k/2n)·(Z(k) − Z̄(n − k)) with n = points/2.
    fn transform(&self, masses: &[f64]) -> Vec<Complex64> {
        let mut pairs: Vec<Complex64> = masses.chunks_exact(2).map(|pair| Complex64::new(pair[0], pair[1])).collect();
        let half = pairs.len();
        let mut found = vec![Complex64::ZERO; half + 1];
        let mut scratch = vec![Complex64::ZERO; self.fft.get_outofplace_scratch_len()];
        self.fft.process_outofplace_with_scratch(&mut pairs, &mut found[..half], &mut scratch);
        let first = found[0];
        (found[0], found[half]) = ((first.re + first.im).into(), (first.re - first.im).into());
        let (left, right) = found.split_at_mut(half.div_ceil(2));
        for ((twiddle, one), other) in self.twiddles.iter().zip(&mut left[1..]).zip(right.iter_mut().rev().skip(1)) {
            let (sum, difference) = (*one + *other, *one - *other);
            let real = (sum * twiddle.re).im + (difference * twiddle.im).re;
            let imaginary = (sum * twiddle.im).im - (difference * twiddle.re).re;
            let (of_sum, of_difference) = (0.5 * sum.re, 0.5 * difference.im);
            *one = Complex64::new(of_sum + real, of_difference + imaginary);
            *other = Complex64::new(of_sum - real, imaginary - of_difference);
        }
        if half > 1 {
            found[half / 2].im = -found[half / 2].im;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_power_of_two_is_transformed_as_its_sum_says() {
        for bits in 1..=11 {
            let points = 1_usize << bits;
            let masses: Vec<f64> = (0..points).map(|place| (place * place % 13) as f64 - 5.5).collect();
            let found = transform(&masses);
            assert_eq!(found.len(), points / 2 + 1);
            for (k, found) in found.iter().enumerate() {
                let turn = |place: usize| -std::f64::consts::TAU * (k * place % points) as f64 / points as f64;
                let expected: Complex64 =
                    masses.iter().enumerate().map(|(place, mass)| mass * Complex64::cis(turn(place))).sum();
                assert!((found - expected).norm() < 1e-12 * points as f64, "{points} {k}: {found} for {expected}");
            }
        }
    }
}
