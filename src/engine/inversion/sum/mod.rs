//! One weighted sum of independent noises by itself, whatever is observed: its tail and its quantiles.
//!
//! The series is that of [`inversion`](super), with a lattice of its own for every sum, so that weights may differ from one to the next. What the
//! terms have in common is kept: periods are powers of two, and the spectrum of a noise with a weight serves all sums of that period.

use std::collections::HashMap;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use rustfft::num_complex::Complex64;
use statrs::distribution::{ContinuousCDF, Normal};

use super::bound::{Bound, HighEnd, Remainder};
use super::lattices::{Mover, enclosing_period, jumps};
use super::spread::{Furthest, Spread};
use crate::noise::{NoiseDistribution, Side, Spectrum, SpectrumAnalyser};

/// Fewest and most terms of the series.
const FREQUENCIES: (usize, usize) = (128, 4096);
/// Fewest where noises have atoms, of which more terms leave less by chance alone, so that their bound does not say how many are needed.
const FEWEST_OF_ATOMS: usize = 512;
/// Lattice points per frequency for noises without a closed form.
const POINTS: usize = 8;
/// Terms are doubled until what is left out is no more than this.
const CLOSE: f64 = 1e-6;
/// The probability that an atom of the sum of two noises may come to, four times.
const JUMP: f64 = 1e-3;
/// The floor of a probability that the lattice's own error is stated for.
const FLOOR: f64 = 1e-5;
/// The highest frequency, times the scale of the largest noise, is at least this: a normal characteristic function is e⁻¹⁸ there.
const RESOLUTION: f64 = 6.0;
/// Over which part of a standard deviation a density is taken from a difference.
const STEP_OF_DENSITY: f64 = 0.1;
/// Most steps to a quantile, and how close it is sought, as a share of the range.
const MOST_STEPS: usize = 80;
const CLOSE_QUANTILE: f64 = 1e-14;

/// One term: weight · (noise − its mean). Terms with the same key have the same noise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SumTerm<'n> {
    pub(crate) key: usize,
    pub(crate) weight: f64,
    pub(crate) noise: &'n NoiseDistribution,
}

/// The key of a term, the bits of its weight and of the period, and the number of frequencies.
type SpectrumKey = (usize, u64, u64, usize);

/// Spectra that sums share.
#[derive(Debug, Default)]
pub(crate) struct SharedSpectra {
    known: HashMap<SpectrumKey, Arc<(Spectrum, HighEnd)>>,
}

/// The distribution of a sum of terms, each less its mean.
#[derive(Debug)]
pub(crate) struct SumLaw<'n> {
    shape: Shape<'n>,
}

#[derive(Debug)]
enum Shape<'n> {
    Constant,
    /// One term alone, which needs no series.
    One(SumTerm<'n>),
    Series(Box<SumSeries>),
}

#[derive(Debug)]
struct SumSeries {
    period: f64,
    spread: Spread,
    furthest: Furthest,
    spectrum: Spectrum,
    bound: Bound,
    /// How heavy an atom may be.
    atom: f64,
}

/// A figure with a bound of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct WithError {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

impl<'n> SumLaw<'n> {
    /// Whether series do for sums of these noises.
    ///
    /// # Errors
    /// The reason why not: the place of a noise in the list, and what is wrong with it; or no place where they do not go together.
    pub(crate) fn check<'a>(
        noises: impl Iterator<Item = &'a NoiseDistribution> + Clone,
    ) -> Result<(), (Option<usize>, &'static str)> {
        let varying = || noises.clone().enumerate().filter(|(_, noise)| !noise.is_degenerate());
        if jumps(varying().map(|(_, noise)| noise), JUMP) {
            return Err((None, "values of the noises coincide, as counts do, so that sums of them have heavy atoms"));
        }
        let of_one = |(place, noise): (usize, &NoiseDistribution)| {
            Mover::new(0, noise, 1.0, JUMP).map(drop).map_err(|reason| (Some(place), reason))
        };
        varying().try_for_each(of_one)
    }

    /// The sum of terms that passed [`check`](Self::check). Costs O(terms · frequencies), and a transform for each spectrum that is not known.
    pub(crate) fn of(terms: &[SumTerm<'n>], shared: &mut SharedSpectra) -> Self {
        let varies = |term: &&SumTerm<'_>| term.weight != 0.0 && !term.noise.is_degenerate();
        let varying: Vec<SumTerm<'n>> = terms.iter().filter(varies).copied().collect();
        let shape = match varying.as_slice() {
            [] => Shape::Constant,
            [one] => Shape::One(*one),
            _ => Shape::Series(Box::new(SumSeries::of(&varying, shared))),
        };
        Self { shape }
    }

    /// P{sum > x}
    pub(crate) fn above(&self, x: f64) -> WithError {
        match &self.shape {
            Shape::Constant => WithError { value: f64::from(u8::from(x < 0.0)), error: 0.0 },
            Shape::One(term) => WithError { value: term.above(x), error: 0.0 },
            Shape::Series(series) => series.above(x),
        }
    }

    /// The quantile of a probability within (0, 1).
    pub(crate) fn quantile(&self, p: f64) -> WithError {
        match &self.shape {
            Shape::Constant => WithError { value: 0.0, error: 0.0 },
            Shape::One(term) => WithError { value: term.quantile(p), error: 0.0 },
            Shape::Series(series) => series.quantile(p),
        }
    }
}

