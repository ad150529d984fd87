//! Characteristic functions, and their products.

use realfft::num_complex::Complex64;

/// How many values are added up at a time.
const LANES: usize = 4;

/// A characteristic function φ(u) = E exp(i·u·X) at the frequencies u = 2πk/period, k = 1, …, K.
///
/// Real and imaginary parts are apart, so that products of many of them run through vector registers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spectrum {
    pub(crate) re: Vec<f64>,
    pub(crate) im: Vec<f64>,
}

impl Spectrum {
    /// The spectrum of the constant 0.
    pub(crate) fn one(frequencies: usize) -> Self {
        Self { re: vec![1.0; frequencies], im: vec![0.0; frequencies] }
    }

    pub(super) fn from_values(values: impl Iterator<Item = Complex64>) -> Self {
        let (re, im) = values.map(|value| (value.re, value.im)).unzip();
        Self { re, im }
    }

    /// The spectrum of the constant `shift`: exp(i·shift·u) by repeated multiplication, which in K steps loses no more than K
    /// units in the last place.
    pub(crate) fn of_shift(shift: f64, period: f64, frequencies: usize) -> Self {
        let step = Complex64::cis(std::f64::consts::TAU * (shift / period).fract());
        let powers = std::iter::successors(Some(step), |power| Some(power * step));
        Self::from_values(powers.take(frequencies))
    }

    /// The spectrum of values that each have a share of 1/count, summed value by value; powers as those of
    /// [`of_shift`](Self::of_shift). Costs O(values · frequencies).
    pub(super) fn of_atoms(values: impl Iterator<Item = f64>, count: usize, period: f64, frequencies: usize) -> Self {
        let steps: Vec<Complex64> =
            values.map(|value| Complex64::cis(std::f64::consts::TAU * (value / period).fract())).collect();
        // In lanes, of which those that are left over have no share.
        let in_lanes = |part: fn(&Complex64) -> f64| -> Vec<[f64; LANES]> {
            let lane = |values: &[Complex64]| std::array::from_fn(|lane| values.get(lane).map_or(0.0, part));
            steps.chunks(LANES).map(lane).collect()
        };
        let (step_re, step_im) = (in_lanes(|step| step.re), in_lanes(|step| step.im));
        let share = 1.0 / count as f64;
        let mut powers: Vec<([f64; LANES], [f64; LANES])> = steps
            .chunks(LANES)
            .map(|all| (std::array::from_fn(|lane| if lane < all.len() { share } else { 0.0 }), [0.0; LANES]))
            .collect();
        let mut spectrum = Self { re: Vec::with_capacity(frequencies), im: Vec::with_capacity(frequencies) };
        for _ in 0..frequencies {
            let (mut sum_re, mut sum_im) = ([0.0; LANES], [0.0; LANES]);
            for ((re, im), (step_re, step_im)) in powers.iter_mut().zip(step_re.iter().zip(&step_im)) {
                for lane in 0..LANES {
                    let turned = re[lane] * step_re[lane] - im[lane] * step_im[lane];
                    im[lane] = re[lane] * step_im[lane] + im[lane] * step_re[lane];
                    re[lane] = turned;
                    sum_re[lane] += turned;
                    sum_im[lane] += im[lane];
                }
            }
            spectrum.re.push(sum_re.iter().sum());
            spectrum.im.push(sum_im.iter().sum());
        }
        spectrum
    }

    /// Adds the spectrum of what has the rest of the probability.
    pub(super) fn add(&mut self, other: &Self) {
        self.re.iter_mut().zip(&other.re).for_each(|(re, other)| *re += other);
        self.im.iter_mut().zip(&other.im).for_each(|(im, other)| *im += other);
    }

    /// Multiplies by another one, as adding an independent variable does.
    pub(crate) fn multiply(&mut self, other: &Self) {
        let own = self.re.iter_mut().zip(&mut self.im);
        for ((re, im), (&other_re, &other_im)) in own.zip(other.re.iter().zip(&other.im)) {
            (*re, *im) = (*re * other_re - *im * other_im, *re * other_im + *im * other_re);
        }
    }
}

/// The product of two spectra, given as real and imaginary parts, frequency by frequency.
pub(crate) fn multiply_into(a: (&[f64], &[f64]), b: (&[f64], &[f64]), product: (&mut [f64], &mut [f64])) {
    let factors = a.0.iter().zip(a.1).zip(b.0.iter().zip(b.1));
    for ((re, im), ((a_re, a_im), (b_re, b_im))) in product.0.iter_mut().zip(product.1).zip(factors) {
        (*re, *im) = (a_re * b_re - a_im * b_im, a_re * b_im + a_im * b_re);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_values_are_summed_as_the_definition_says() {
        for count in [1, 3, 4, 9] {
            let values: Vec<f64> = (0..count).map(|number: i32| (f64::from(number) * 1.7).sin() * 30.0).collect();
            let spectrum = Spectrum::of_atoms(values.iter().copied(), 10, 80.0, 300);
            for k in [1_usize, 2, 17, 300] {
                let u = std::f64::consts::TAU * k as f64 / 80.0;
                let expected: Complex64 = values.iter().map(|value| Complex64::cis(u * value) / 10.0).sum();
                let found = Complex64::new(spectrum.re[k - 1], spectrum.im[k - 1]);
                assert!((found - expected).norm() < 1e-12, "{count} values, k = {k}: {found} instead of {expected}");
            }
        }
    }
}
