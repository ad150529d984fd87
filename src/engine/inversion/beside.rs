//! Fourier inversion where something that is known by samples only is added to the noises that the target is linear in.

use ndarray::Array2;

use super::super::sampling::{Averages, BLOCKS, is_smooth, rows_of_block};
use super::levels::{FourierTarget, Level};
use super::spread::Spread;
use super::table::{Products, imaginary_parts};
use super::tail::{FreeSum, Series};
use crate::noise::{Side, Spectrum, SpectrumAnalyser};

/// How far beyond the reach of the noises deviations are cut off, as a share of it: the series ripples at its end.
const ROOM_OF_WINDOW: f64 = 0.02;

/// The samples of what is added to the noises, as deviations from what was observed, block by block.
#[derive(Debug)]
pub(in super::super) struct Beside {
    /// The characteristic function of each block.
    spectra: Vec<Spectrum>,
    /// The mean of each block.
    means: [f64; BLOCKS],
    /// In the middle between the smallest and the largest sample.
    centre: f64,
    /// Half of their distance.
    half_range: f64,
    pub(in super::super) variance: f64,
}

impl FourierTarget {
    /// The only lattice of a target that was found with something beside.
    fn lattice(&self) -> &Level {
        &self.levels[0]
    }
}

/// All sets of free movers, numbered by their bits, of which the first player has the highest; with their spectra for either
/// side of the region.
pub(in super::super) struct FreeSets<'a> {
    series: &'a Series<'a>,
    sums: Vec<FreeSum>,
    sides: Vec<(Side, Products)>,
    /// Beyond these it makes no difference to any set and side how far a deviation lies out.
    window: (f64, f64),
}

/// A probability given by each block of the samples.
pub(in super::super) struct BlockProbabilities {
    pub(in super::super) means: Averages,
    /// By how much the last quarter of the series' terms changed the mean.
    pub(in super::super) series_error: f64,
}

impl<'a> FreeSets<'a> {
    /// The sets of movers that may be free, beside those that always are, by their nodes. Costs O(2ⁿ · frequencies), as does the memory.
    pub(in super::super) fn new(series: &'a Series<'a>, players: &[usize], always_free: &[usize]) -> Self {
        let lattice = series.target.lattice();
        let spectrum = |&node: &usize| series.mover_spectrum(node, lattice);
        let free: Vec<FreeSum> = players.iter().map(|&node| series.free(node)).collect();
        let start = always_free.iter().fold(FreeSum::default(), |sum, &node| sum + series.free(node));
        let sums = FreeSum::of_sets(start, &free);
        let spectra: Vec<Spectrum> = players.iter().map(spectrum).collect();
        let others: Vec<Spectrum> = always_free.iter().map(spectrum).collect();
        let products = |side: Side| {
            let mut start = series.weights(side, lattice);
            others.iter().for_each(|other| start.multiply(other));
            (side, Products::new(&start, &spectra))
        };
        let window = window(series, &sums);
        Self { series, sums, sides: series.sides().map(products).collect(), window }
    }

    /// What makes spectra of samples.
    pub(in super::super) fn analyser(&self) -> SpectrumAnalyser {
        SpectrumAnalyser::new(self.series.target.frequencies, self.series.target.points)
    }

    /// What stands beside the noises, from samples that deviate from the observed value by so much; nothing if they are too far apart for the lattice.
    pub(in super::super) fn beside(
        &self,
        analyser: &mut SpectrumAnalyser,
        deviations: impl Iterator<Item = f64>,
    ) -> Option<Beside> {
        let deviations: Vec<f64> = deviations.map(|deviation| deviation.clamp(self.window.0, self.window.1)).collect();
        let (lowest, highest) =
            deviations.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
        let (centre, half_range) = (f64::midpoint(lowest, highest), 0.5 * (highest - lowest));
        let (target, lattice) = (self.series.target, self.series.target.lattice());
        let all_movers = target.movers.iter().fold(Spread::default(), |sum, mover| sum + mover.spread);
        let (below, above) = lattice.furthest.reach(all_movers);
        // Beyond that, a value would count as one on the other side of the circle.
        let fits = below + above + 2.0 * half_range < lattice.period;
        if !fits {
            return None;
        }
        let mut means = [0.0; BLOCKS];
        let mut squares = 0.0;
        let shift = Spectrum::of_shift(centre, lattice.period, target.frequencies);
        let spectra = (0..BLOCKS).map(|block| {
            let values = || deviations[rows_of_block(deviations.len(), block)].iter().map(|x| x - centre);
            let count = values().len();
            means[block] = centre + values().sum::<f64>() / count as f64;
            squares += values().map(|x| x * x).sum::<f64>();
            let mut spectrum = analyser.of_values(values(), count, lattice.period);
            spectrum.multiply(&shift);
            spectrum
        });
        let spectra = spectra.collect();
        let from_centre = means.iter().sum::<f64>() / BLOCKS as f64 - centre;
        let variance = squares / deviations.len() as f64 - from_centre * from_centre;
        Some(Beside { spectra, means, centre, half_range, variance: variance.max(0.0) })
    }