impl SumTerm<'_> {
    fn above(&self, x: f64) -> f64 {
        let at = x / self.weight + self.noise.mean();
        // An atom at the place itself is not above it.
        match (self.weight > 0.0, self.noise.largest_atom() > 0.0) {
            (true, false) => self.noise.survival(at),
            (true, true) => 1.0 - self.noise.cdf(at),
            (false, false) => self.noise.cdf(at),
            (false, true) => 1.0 - self.noise.survival(at),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        let side = if self.weight > 0.0 { Side::Lower } else { Side::Upper };
        self.weight * (self.noise.quantile_from(side, p) - self.noise.mean())
    }
}

impl SumSeries {
    fn of(terms: &[SumTerm<'_>], shared: &mut SharedSpectra) -> Self {
        // `check` has asked with another weight, which decides nothing but overflow; what overflows is left to the error.
        let mover = |(place, term): (usize, &SumTerm<'_>)| Mover::new(place, term.noise, term.weight, JUMP).ok();
        let movers: Vec<Mover> = terms.iter().enumerate().filter_map(mover).collect();
        let spread = movers.iter().fold(Spread::default(), |sum, mover| sum + mover.spread);
        let furthest = Furthest::of(movers.iter().map(|mover| mover.spread));
        let period = enclosing_period(&movers).log2().ceil().exp2();
        let largest = movers.iter().map(|mover| mover.scale).fold(0.0, f64::max);
        let (fewest, most) = FREQUENCIES;
        let resolving = (RESOLUTION * period / (TAU * largest)).min(most as f64) as usize;
        let mut atoms: Vec<f64> = terms.iter().map(|term| term.noise.largest_atom()).collect();
        atoms.sort_unstable_by(f64::total_cmp);
        atoms.reverse();
        let atom = atoms[0] * atoms[1];
        let fewest = if atoms[0] > 0.0 { FEWEST_OF_ATOMS } else { fewest };
        let mut frequencies = resolving.next_power_of_two().clamp(fewest, most);
        loop {
            let mut spectrum = Spectrum::one(frequencies);
            let mut remainder = Remainder::NONE;
            for mover in &movers {
                let known = shared.spectrum(&terms[mover.node], mover.scale, period, frequencies);
                spectrum.multiply(&known.0);
                remainder = remainder.and(&known.1);
            }
            let bound = remainder.bound(period, frequencies, FLOOR);
            if bound.at(0.5) <= CLOSE || frequencies >= most || bound.has_atoms() {
                return Self { period, spread, furthest, spectrum, bound, atom };
            }
            frequencies *= 2;
        }
    }

    fn above(&self, x: f64) -> WithError {
        if self.furthest.is_out_of_reach(self.spread, x) {
            return WithError { value: f64::from(u8::from(x < 0.0)), error: self.bound.beyond_reach() };
        }
        let value = self.series(x).clamp(0.0, 1.0);
        WithError { value, error: self.bound.at(value) + self.atom }
    }

    /// P{sum ≥ x} within reach: ½ − x/L + Σ Im φ(u)e^(−iux)/(πk).
    fn series(&self, x: f64) -> f64 {
        let step = Complex64::cis(-TAU * (x / self.period).fract());
        let mut turn = Complex64::ONE;
        let mut sum = 0.0;
        for (number, (re, im)) in self.spectrum.re.iter().zip(&self.spectrum.im).enumerate() {
            turn *= step;
            sum += (re * turn.im + im * turn.re) / (number as f64 + 1.0);
        }
        0.5 - x / self.period + sum / PI
    }

    /// The probability of [`series`](Self::series) and the density, which is its slope turned round: 1/L + 2/L·Σ Re φ(u)e^(−iux).
    fn series_and_density(&self, x: f64) -> (f64, f64) {
        let step = Complex64::cis(-TAU * (x / self.period).fract());
        let mut turn = Complex64::ONE;
        let (mut sum, mut slope) = (0.0, 0.0);
        for (number, (re, im)) in self.spectrum.re.iter().zip(&self.spectrum.im).enumerate() {
            turn *= step;
            sum += (re * turn.im + im * turn.re) / (number as f64 + 1.0);
            slope += re * turn.re - im * turn.im;
        }
        (0.5 - x / self.period + sum / PI, (1.0 + 2.0 * slope) / self.period)
    }

    /// By Newton's rule, from where a normal distribution has it; and by halving the bracket where a step leaves it or is not half of the
    /// last one, as where atoms make the density rise and fall.
    fn quantile(&self, p: f64) -> WithError {
        let (below, above) = self.furthest.reach(self.spread);
        // Beyond its reach the sum is certain, so that the ends bracket any quantile that is within.
        let (mut low, mut high) = (-below, above);
        let close = CLOSE_QUANTILE * (high - low);
        let mut last_step = high - low;
        let mut value = (self.spread.variance.sqrt() * Normal::standard().inverse_cdf(p)).clamp(low, high);
        for _ in 0..MOST_STEPS {
            let (found, density) = self.series_and_density(value);
            let excess = found - (1.0 - p);
            if excess > 0.0 {
                low = value;
            } else {
                high = value;
            }
            let by_slope = value + excess / density;
            let is_inside = (low..=high).contains(&by_slope) && (by_slope - value).abs() <= 0.5 * last_step;
            let next = if is_inside { by_slope } else { f64::midpoint(low, high) };
            last_step = (next - value).abs();
            value = next;
            if last_step <= close {
                break;
            }
        }
        let step = STEP_OF_DENSITY * self.spread.variance.sqrt();
        let density = (self.series(value - step) - self.series(value + step)) / (2.0 * step);
        let of_probability = self.bound.at(p) + self.atom;
        WithError { value, error: of_probability / density.max(of_probability / (below + above)) }
    }
}

impl SharedSpectra {
    fn spectrum(
        &mut self,
        term: &SumTerm<'_>,
        scale: f64,
        period: f64,
        frequencies: usize,
    ) -> Arc<(Spectrum, HighEnd)> {
        let key = (term.key, term.weight.to_bits(), period.to_bits(), frequencies);
        let known = self.known.entry(key).or_insert_with(|| {
            let found = SpectrumAnalyser::new(frequencies, POINTS).spectra(term.noise, term.weight, period, &[1]);
            let spectrum = found.into_iter().next().unwrap_or_else(|| Spectrum::one(frequencies));
            let highest = TAU * frequencies as f64 / period;
            let high_end = HighEnd::new(term.noise, term.weight, highest, (&spectrum, POINTS), scale);
            Arc::new((spectrum, high_end))
        });
        Arc::clone(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::Gamma;

    fn law<'n>(terms: &[(f64, &'n NoiseDistribution)]) -> SumLaw<'n> {
        let terms = terms.iter().enumerate().map(|(key, &(weight, noise))| SumTerm { key, weight, noise });
        SumLaw::of(&terms.collect::<Vec<_>>(), &mut SharedSpectra::default())
    }

