//! Fourier inversion where something that is known by samples only is added to the noises that the target is linear in.

use ndarray::Array2;

use super::super::sampling::{Averages, Carried, Extent};
use super::bound::{HighEnd, Remainder};
use super::free_sum::FreeSum;
use super::lattices::{Lattice, Lattices};
use super::refine::FreeMovers;
use super::series::{Probability, Series};
use super::spread::Spread;
use super::table::{Products, imaginary_parts};
use crate::noise::{Side, Spectrum, SpectrumAnalyser};
use crate::numeric::points::{BLOCKS, rows_of_block};

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
    /// What is left of it at the end of the series; nothing where it is constant.
    high_end: Option<HighEnd>,
    /// For each side of the region the deviation that is furthest there, first of the samples and then of all that there can be, with its
    /// spectrum.
    ends: Vec<[(f64, Spectrum); 2]>,
}

impl SampledTerm {
    /// The spectra of its blocks, and then of its ends.
    fn rows(&self) -> impl Iterator<Item = &Spectrum> + Clone {
        self.spectra.iter().chain(self.ends.iter().flatten().map(|(_, spectrum)| spectrum))
    }
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
    /// For every set its movers, by their places among those of the target, and what is left of them at the end of the series.
    movers: Vec<(Vec<usize>, Remainder)>,
    sides: Vec<(Side, Products)>,
    /// Beyond these it makes no difference to any set and side how far a deviation lies out.
    window: (f64, f64),
}

/// A probability given by each block of the samples.
pub(in super::super) struct BlockProbabilities {
    pub(in super::super) means: Averages,
    /// How far a sample's probability can go, by the target less the free movers.
    pub(in super::super) extent: Extent,
    /// How far the series may be off, in nats.
    pub(in super::super) series_error: f64,
}

impl<'a> FreeSets<'a> {
    /// The sets of movers that may be free, beside those that always are, by their nodes: the first of each pair. Costs O(2ⁿ ·
    /// frequencies), as does the memory. Where deviations are cut off is the same for any of the sets of `all` movers.
    pub(in super::super) fn new(
        series: &'a Series<'a>,
        all: (&[usize], &[usize]),
        (players, always_free): (&[usize], &[usize]),
    ) -> Self {
        let lattice = series.lattices.lattice();
        let spectrum = |&node: &usize| series.mover_spectrum(node, lattice);
        let sums = sums_of_sets(series, players, always_free);
        let spectra: Vec<Spectrum> = players.iter().map(spectrum).collect();
        let others: Vec<Spectrum> = always_free.iter().map(spectrum).collect();
        let products = |side: Side| {
            let mut start = series.weights(side, lattice);
            others.iter().for_each(|other| start.multiply(other));
            (side, Products::new(&[start], &spectra.iter().collect::<Vec<_>>()))
        };
        let window = window(series, &sums_of_sets(series, all.0, all.1));
        let movers = movers_of_sets(series, players, always_free);
        Self { series, sums, movers, sides: series.sides().map(products).collect(), window }
    }

    /// What makes spectra of samples.
    pub(in super::super) fn analyser(&self) -> SpectrumAnalyser {
        SpectrumAnalyser::new(self.series.lattices.frequencies, self.series.lattices.points)
    }

    /// The term of samples that deviate from the observed value by so much, and could deviate as far as `ends`, the lowest and the highest
    /// deviation; nothing if they are too far apart for the lattice.
    pub(in super::super) fn sampled_term(
        &self,
        analyser: &mut SpectrumAnalyser,
        deviations: impl Iterator<Item = f64>,
        (low, high): (f64, f64),
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
        let spectra: Vec<Spectrum> = spectra.collect();
        let high_end = Some(HighEnd::of_samples(left_of_mean(&spectra)));
        let end = |(side, _): &(Side, Products)| {
            let ends = if *side == Side::Upper { [highest, high] } else { [lowest, low] };
            ends.map(|end| {
                let end = end.clamp(self.window.0, self.window.1);
                (end, Spectrum::of_shift(end, lattice.period, target.frequencies))
            })
        };
        Some(SampledTerm { spectra, means, centre, half_range, high_end, ends: self.sides.iter().map(end).collect() })
    }

