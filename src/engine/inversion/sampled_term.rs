//! Fourier inversion where something that is known by samples only is added to the noises that the target is linear in.

use ndarray::Array2;

use super::super::sampling::{Averages, BLOCKS, Carried, rows_of_block};
use super::free_sum::FreeSum;
use super::lattices::{Lattice, Lattices};
use super::series::Series;
use super::spread::Spread;
use super::table::{Products, imaginary_parts};
use crate::noise::{Side, Spectrum, SpectrumAnalyser};

/// How far beyond the reach of the noises deviations are cut off, as a share of it: the series ripples at its end.
const ROOM_OF_WINDOW: f64 = 0.02;

/// The samples of what is added to the noises, as deviations from what was observed, block by block.
#[derive(Debug)]
pub(in super::super) struct SampledTerm {
    /// The characteristic function of each block.
    spectra: Vec<Spectrum>,
    /// The mean of each block.
    means: [f64; BLOCKS],
    /// In the middle between the smallest and the largest sample.
    centre: f64,
    /// Half of their distance.
    half_range: f64,
    /// Whether it is sampled at all.
    is_sampled: bool,
}

impl Lattices {
    /// The only lattice, where room is left for a sampled term.
    fn lattice(&self) -> &Lattice {
        &self.all[0]
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
        let lattice = series.lattices.lattice();
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
        SpectrumAnalyser::new(self.series.lattices.frequencies, self.series.lattices.points)
    }

    /// The term of samples that deviate from the observed value by so much; nothing if they are too far apart for the lattice.
    pub(in super::super) fn sampled_term(
        &self,
        analyser: &mut SpectrumAnalyser,
        deviations: impl Iterator<Item = f64>,
    ) -> Option<SampledTerm> {
        let deviations: Vec<f64> = deviations.map(|deviation| deviation.clamp(self.window.0, self.window.1)).collect();
        let (lowest, highest) =
            deviations.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
        let (centre, half_range) = (f64::midpoint(lowest, highest), 0.5 * (highest - lowest));
        let (target, lattice) = (self.series.lattices, self.series.lattices.lattice());
        let all_movers = target.movers.iter().fold(Spread::default(), |sum, mover| sum + mover.spread);
        let (below, above) = lattice.furthest.reach(all_movers);
        // Beyond that, a value would count as one on the other side of the circle.
        let fits = below + above + 2.0 * half_range < lattice.period;
        if !fits {
            return None;
        }
        let mut means = [0.0; BLOCKS];
        let shift = Spectrum::of_shift(centre, lattice.period, target.frequencies);
        let spectra = (0..BLOCKS).map(|block| {
            let values = || deviations[rows_of_block(deviations.len(), block)].iter().map(|x| x - centre);
            let count = values().len();
            means[block] = centre + values().sum::<f64>() / count as f64;
            let mut spectrum = analyser.of_values(values(), count, lattice.period);
            spectrum.multiply(&shift);
            spectrum
        });
        let spectra = spectra.collect();
        Some(SampledTerm { spectra, means, centre, half_range, is_sampled: true })
    }

    /// The term where nothing is sampled: always 0, so that the sum is the observed value.
    pub(in super::super) fn without_term(&self) -> SampledTerm {
        let spectra = vec![Spectrum::one(self.series.lattices.frequencies); BLOCKS];
        SampledTerm { spectra, means: [0.0; BLOCKS], centre: 0.0, half_range: 0.0, is_sampled: false }
    }

    /// P{target in the region} for every one of several sampled terms and every set of free movers, in rows of as many as
    /// there are sets. They are good for sets of two movers or more.
    pub(in super::super) fn probabilities(&self, terms: &[SampledTerm]) -> Vec<BlockProbabilities> {
        let sets = self.sums.len();
        let without_sides = self.series.without_sides().fine;
        let mut fine = vec![[without_sides; BLOCKS]; terms.len() * sets];
        let mut coarse = vec![without_sides; terms.len() * sets];
        let blocks = Products::from_rows(terms.iter().flat_map(|term| &term.spectra), self.series.lattices.frequencies);
        for (side, products) in &self.sides {
            let parts = imaginary_parts(&blocks, products);
            for (row, term) in terms.iter().enumerate() {
                for (set, sum) in self.sums.iter().enumerate() {
                    let place = row * sets + set;
                    self.add_side(*side, term, sum, (&parts, row, set), (&mut fine[place], &mut coarse[place]));
                }
            }
        }
        let probability = |(place, (blocks, coarse)): (usize, ([f64; BLOCKS], f64))| {
            let all = blocks.iter().sum::<f64>() / BLOCKS as f64;
            let row = place / sets;
            let carried = if terms[row].is_sampled { Carried::ByBlocks { largest: None } } else { Carried::Exactly };
            let all_in_range = all.clamp(0.0, 1.0);
            let means = Averages { blocks, all: all_in_range, ln_unit: 0.0, carried };
            BlockProbabilities { means, series_error: coarse.clamp(0.0, 1.0) - all_in_range }
        };
        fine.into_iter().zip(coarse).enumerate().map(probability).collect()
    }

    fn add_side(
        &self,
        side: Side,
        term: &SampledTerm,
        sum: &FreeSum,
        (parts, row, set): (&[Array2<f64>; 2], usize, usize),
        (fine, coarse): (&mut [f64; BLOCKS], &mut f64),
    ) {
        let lattice = self.series.lattices.lattice();
        let bound = self.series.distance(side) - sum.shift;
        let (below, above) = lattice.furthest.reach(sum.spread);
        let from_centre = bound - term.centre;
        let upwards = side == Side::Upper;
        if from_centre > above + term.half_range || from_centre < -below - term.half_range {
            let certain = f64::from((from_centre < 0.0) == upwards);
            fine.iter_mut().for_each(|probability| *probability += certain);
            *coarse += certain;
            return;
        }
        let sign = if upwards { 1.0 } else { -1.0 };
        for (block, probability) in fine.iter_mut().enumerate() {
            let at = [row * BLOCKS + block, set];
            let first_three_quarters = (term.means[block] - bound) / lattice.period + parts[0][at];
            *probability += 0.5 + sign * (first_three_quarters + parts[1][at]);
            *coarse += (0.5 + sign * first_three_quarters) / BLOCKS as f64;
        }
    }
}

/// Between which deviations it makes a difference to the probability of any set and side where they lie, with some room.
fn window(series: &Series<'_>, sums: &[FreeSum]) -> (f64, f64) {
    let furthest = series.lattices.lattice().furthest;
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