    /// What stands beside the noises where nothing does: always the observed value.
    pub(in super::super) fn nothing_beside(&self) -> Beside {
        let spectra = vec![Spectrum::one(self.series.target.frequencies); BLOCKS];
        Beside { spectra, means: [0.0; BLOCKS], centre: 0.0, half_range: 0.0, variance: 0.0 }
    }

    /// The standard deviation of the sum of a set's noises.
    pub(in super::super) fn std_dev(&self, set: usize) -> f64 {
        self.sums[set].spread.variance.sqrt()
    }

    /// P{target in the region} for every one of several things beside and every set of free movers, in rows of as many as
    /// there are sets. They are good for sets of two movers or more.
    pub(in super::super) fn probabilities(&self, beside: &[Beside]) -> Vec<BlockProbabilities> {
        let sets = self.sums.len();
        let without_sides = self.series.without_sides().fine;
        let mut fine = vec![[without_sides; BLOCKS]; beside.len() * sets];
        let mut coarse = vec![without_sides; beside.len() * sets];
        let blocks =
            Products::from_rows(beside.iter().flat_map(|beside| &beside.spectra), self.series.target.frequencies);
        for (side, products) in &self.sides {
            let terms = imaginary_parts(&blocks, products);
            for (row, beside) in beside.iter().enumerate() {
                for (set, sum) in self.sums.iter().enumerate() {
                    let place = row * sets + set;
                    self.add_side(*side, beside, sum, (&terms, row, set), (&mut fine[place], &mut coarse[place]));
                }
            }
        }
        let probability = |(place, (blocks, coarse)): (usize, ([f64; BLOCKS], f64))| {
            let all = blocks.iter().sum::<f64>() / BLOCKS as f64;
            let (row, set) = (place / sets, place % sets);
            let is_smooth = is_smooth(self.std_dev(set), beside[row].variance);
            let all_in_range = all.clamp(0.0, 1.0);
            let means = Averages { blocks, all: all_in_range, ln_unit: 0.0, is_smooth };
            BlockProbabilities { means, series_error: coarse.clamp(0.0, 1.0) - all_in_range }
        };
        fine.into_iter().zip(coarse).enumerate().map(probability).collect()
    }

    fn add_side(
        &self,
        side: Side,
        beside: &Beside,
        sum: &FreeSum,
        (terms, row, set): (&[Array2<f64>; 2], usize, usize),
        (fine, coarse): (&mut [f64; BLOCKS], &mut f64),
    ) {
        let lattice = self.series.target.lattice();
        let bound = self.series.distance(side) - sum.shift;
        let (below, above) = lattice.furthest.reach(sum.spread);
        let from_centre = bound - beside.centre;
        let upwards = side == Side::Upper;
        if from_centre > above + beside.half_range || from_centre < -below - beside.half_range {
            let certain = f64::from((from_centre < 0.0) == upwards);
            fine.iter_mut().for_each(|probability| *probability += certain);
            *coarse += certain;
            return;
        }
        let sign = if upwards { 1.0 } else { -1.0 };
        for (block, probability) in fine.iter_mut().enumerate() {
            let at = [row * BLOCKS + block, set];
            let first_three_quarters = (beside.means[block] - bound) / lattice.period + terms[0][at];
            *probability += 0.5 + sign * (first_three_quarters + terms[1][at]);
            *coarse += (0.5 + sign * first_three_quarters) / BLOCKS as f64;
        }
    }
}

/// Between which deviations it makes a difference to the probability of any set and side where they lie, with some room.
fn window(series: &Series<'_>, sums: &[FreeSum]) -> (f64, f64) {
    let furthest = series.target.lattice().furthest;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for side in series.sides() {
        for sum in sums {
            let (bound, (below, above)) = (series.distance(side) - sum.shift, furthest.reach(sum.spread));
            let room = ROOM_OF_WINDOW * (below + above);
            (low, high) = (low.min(bound - above - room), high.max(bound + below + room));
        }
    }
    // There is no side if everything is in the region.
    if low <= high { (low, high) } else { (f64::NEG_INFINITY, f64::INFINITY) }
}