    /// The term where nothing is sampled: always 0, so that the sum is the observed value.
    pub(in super::super) fn without_term(&self) -> SampledTerm {
        let spectra = vec![Spectrum::one(self.series.lattices.frequencies); BLOCKS];
        let (means, high_end, ends) = ([0.0; BLOCKS], None, Vec::new());
        SampledTerm { spectra, means, centre: 0.0, half_range: 0.0, high_end, ends }
    }

    /// P{target in the region} for every one of several sampled terms and every set of free movers, in rows of as many as
    /// there are sets. They are good for sets of two movers or more.
    pub(in super::super) fn probabilities(&self, terms: &[SampledTerm]) -> Vec<BlockProbabilities> {
        let sets = self.sums.len();
        let rows = Products::from_rows(terms.iter().flat_map(SampledTerm::rows), self.series.lattices.frequencies);
        let sums: Vec<Array2<f64>> = self.sides.iter().map(|(_, products)| imaginary_parts(&rows, products)).collect();
        let mut first_row = 0;
        let mut found = Vec::with_capacity(terms.len() * sets);
        for term in terms {
            found.extend((0..sets).map(|set| self.probability(term, set, (&sums, first_row))));
            first_row += term.rows().count();
        }
        found
    }

    /// The probability for a term and a set, from the sums of the series of either side, in which the term's rows begin at the given one.
    fn probability(
        &self,
        term: &SampledTerm,
        set: usize,
        (sums, first_row): (&[Array2<f64>], usize),
    ) -> BlockProbabilities {
        let without_sides = self.series.without_sides().value;
        // Of the furthest samples, and of the furthest there can be.
        let (mut blocks, mut furthest) = ([without_sides; BLOCKS], [without_sides; 2]);
        // Whether none of the samples leaves anything to the series.
        let mut is_certain = true;
        for (number, ((side, _), sums)) in self.sides.iter().zip(sums).enumerate() {
            let samples = (term.centre, term.half_range);
            if let Some(certain) = self.certain(*side, samples, set) {
                blocks.iter_mut().for_each(|probability| *probability += certain);
            } else {
                is_certain = false;
                for (block, probability) in blocks.iter_mut().enumerate() {
                    *probability += self.of_sum(*side, term.means[block], sums[[first_row + block, set]], set);
                }
            }
            for (which, (end, _)) in term.ends.get(number).into_iter().flatten().enumerate() {
                furthest[which] += self.certain(*side, (*end, 0.0), set).unwrap_or_else(|| {
                    let row = first_row + term.spectra.len() + 2 * number + which;
                    let found = self.of_sum(*side, *end, sums[[row, set]], set).clamp(0.0, 1.0);
                    found + self.error_beside(self.movers[set].1, found)
                });
            }
        }
        let value = (blocks.iter().sum::<f64>() / BLOCKS as f64).clamp(0.0, 1.0);
        let error = if is_certain { 0.0 } else { self.error(term, set, value) };
        let mut all = Probability { value, error };
        let several = self.movers[set].0.len() > 1;
        if several && term.high_end.is_none() && self.series.is_rough(all, self.movers[set].1.has_atoms()) {
            let of_sides = self.sides.iter().zip(sums).map(|((side, _), sums)| (*side, sums[[first_row, set]]));
            all = self.refined(set, all, of_sides.collect());
            blocks = [all.value; BLOCKS];
        }
        let [largest, most] = furthest.map(|probability| probability.min(1.0));
        let is_sampled = term.high_end.is_some();
        let carried = if is_sampled { Carried::ByBlocks { largest: Some(largest) } } else { Carried::Exactly };
        let means = Averages { blocks, all: all.value, ln_unit: 0.0, carried, at_most: 1.0 };
        let extent = Extent { most, ends: self.ends(set) };
        BlockProbabilities { means, extent, series_error: self.series.error_in_nats(all) }
    }

    /// How far a probability that the series gives may be off.
    fn error(&self, term: &SampledTerm, set: usize, found: f64) -> f64 {
        let remainder = self.movers[set].1;
        self.error_beside(term.high_end.as_ref().map_or(remainder, |of_samples| remainder.and(of_samples)), found)
    }

    fn error_beside(&self, remainder: Remainder, found: f64) -> f64 {
        let lattice = self.series.lattices.lattice();
        remainder.bound(lattice.period, lattice.terms, self.series.floor).at(found) + self.series.rounding(lattice)
    }

