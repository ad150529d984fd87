//! Characteristic functions of noises: what turns the distribution of a sum into a product.

use std::fmt;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex64;

use super::NoiseDistribution;

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

/// Computes characteristic functions at a fixed number of frequencies.
pub(crate) struct SpectrumAnalyser {
    frequencies: usize,
    /// Points of the lattice on which a distribution without a closed form is put, per frequency. Two would be the least
    /// that resolves them; the error of the interpolation between the points falls with their fourth power.
    points: usize,
    planner: RealFftPlanner<f64>,
}

impl SpectrumAnalyser {
    /// For a number of frequencies, and of lattice points for each of them, that are powers of two, the latter at least 4.
    pub(crate) fn new(frequencies: usize, points: usize) -> Self {
        Self { frequencies, points, planner: RealFftPlanner::new() }
    }

    /// The characteristic functions of factor · (N − E N) for the period and for parts of it, period/divisor, with
    /// divisors that are powers of two in ascending order. The range of the noise should not exceed the period: what
    /// lies outside counts as if it were shifted by a multiple of the period.
    ///
    /// Exact for normal, uniform, exponential, gamma and constant noise. Values of empirical noise are put on a
    /// lattice by cubic interpolation, which keeps their first three moments, and so are those between the tails of
    /// tailed noise, whose tails have a closed form where they are exponential; other families are integrated over
    /// the lattice's cells. Costs O(values + divisor · frequencies · log frequencies).
    pub(crate) fn spectra(
        &mut self,
        noise: &NoiseDistribution,
        factor: f64,
        period: f64,
        divisors: &[usize],
    ) -> Vec<Spectrum> {
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
            NoiseDistribution::HalfNormal(_) | NoiseDistribution::LogNormal(_) | NoiseDistribution::Tailed(_) => {
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

/// The distribution of `count` equally likely values on a circle of lattice points, the first of them at 0:
/// each is spread over the four points around it with the weights of cubic (Lagrange) interpolation.
fn interpolated(values: impl Iterator<Item = f64>, count: usize, period: f64, points: usize) -> Vec<f64> {
    let density = points as f64 / period;
    // Two rounds of the circle and the neighbours at the ends: values lie within a period of the mean, so none is below
    // the first round, and none needs to be taken round the circle.
    let mut masses = vec![0.0; 2 * points + 4];
    let mut cell = Cell::default();
    for value in values {
        let place = value * density + points as f64;
        let below = place as u32;
        if below != cell.below {
            cell.spread(&mut masses);
            cell = Cell { below, powers: [0.0; 4] };
        }
        cell.add(place - f64::from(below));
    }
    cell.spread(&mut masses);
    let share = 1.0 / count as f64;
    masses.iter_mut().for_each(|mass| *mass *= share);
    on_circle(&masses, points)
}

/// The values between two lattice points, as many as follow one another.
#[derive(Default)]
struct Cell {
    /// The lattice point below.
    below: u32,
    /// Σ fᵖ for p = 0, …, 3 of the values' distances f from the point below, in units of the lattice.
    powers: [f64; 4],
}

impl Cell {
    fn add(&mut self, f: f64) {
        let square = f * f;
        self.powers[0] += 1.0;
        self.powers[1] += f;
        self.powers[2] += square;
        self.powers[3] += square * f;
    }

    /// Adds the weights of all values, which are cubic in f: so the sums of powers are all that is needed.
    fn spread(&self, masses: &mut [f64]) {
        let [one, f, square, cube] = self.powers;
        let weights = [
            square / 2.0 - f / 3.0 - cube / 6.0,
            one - f / 2.0 - square + cube / 2.0,
            f + (square - cube) / 2.0,
            (cube - f) / 6.0,
        ];
        // The point below is the second of the four, so all places are one further on.
        let first = self.below as usize;
        if let Some(around) = masses.get_mut(first..first + 4) {
            around.iter_mut().zip(weights).for_each(|(mass, weight)| *mass += weight);
        }
    }
}

/// Two rounds of a circle laid on one another, with one point before the first and three after the second.
fn on_circle(masses: &[f64], points: usize) -> Vec<f64> {
    let (before, rest) = masses.split_at(1);
    let (first_round, rest) = rest.split_at(points);
    let (second_round, after) = rest.split_at(points);
    let mut circle: Vec<f64> = first_round.iter().zip(second_round).map(|(a, b)| a + b).collect();
    circle[points - 1] += before[0];
    circle.iter_mut().zip(after).for_each(|(mass, after)| *mass += after);
    circle
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
            crate::noise::NoiseFamily::tailed()
                .fit(&crate::noise::testing::draws(&NoiseDistribution::normal(1.0, 0.8).unwrap(), 400, 3), "the noise")
                .unwrap(),
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
