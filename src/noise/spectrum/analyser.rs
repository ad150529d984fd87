//! How the characteristic function of each family is found.

use std::fmt;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use super::characteristic::Spectrum;
use super::faddeeva::faddeeva;
use super::lattice::{integrated, interpolated};
use super::log_normal::log_normal;
use crate::noise::distribution::NoiseDistribution;

/// Computes characteristic functions at a fixed number of frequencies.
pub(crate) struct SpectrumAnalyser {
    frequencies: usize,
    /// Points of the lattice on which a distribution without a closed form is put, per frequency. Two would be the least
    /// that resolves them; the error of the interpolation between the points falls with their fourth power.
    points: usize,
    planner: RealFftPlanner<f64>,
}

impl SpectrumAnalyser {
    /// An analyser for a number of frequencies and of lattice points for each of them, both powers of two, the latter at
    /// least 4.
    pub(crate) fn new(frequencies: usize, points: usize) -> Self {
        Self { frequencies, points, planner: RealFftPlanner::new() }
    }

    /// The characteristic functions of factor · (N − E N) for the period and for parts of it, period/divisor, with
    /// divisors that are powers of two in ascending order. The range of the noise should not exceed the period: what
    /// lies outside counts as if it were shifted by a multiple of the period.
    ///
    /// Exact for all families with a density. Values of empirical noise are put on a lattice by cubic interpolation, which
    /// keeps their first three moments, and so are those between the tails of tailed noise, whose tails have a closed form
    /// where they are exponential; with other tails it is integrated over the lattice's cells. Costs O(values + divisor · frequencies · log frequencies).
    pub(crate) fn spectra(
        &mut self,
        noise: &NoiseDistribution,
        factor: f64,
        period: f64,
        divisors: &[usize],
    ) -> Vec<Spectrum> {
        if let Some(near) = noise.counted_from_mean() {
            return self.spectra(&near, factor, period, divisors);
        }
        let mean = factor * noise.mean();
        let of_formula = |formula: &dyn Fn(f64) -> Complex64| {
            let value = |harmonic: usize| {
                let u = std::f64::consts::TAU * harmonic as f64 / period;
                formula(factor * u) * Complex64::cis(-mean * u)
            };
            self.at_harmonics(divisors, value)
        };
        match noise {
            NoiseDistribution::Constant(_) => divisors.iter().map(|_| Spectrum::one(self.frequencies)).collect(),
            NoiseDistribution::Normal(noise) => {
                of_formula(&|u| Complex64::cis(u * noise.mean()) * (-0.5 * (u * noise.std_dev()).powi(2)).exp())
            }
            NoiseDistribution::Uniform(noise) => of_formula(&|u| {
                let half = 0.5 * u * (noise.high() - noise.low());
                Complex64::cis(u * f64::midpoint(noise.low(), noise.high())) * (half.sin() / half)
            }),
            NoiseDistribution::Exponential(noise) => {
                of_formula(&|u| Complex64::cis(u * noise.location()) / Complex64::new(1.0, -u * noise.scale()))
            }
            NoiseDistribution::Gamma(noise) => of_formula(&|u| {
                Complex64::cis(u * noise.location()) * Complex64::new(1.0, -u * noise.scale()).powf(-noise.shape())
            }),
            NoiseDistribution::HalfNormal(noise) => of_formula(&|u| {
                Complex64::cis(u * noise.location()) * faddeeva(u * noise.scale() * std::f64::consts::FRAC_1_SQRT_2)
            }),
            NoiseDistribution::LogNormal(noise) => {
                of_formula(&|u| Complex64::cis(u * noise.location()) * log_normal(u, noise.mu(), noise.sigma()))
            }
            NoiseDistribution::Empirical(noise) => {
                let values = noise.values();
                let centred = values.iter().map(|value| factor * value - mean);
                let transformed = self.transform(interpolated(centred, values.len(), period, self.points(divisors)));
                self.at_harmonics(divisors, |harmonic| transformed[harmonic].conj())
            }
            NoiseDistribution::Tailed(tailed) if !tailed.has_heavy_tail() => {
                let count = tailed.observed().values().len();
                let centred = tailed.body().iter().map(|value| factor * value - mean);
                let transformed = self.transform(interpolated(centred, count, period, self.points(divisors)));
                self.at_harmonics(divisors, |harmonic| {
                    let u = std::f64::consts::TAU * harmonic as f64 / period;
                    let tails = tailed.tails().map(|(sign, threshold, tail)| {
                        let of_excess = Complex64::new(1.0, -u * factor * sign * tail.scale()).inv();
                        Complex64::cis(u * (factor * threshold - mean)) * of_excess * tailed.share_of(&tail)
                    });
                    transformed[harmonic].conj() + tails.sum::<Complex64>()
                })
            }
            NoiseDistribution::Tailed(_) => {
                let points = self.points(divisors);
                let transformed = self.transform(integrated(noise, factor, mean, period, points));
                // Gathering a density at the centres of cells of width h multiplies its characteristic function by
                // sin(uh/2)/(uh/2).
                let half_cell = |harmonic: usize| std::f64::consts::PI * harmonic as f64 / points as f64;
                let undone = |half: f64| half / half.sin();
                self.at_harmonics(divisors, |harmonic| transformed[harmonic].conj() * undone(half_cell(harmonic)))
            }
        }
    }