    /// What the series gives without a sampled term, made better.
    fn refined(&self, set: usize, found: Probability, sums: Vec<(Side, f64)>) -> Probability {
        let movers = self.movers[set].0.clone();
        let lattice = self.series.lattices.lattice();
        let free = FreeMovers { lattice, movers, sum: &self.sums[set], constants: 0.0 };
        self.series.refined(&free, found, &sums)
    }

    /// Between which values of the target, less the free movers of a set, they cannot take it into the region.
    fn ends(&self, set: usize) -> (f64, f64) {
        let sum = &self.sums[set];
        let (below, above) = self.series.lattices.lattice().furthest.reach(sum.spread);
        let mut ends = (f64::NEG_INFINITY, f64::INFINITY);
        for (side, _) in &self.sides {
            let bound = self.series.observed() + self.series.distance(*side) - sum.shift;
            match side {
                Side::Lower => ends.0 = bound + below,
                Side::Upper => ends.1 = bound - above,
            }
        }
        ends
    }

    /// The probability of a side where all deviations, from `centre` by half of their range at most, are out of the reach of a set's sum: 0
    /// or 1.
    fn certain(&self, side: Side, (centre, half_range): (f64, f64), set: usize) -> Option<f64> {
        let sum = &self.sums[set];
        let (below, above) = self.series.lattices.lattice().furthest.reach(sum.spread);
        let from_centre = self.series.distance(side) - sum.shift - centre;
        let is_out_of_reach = from_centre > above + half_range || from_centre < -below - half_range;
        is_out_of_reach.then(|| f64::from((from_centre < 0.0) == (side == Side::Upper)))
    }

    /// The probability of a side from the sum of the series, for deviations of this mean.
    fn of_sum(&self, side: Side, mean: f64, sum: f64, set: usize) -> f64 {
        let bound = self.series.distance(side) - self.sums[set].shift;
        let sign = if side == Side::Upper { 1.0 } else { -1.0 };
        0.5 + sign * ((mean - bound) / self.series.lattices.lattice().period + sum)
    }
}

/// What every set of players adds, with those that are always free.
fn sums_of_sets(series: &Series<'_>, players: &[usize], always_free: &[usize]) -> Vec<FreeSum> {
    let free: Vec<FreeSum> = players.iter().map(|&node| series.free(node)).collect();
    let start = always_free.iter().fold(FreeSum::default(), |sum, &node| sum + series.free(node));
    FreeSum::of_sets(start, &free)
}

/// For every set of players, with those that are always free, its movers and what is left of them at the end of the series.
fn movers_of_sets(series: &Series<'_>, players: &[usize], always_free: &[usize]) -> Vec<(Vec<usize>, Remainder)> {
    let lattice = series.lattices.lattice();
    let mover = |node: &usize| series.lattices.movers.iter().position(|mover| mover.node == *node);
    let with = |(movers, remainder): &(Vec<usize>, Remainder), node: &usize| {
        mover(node).map_or_else(
            || (movers.clone(), *remainder),
            |mover| ([movers.as_slice(), &[mover]].concat(), remainder.and(lattice.high_end(mover))),
        )
    };
    let start = always_free.iter().fold((Vec::new(), Remainder::NONE), |set, node| with(&set, node));
    let mut sets = vec![start];
    for node in players.iter().rev() {
        let more: Vec<(Vec<usize>, Remainder)> = sets.iter().map(|set| with(set, node)).collect();
        sets.extend(more);
    }
    sets
}

/// The root mean square of the mean of several spectra over their last quarter.
fn left_of_mean(spectra: &[Spectrum]) -> f64 {
    let terms = spectra.first().map_or(0, |spectrum| spectrum.re.len());
    let mean = |part: fn(&Spectrum) -> &[f64], k: usize| {
        spectra.iter().map(|spectrum| part(spectrum)[k]).sum::<f64>() / spectra.len() as f64
    };
    let last = terms / 4 * 3..terms;
    let count = last.len() as f64;
    let squares = last.map(|k| mean(|spectrum| &spectrum.re, k).powi(2) + mean(|spectrum| &spectrum.im, k).powi(2));
    (squares.sum::<f64>() / count).sqrt().min(1.0)
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
