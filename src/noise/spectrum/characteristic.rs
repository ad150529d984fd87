//! Characteristic functions, and their products.

use rustfft::num_complex::Complex64;

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
        let mut spectrum = Self { re: vec![step.re; frequencies], im: vec![step.im; frequencies] };
        let mut power = step;
        for (re, im) in spectrum.re.iter_mut().zip(&mut spectrum.im).skip(1) {
            power *= step;
            (*re, *im) = (power.re, power.im);
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
        self.multiply_first(self.re.len(), other);
    }

    /// Multiplies the first so many frequencies by those of another one.
    pub(crate) fn multiply_first(&mut self, frequencies: usize, other: &Self) {
        let own = self.re[..frequencies].iter_mut().zip(&mut self.im[..frequencies]);
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
