//! Characteristic functions of noises: what turns the distribution of a sum into a product.

use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use super::NoiseDistribution;

/// Points of the lattice on which a distribution without a closed form is put, per frequency: two would be the
/// least that resolves them, with four the interpolation between the points costs no accuracy that matters.
const POINTS_PER_FREQUENCY: usize = 4;

/// A characteristic function φ(u) = E exp(i·u·X) at the frequencies u = 2πk/period, k = 1, …, K.
///
/// Real and imaginary parts are apart, so that products of many of them run through vector registers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spectrum {
    pub(crate) re: Vec<f64>,
    pub(crate) im: Vec<f64>,
}

impl Spectrum {
    /// Of the constant 0.
    pub(crate) fn one(frequencies: usize) -> Self {
        Self { re: vec![1.0; frequencies], im: vec![0.0; frequencies] }
    }

    fn from_values(values: impl Iterator<Item = Complex64>) -> Self {
        let (re, im) = values.map(|value| (value.re, value.im)).unzip();
        Self { re, im }
    }

    /// Of the constant `shift`: exp(i·shift·u) by repeated multiplication, which in K steps loses no more than K
    /// units in the last place.
    pub(crate) fn of_shift(shift: f64, period: f64, frequencies: usize) -> Self {
        let step = Complex64::cis(std::f64::consts::TAU * (shift / period).fract());
        let powers = std::iter::successors(Some(step), |power| Some(power * step));
        Self::from_values(powers.take(frequencies))
    }

    /// Multiplies by another one, as adding an independent variable does.
    pub(crate) fn multiply(&mut self, other: &Self) {
        multiply_into(&mut self.re, &mut self.im, (&other.re, &other.im));
    }
}

/// (re + i·im) · other, in place, frequency by frequency.
pub(crate) fn multiply_into(re: &mut [f64], im: &mut [f64], other: (&[f64], &[f64])) {
    for (((re, im), &other_re), &other_im) in re.iter_mut().zip(im).zip(other.0).zip(other.1) {
        (*re, *im) = (*re * other_re - *im * other_im, *re * other_im + *im * other_re);
    }
}

/// Computes characteristic functions at a fixed number of frequencies.
pub(crate) struct SpectrumAnalyser {
    frequencies: usize,
    transform: Arc<dyn RealToComplex<f64>>,
}

impl SpectrumAnalyser {
    pub(crate) fn new(frequencies: usize) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(POINTS_PER_FREQUENCY * frequencies);
        Self { frequencies, transform }
    }

    /// The characteristic function of factor · (N − E N), whose range should not exceed the period: what lies
    /// outside counts as if it were shifted by a multiple of the period.
    ///
    /// Exact for normal, uniform, exponential, gamma and constant noise. Values of empirical noise are put on a
    /// lattice by cubic interpolation, which keeps their first three moments; other families are integrated over
    /// the lattice's cells. Costs O(values + frequencies · log frequencies).
    pub(crate) fn spectrum(&self, noise: &NoiseDistribution, factor: f64, period: f64) -> Spectrum {
        let mean = factor * noise.mean();
        let centred = |raw: &dyn Fn(f64) -> Complex64| {
            let value = |k: usize| {
                let u = std::f64::consts::TAU * k as f64 / period;
                raw(factor * u) * Complex64::cis(-mean * u)
            };
            Spectrum::from_values((1..=self.frequencies).map(value))
        };
        match noise {
            NoiseDistribution::Constant(_) => Spectrum::one(self.frequencies),
            NoiseDistribution::Normal(noise) => {
                centred(&|u| Complex64::cis(u * noise.mean()) * (-0.5 * (u * noise.std_dev()).powi(2)).exp())
            }
            NoiseDistribution::Uniform(noise) => centred(&|u| {
                let half = 0.5 * u * (noise.high() - noise.low());
                Complex64::cis(u * f64::midpoint(noise.low(), noise.high())) * (half.sin() / half)
            }),
            NoiseDistribution::Exponential(noise) => {
                centred(&|u| Complex64::cis(u * noise.location()) / Complex64::new(1.0, -u * noise.scale()))
            }
            NoiseDistribution::Gamma(noise) => centred(&|u| {
                Complex64::cis(u * noise.location()) * Complex64::new(1.0, -u * noise.scale()).powf(-noise.shape())
            }),
            NoiseDistribution::Empirical(noise) => {
                let values = noise.values();
                let centred = values.iter().map(|value| factor * value - mean);
                self.transform(interpolated(centred, values.len(), period, self.points()))
            }
            NoiseDistribution::HalfNormal(_) | NoiseDistribution::LogNormal(_) => {
                let mut spectrum = self.transform(integrated(noise, factor, mean, period, self.points()));
                self.undo_cells(&mut spectrum);
                spectrum
            }
        }
    }

    fn points(&self) -> usize {
        POINTS_PER_FREQUENCY * self.frequencies
    }

    fn transform(&self, mut masses: Vec<f64>) -> Spectrum {
        let mut transformed = self.transform.make_output_vec();
        // Both have the lengths that the plan was made for, the only thing that can go wrong.
        let done = self.transform.process(&mut masses, &mut transformed);
        debug_assert!(done.is_ok());
        // The transform has exp(−i…).
        Spectrum::from_values(transformed.iter().skip(1).take(self.frequencies).map(Complex64::conj))
    }

    /// Gathering a density at the centres of cells of width h multiplies its characteristic function by
    /// sin(uh/2)/(uh/2).
    fn undo_cells(&self, spectrum: &mut Spectrum) {
        let half_cell = |k: usize| std::f64::consts::PI * k as f64 / self.points() as f64;
        for (place, (re, im)) in spectrum.re.iter_mut().zip(&mut spectrum.im).enumerate() {
            let half = half_cell(place + 1);
            let factor = half / half.sin();
            (*re, *im) = (*re * factor, *im * factor);
        }
    }
}