    /// The characteristic function of equally likely values, `count` of them, none further than a period from 0. Fastest
    /// where values that follow one another are close to each other.
    pub(crate) fn of_values(&mut self, values: impl Iterator<Item = f64>, count: usize, period: f64) -> Spectrum {
        let transformed = self.transform(interpolated(values, count, period, self.points * self.frequencies));
        Spectrum::from_values(transformed[1..=self.frequencies].iter().map(Complex64::conj))
    }

    /// The spectra for all divisors from the values at multiples of 2π/period.
    fn at_harmonics(&self, divisors: &[usize], value: impl Fn(usize) -> Complex64) -> Vec<Spectrum> {
        let spectrum = |&divisor: &usize| Spectrum::from_values((1..=self.frequencies).map(|k| value(divisor * k)));
        divisors.iter().map(spectrum).collect()
    }

    fn points(&self, divisors: &[usize]) -> usize {
        self.points * self.frequencies * divisors.last().copied().unwrap_or(1)
    }

    /// Σ massₚ exp(−2πi·k·p/points) for every k from 0.
    fn transform(&mut self, mut masses: Vec<f64>) -> Vec<Complex64> {
        let plan = self.planner.plan_fft_forward(masses.len());
        let mut transformed = plan.make_output_vec();
        // Both have the lengths that the plan was made for, the only thing that can go wrong.
        let done = plan.process(&mut masses, &mut transformed);
        debug_assert!(done.is_ok());
        transformed
    }
}

impl fmt::Debug for SpectrumAnalyser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SpectrumAnalyser").field("frequencies", &self.frequencies).finish_non_exhaustive()
    }
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
            crate::noise::NoiseFamily::tailed()
                .fit(&crate::noise::testing::draws(&NoiseDistribution::normal(1.0, 0.8).unwrap(), 400, 3), "the noise")
                .unwrap(),
            NoiseDistribution::empirical(&(0..300).map(|i| (f64::from(i) * 0.7).sin()).collect::<Vec<_>>()).unwrap(),
        ]
    }

    /// The characteristic function by brute force: the mean over many quantiles, or over all values of an empirical distribution.
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
        let mut analyser = SpectrumAnalyser::new(FREQUENCIES, 4);
        let (period, divisors) = (40.0, [1, 4]);
        for noise in distributions() {
            for factor in [1.0, -2.5] {
                let spectra = analyser.spectra(&noise, factor, period, &divisors);
                for (spectrum, divisor) in spectra.iter().zip(divisors) {
                    for k in [1, 2, 7, 30, 60, 100] {
                        let u = std::f64::consts::TAU * (divisor * k) as f64 / period;
                        let found = Complex64::new(spectrum.re[k - 1], spectrum.im[k - 1]);
                        let error = (found - expected(&noise, factor, u)).norm();
                        // Interpolation errs by about 3/128·(uh)⁴ and the brute force by some 1e-5.
                        let cell = period / analyser.points(&divisors) as f64;
                        let lattice = 0.05 * (u * cell).powi(4);
                        assert!(error < 3e-5 + lattice, "{noise}, factor {factor}, k = {k}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_product_of_spectra_is_the_spectrum_of_the_sum() {
        let mut analyser = SpectrumAnalyser::new(FREQUENCIES, 4);
        let mut spectrum = |mean, std_dev, factor| {
            let noise = NoiseDistribution::normal(mean, std_dev).unwrap();
            analyser.spectra(&noise, factor, 60.0, &[1]).remove(0)
        };
        let mut product = spectrum(1.0, 3.0, 1.0);
        product.multiply(&spectrum(2.0, 2.0, 2.0));
        product.multiply(&Spectrum::of_shift(-130.0, 60.0, FREQUENCIES));
        let mut sum = spectrum(0.0, 5.0, 1.0);
        sum.multiply(&Spectrum::of_shift(50.0, 60.0, FREQUENCIES));
        let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(&product.re, &sum.re) && close(&product.im, &sum.im));
    }
}
