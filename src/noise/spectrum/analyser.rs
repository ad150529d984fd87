//! How the characteristic function of each family is found.

use rustfft::num_complex::Complex64;

use super::atoms::of_atoms;
use super::characteristic::Spectrum;
use super::faddeeva::faddeeva;
use super::lattice::{Circle, integrated, undone};
use super::log_normal::log_normal;
use super::transform::Transformer;
use crate::noise::distribution::NoiseDistribution;

/// Instructions, about: for a point of a lattice, and for each of the stages of its transform; and for a value at a frequency.
const COST_OF_POINT: f64 = 10.0;
const COST_OF_STAGE: f64 = 2.5;
const COST_OF_TERM: f64 = 7.0;

/// Computes characteristic functions at a fixed number of frequencies.
#[derive(Debug)]
pub(crate) struct SpectrumAnalyser {
    frequencies: usize,
    /// Points of the lattice on which a distribution without a closed form is put, per frequency. Two would be the least
    /// that resolves them; the error of spreading values over the points falls with their fourth power.
    points: usize,
    circle: Circle,
    transformer: Transformer,
    /// By what the characteristic function of every harmonic is multiplied to undo the spreading of values; made when it is first needed.
    undone: Vec<f64>,
}

impl SpectrumAnalyser {
    /// An analyser for a number of frequencies and of lattice points for each of them, both powers of two, the latter at
    /// least 4.
    pub(crate) fn new(frequencies: usize, points: usize) -> Self {
        let (circle, transformer) = (Circle::default(), Transformer::default());
        Self { frequencies, points, circle, transformer, undone: Vec::new() }
    }

    /// The characteristic functions of factor · (N − E N) for the period and for parts of it, period/divisor, with
    /// divisors that are powers of two in ascending order. The range of the noise should not exceed the period: what
    /// lies outside counts as if it were shifted by a multiple of the period.
    ///
    /// Exact for all families with a density. Values of empirical noise, unless they are few, are spread over a lattice by cubic B-splines,
    /// and so are those between the tails of tailed noise, whose tails have a closed form
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
            at_harmonics(self.frequencies, divisors, value)
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
                self.of_atoms(noise.values(), noise.values().len(), (factor, -mean), (period, divisors))
            }
            NoiseDistribution::Tailed(tailed) if !tailed.has_heavy_tail() => {
                let count = tailed.observed().values().len();
                let mut spectra = self.of_atoms(tailed.body(), count, (factor, -mean), (period, divisors));
                let tails = at_harmonics(self.frequencies, divisors, |harmonic| {
                    let u = std::f64::consts::TAU * harmonic as f64 / period;
                    let tails = tailed.tails().map(|(sign, threshold, tail)| {
                        let of_excess = Complex64::new(1.0, -u * factor * sign * tail.scale()).inv();
                        Complex64::cis(u * (factor * threshold - mean)) * of_excess * tailed.share_of(&tail)
                    });
                    tails.sum::<Complex64>()
                });
                spectra.iter_mut().zip(&tails).for_each(|(spectrum, tails)| spectrum.add(tails));
                spectra
            }
            NoiseDistribution::Tailed(_) => {
                let points = self.points(divisors);
                let transformed = self.transformer.transform(&integrated(noise, factor, mean, period, points));
                // Gathering a density at the centres of cells of width h multiplies its characteristic function by
                // sin(uh/2)/(uh/2).
                let half_cell = |harmonic: usize| std::f64::consts::PI * harmonic as f64 / points as f64;
                let undone = |half: f64| half / half.sin();
                at_harmonics(self.frequencies, divisors, |harmonic| {
                    transformed[harmonic].conj() * undone(half_cell(harmonic))
                })
            }
        }
    }

    /// The characteristic function of equally likely values, `count` of them, none further than a period from 0. Fastest
    /// where values that follow one another are close to each other.
    pub(crate) fn of_values(&mut self, values: impl Iterator<Item = f64>, count: usize, period: f64) -> Spectrum {
        let points = self.points * self.frequencies;
        if self.undone.is_empty() {
            self.undone = (1..=self.frequencies).map(|harmonic| undone(harmonic, points)).collect();
        }
        let masses = self.circle.of_values(values, period, points);
        let transformed = &self.transformer.transform(masses)[1..=self.frequencies];
        let share = 1.0 / count as f64;
        Spectrum::from_values(
            transformed.iter().zip(&self.undone).map(|(value, undone)| value.conj() * (undone * share)),
        )
    }

    /// The spectra of factor · value + shift for values in ascending order, of which each has a share of 1/count.
    ///
    /// Put on a lattice and transformed, whatever their number; or summed value by value, which is exact, where that is quicker, as with
    /// few rows or scales far apart.
    fn of_atoms(
        &mut self,
        ascending: &[f64],
        count: usize,
        (factor, shift): (f64, f64),
        (period, divisors): (f64, &[usize]),
    ) -> Vec<Spectrum> {
        let points = self.points(divisors);
        let of_transform = points as f64 * (COST_OF_POINT + COST_OF_STAGE * f64::from(points.ilog2()));
        let of_sums = (ascending.len() * divisors.len() * self.frequencies) as f64 * COST_OF_TERM;
        if of_sums <= of_transform {
            let of_divisor = |&divisor: &usize| {
                let placed = ascending.iter().map(|value| factor * value + shift);
                of_atoms(placed, count, period / divisor as f64, self.frequencies)
            };
            return divisors.iter().map(of_divisor).collect();
        }
        let masses = self.circle.of_ascending(ascending, (factor, shift), period, points);
        let transformed = self.transformer.transform(masses);
        let share = 1.0 / count as f64;
        let value = |harmonic: usize| transformed[harmonic].conj() * (undone(harmonic, points) * share);
        at_harmonics(self.frequencies, divisors, value)
    }

    fn points(&self, divisors: &[usize]) -> usize {
        self.points * self.frequencies * divisors.last().copied().unwrap_or(1)
    }
}

/// The spectra at so many frequencies for all divisors from the values at multiples of 2π/period.
fn at_harmonics(frequencies: usize, divisors: &[usize], value: impl Fn(usize) -> Complex64) -> Vec<Spectrum> {
    let spectrum = |&divisor: &usize| Spectrum::from_values((1..=frequencies).map(|k| value(divisor * k)));
    divisors.iter().map(spectrum).collect()
}