impl fmt::Debug for SpectrumAnalyser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SpectrumAnalyser").field("frequencies", &self.frequencies).finish_non_exhaustive()
    }
}

/// The distribution of `count` equally likely values on a circle of lattice points, the first of them at 0: each is
/// spread over the four points around it with the weights of cubic (Lagrange) interpolation.
fn interpolated(values: impl Iterator<Item = f64>, count: usize, period: f64, points: usize) -> Vec<f64> {
    let mut masses = vec![0.0; points];
    let (density, share) = (points as f64 / period, 1.0 / count as f64);
    let last = points - 1; // a mask too: the number of points is a power of two
    for value in values {
        let place = value * density;
        let whole = place.floor();
        let (f, point) = (place - whole, (whole as i64 as usize).wrapping_sub(1));
        let (below, above) = (f * (f - 1.0) * share, (f + 1.0) * (f - 2.0) * share);
        masses[point & last] -= below * (f - 2.0) / 6.0;
        masses[point.wrapping_add(1) & last] += above * (f - 1.0) / 2.0;
        masses[point.wrapping_add(2) & last] -= above * f / 2.0;
        masses[point.wrapping_add(3) & last] += below * (f + 1.0) / 6.0;
    }
    masses
}

/// The probabilities of cells around the lattice points on half a period to either side of the mean; the outermost
/// cells hold what lies beyond.
fn integrated(noise: &NoiseDistribution, factor: f64, mean: f64, period: f64, points: usize) -> Vec<f64> {
    let width = period / points as f64;
    let half = points / 2;
    // P{factor · N ≤ y}
    let up_to = |y: f64| if factor > 0.0 { noise.cdf(y / factor) } else { noise.survival(y / factor) };
    let mut masses = vec![0.0; points];
    let mut before = 0.0;
    for cell in 0..points {
        let offset = cell as f64 - half as f64;
        let upper_end = if cell + 1 == points { 1.0 } else { up_to(mean + (offset + 0.5) * width) };
        masses[(cell + points - half) % points] = upper_end - before;
        before = upper_end;
    }
    masses
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREQUENCIES: usize = 256;

    fn distributions() -> Vec<NoiseDistribution> {
        vec![
            NoiseDistribution::constant(3.0).unwrap(),
            NoiseDistribution::normal(-1.0, 0.5).unwrap(),
            NoiseDistribution::half_normal(1.0, 0.7).unwrap(),
            NoiseDistribution::exponential(0.4).unwrap().shifted_by(2.0).unwrap(),
            NoiseDistribution::gamma(2.5, 0.3).unwrap(),
            NoiseDistribution::log_normal(-1.0, 0.5).unwrap(),
            NoiseDistribution::uniform(-1.0, 2.0).unwrap(),
            NoiseDistribution::empirical(&(0..300).map(|i| (f64::from(i) * 0.7).sin()).collect::<Vec<_>>()).unwrap(),
        ]
    }

    /// By brute force: the mean over many quantiles, or over all values of an empirical distribution.
    fn expected(noise: &NoiseDistribution, factor: f64, u: f64) -> Complex64 {
        let values: Vec<f64> = match noise {
            NoiseDistribution::Empirical(noise) => noise.values().to_vec(),
            _ => (0..200_000).map(|i| noise.quantile((f64::from(i) + 0.5) / 200_000.0).unwrap()).collect(),
        };
        let sum: Complex64 = values.iter().map(|value| Complex64::cis(u * factor * (value - noise.mean()))).sum();
        sum / values.len() as f64
    }

    #[test]
    fn spectra_are_expectations_of_rotations() {
        let analyser = SpectrumAnalyser::new(FREQUENCIES);
        for noise in distributions() {
            for factor in [1.0, -2.5] {
                let period = 40.0;
                let spectrum = analyser.spectrum(&noise, factor, period);
                for k in [1, 2, 7, 30, 60, 100] {
                    let u = std::f64::consts::TAU * f64::from(k) / period;
                    let found = Complex64::new(spectrum.re[k as usize - 1], spectrum.im[k as usize - 1]);
                    let error = (found - expected(&noise, factor, u)).norm();
                    // Interpolation errs by about 3/128·(uh)⁴ and the brute force by some 1e-5.
                    let lattice = 0.05 * (u * period / (4 * FREQUENCIES) as f64).powi(4);
                    assert!(error < 3e-5 + lattice, "{noise}, factor {factor}, k = {k}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_product_of_spectra_is_the_spectrum_of_the_sum() {
        let analyser = SpectrumAnalyser::new(FREQUENCIES);
        let noise = |mean, std_dev| NoiseDistribution::normal(mean, std_dev).unwrap();
        let mut product = analyser.spectrum(&noise(1.0, 3.0), 1.0, 60.0);
        product.multiply(&analyser.spectrum(&noise(2.0, 2.0), 2.0, 60.0));
        product.multiply(&Spectrum::of_shift(-130.0, 60.0, FREQUENCIES));
        let mut sum = analyser.spectrum(&noise(0.0, 5.0), 1.0, 60.0);
        sum.multiply(&Spectrum::of_shift(50.0, 60.0, FREQUENCIES));
        let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(&product.re, &sum.re) && close(&product.im, &sum.im));
    }
}