    #[test]
    fn sums_of_exponentials_are_gamma() {
        let noise = NoiseDistribution::exponential(2.0).unwrap();
        // With another sign the sum is turned round, and its mean of 6 is taken off.
        for sign in [1.0, -1.0] {
            let sum = law(&[(sign, &noise), (sign, &noise), (sign, &noise)]);
            let gamma = Gamma::new(3.0, 0.5).unwrap();
            for x in [0.5, 2.0, 5.0, 8.0, 20.0] {
                let exact = if sign > 0.0 { gamma.sf(x) } else { gamma.cdf(x) };
                let found = sum.above(sign * (x - 6.0));
                assert!((found.value - exact).abs() <= found.error && found.error < 1e-5, "{x}: {found:?}, {exact}");
            }
            for p in [0.01, 0.3, 0.95, 0.999] {
                let exact = if sign > 0.0 { gamma.inverse_cdf(p) - 6.0 } else { 6.0 - gamma.inverse_cdf(1.0 - p) };
                let found = sum.quantile(p);
                assert!(
                    (found.value - exact).abs() <= found.error + 1e-9 && found.error < 0.01,
                    "{p}: {found:?}, {exact}"
                );
            }
        }
    }

    #[test]
    fn one_term_alone_and_none_are_exact() {
        let noise = NoiseDistribution::empirical(&[0.0, 1.0, 2.0, 3.0]).unwrap();
        let constant = NoiseDistribution::constant(7.0).unwrap();
        let sum = law(&[(2.0, &noise), (5.0, &constant), (0.0, &noise)]);
        // −3, −1, 1, 3
        assert_eq!([-3.5, -3.0, 0.0, 2.9, 3.0].map(|x| sum.above(x).value), [1.0, 0.75, 0.5, 0.25, 0.0]);
        assert_eq!([0.2, 0.5, 0.9].map(|p| sum.quantile(p).value), [-3.0, -1.0, 3.0]);
        let turned = law(&[(-2.0, &noise)]);
        assert_eq!([-3.0, 0.0, 3.0].map(|x| turned.above(x).value), [0.75, 0.5, 0.0]);
        let still = law(&[(1.0, &constant)]);
        assert_eq!((still.above(0.0).value, still.above(-1e-9).value, still.quantile(0.3).value), (0.0, 1.0, 0.0));
    }

    #[test]
    fn noises_that_jump_are_refused() {
        let rare =
            NoiseDistribution::empirical(&(0..400).map(|row| f64::from(row).sqrt()).collect::<Vec<_>>()).unwrap();
        let counts = NoiseDistribution::empirical(&(0..400).map(|row| f64::from(row % 7)).collect::<Vec<_>>()).unwrap();
        assert!(SumLaw::check([&rare, &rare].into_iter()).is_ok());
        assert!(SumLaw::check([&rare, &counts].into_iter()).is_err());
    }
}
