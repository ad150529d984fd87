//! The outputs of the coalitions of a partly linear target, one set of inner noises after another.

use std::sync::Arc;

use ndarray::Array2;

use super::super::inversion::{FreeSets, SampledTerm};
use super::super::sampling::{
    Averages, Bank, Bounds, Extent, FreePivot, Levels, OUTPUTS, OuterParts, Pivot, Reach, SampleMeasure, Samples,
    TargetSamples, variance_of_bank,
};
use super::outer::Parts;
use crate::error::Result;
use crate::noise::SpectrumAnalyser;
use crate::random::mixed;
use crate::threads::{in_parallel, proceed};
use crate::world::Event;

/// Sets of inner noises per block of work. Fixed, so that rounding does not depend on the number of threads.
const SETS_AT_ONCE: usize = 4;
/// What a coalition has: see [`OUTPUTS`], and how far the series may be off in its value.
pub(super) const OUTPUTS_WITH_SERIES: usize = OUTPUTS + 1;

/// What is needed to find the outputs of every coalition.
pub(super) struct Table<'a> {
    event: &'a Event<'a>,
    parts: &'a Parts,
    /// The number of the first row among those of all coalitions.
    first_row: usize,
    pivots: &'a [Pivot],
    samples: Samples<'a>,
    /// Fewer of them, where those may do.
    levels: Option<Levels<'a>>,
    /// The error with which they do, in nats.
    close_enough: f64,
    /// The weight of a coalition by how many players are drawn in it.
    weights: Vec<f64>,
    measure: SampleMeasure,
    reach: Reach<'a>,
    sets: FreeSets<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        event: &'a Event<'a>,
        sets: FreeSets<'a>,
        (parts, first_row): (&'a Parts, usize),
        pivots: &'a [Pivot],
        bank: Arc<Bank>,
        is_inner: impl Fn(usize) -> bool,
        close_enough: Option<f64>,
    ) -> Self {
        let levels = close_enough.and_then(|_| Levels::of(event, &bank, &is_inner));
        let samples = Samples::new(event, bank, is_inner);
        let measure = SampleMeasure::new(event.measure());
        let reach = Reach::new(event, samples.observed_outputs().to_vec(), samples.count());
        let (close_enough, weights) = (close_enough.unwrap_or_default(), weights(event.player_count()));
        Self { event, parts, first_row, pivots, samples, levels, close_enough, weights, measure, reach, sets }
    }

    /// The outputs of all coalitions, a row each, which is of zeros where the set of free inner noises is not asked for; nothing if
    /// the inner part is too wide.
    pub(super) fn rows(&self, is_asked: impl Fn(usize) -> bool + Sync) -> Result<Option<Array2<f64>>> {
        let end = self.parts.inner_sets();
        let block = |number: usize| {
            let start = number * SETS_AT_ONCE;
            self.block(start, (start + SETS_AT_ONCE).min(end), &is_asked)
        };
        let blocks: Vec<Result<Option<Vec<f64>>>> = in_parallel(end.div_ceil(SETS_AT_ONCE), &block);
        let mut rows = Vec::new();
        for block in blocks {
            let Some(block) = block? else { return Ok(None) };
            rows.extend(block);
        }
        let shape = (rows.len() / OUTPUTS_WITH_SERIES, OUTPUTS_WITH_SERIES);
        Ok(Array2::from_shape_vec(shape, rows).ok())
    }

    /// The outputs for some sets of free inner noises: with few samples, and with more where those do not tell enough.
    fn block(&self, start: usize, end: usize, is_asked: impl Fn(usize) -> bool) -> Result<Option<Vec<f64>>> {
        let width = self.parts.outer_sets() * OUTPUTS_WITH_SERIES;
        let mut rows = vec![0.0; (end - start) * width];
        let mut open: Vec<usize> = (start..end).filter(|&set| is_asked(set)).collect();
        let levels = self.levels.iter().flat_map(|levels| [&levels.few, &levels.some]);
        for samples in levels.chain([&self.samples]) {
            if !self.fill(&open, samples, (start, &mut rows))? {
                return Ok(None);
            }
            open.retain(|&set| !self.is_close_enough(set, &rows[(set - start) * width..][..width]));
        }
        Ok(Some(rows))
    }

    /// Whether the samples tell the coalitions of a set of free inner noises, whose rows these are, as closely as is asked for: their
    /// errors on average, weighted as the coalitions are in Shapley values. What an error adds to those is about as much, at most.
    fn is_close_enough(&self, inner_set: usize, rows: &[f64]) -> bool {
        let inner = self.parts.free_inner_players(inner_set);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (outer_set, row) in rows.chunks(OUTPUTS_WITH_SERIES).enumerate() {
            let weight = self.weights[inner + outer_set.count_ones() as usize];
            sum += weight * variance_of_bank(&row[..OUTPUTS]).sqrt();
            weights += weight;
        }
        // What is not a number is not close.
        sum <= self.close_enough * weights
    }

    /// Writes the outputs for sets of free inner noises, with all sets of outer ones, into their rows, of which the first are those of set
    /// `start`; false if the inner part is too wide.
    fn fill(&self, sets: &[usize], samples: &Samples<'_>, (start, rows): (usize, &mut [f64])) -> Result<bool> {
        let outer_sets = self.parts.outer_sets();
        let mut analyser = self.sets.analyser();
        let mut columns = samples.columns();
        let mut drawn = Vec::new();
        let (mut terms, mut worlds) = (Vec::with_capacity(sets.len()), Vec::with_capacity(sets.len()));
        for &set in sets {
            proceed()?;
            let rows =
                &mut rows[(set - start) * outer_sets * OUTPUTS_WITH_SERIES..][..outer_sets * OUTPUTS_WITH_SERIES];
            let inner = self.parts.free_inner(set);
            let toggled: Vec<usize> =
                (0..samples.nodes()).filter(|node| drawn.contains(node) != inner.contains(node)).collect();
            drawn.clone_from(&inner);
            let column = samples.target(&toggled, &mut columns)?.column();
            let world = InnerWorld::new(set, &inner, &self.reach);
            if self.parts.may_free_several_outer() {
                let Some(term) = self.sampled_term(column, world.bounds, &mut analyser) else { return Ok(false) };
                terms.push(term);
            }
            self.measure_few(&world, (column, samples.count()), rows)?;
            worlds.push(world);
        }
        for (number, found) in self.sets.probabilities(&terms).into_iter().enumerate() {
            let world = &worlds[number / outer_sets];
            let place = (world.set - start) * outer_sets + number % outer_sets;
            if self.parts.free_outer(place % outer_sets).nth(1).is_some() {
                let row = &mut rows[place * OUTPUTS_WITH_SERIES..][..OUTPUTS_WITH_SERIES];
                let lot = mixed((self.first_row + start * outer_sets + place) as u64);
                let means = world.bounded(&self.measure, found.means, samples.count(), || found.extent);
                self.measure.conclude(&means, samples.count(), lot, row);
                row[OUTPUTS] = found.series_error;
            }
        }
        Ok(true)
    }

    /// The term that stands beside the outer noises; nothing if it is too wide.
    fn sampled_term(
        &self,
        column: Option<&[f64]>,
        bounds: Bounds,
        analyser: &mut SpectrumAnalyser,
    ) -> Option<SampledTerm> {
        let (Some(values), observed) = (column, self.event.observed()) else { return Some(self.sets.without_term()) };
        let ends = (bounds.low - observed, bounds.high - observed);
        self.sets.sampled_term(analyser, values.iter().map(|value| value - observed), ends)
    }

    /// The outputs for one set of free inner noises and all sets of at most one outer one.
    fn measure_few(
        &self,
        world: &InnerWorld<'_>,
        (column, samples): (Option<&[f64]>, usize),
        rows: &mut [f64],
    ) -> Result<()> {
        let outer = self.parts.outer();
        let nobody = 0;
        let single = (0..outer.len()).map(|bit| 1_usize << bit);
        for set in std::iter::once(nobody).chain(single) {
            let mut free = self.parts.free_outer(set);
            let (first, second) = (free.next(), free.next());
            if second.is_some() {
                continue;
            }
            let row = &mut rows[set * OUTPUTS_WITH_SERIES..][..OUTPUTS_WITH_SERIES];
            if first.is_none() && world.is_empty {
                self.measure.measure_observation(&mut row[..OUTPUTS]);
                continue;
            }
            let pivot = self.pivots.iter().find(|pivot| first == Some(pivot.node));
            let free = pivot.map(|pivot| FreePivot { pivot, observed: self.event.noises()[pivot.node] });
            let lot = mixed((self.first_row + (world.set << outer.len()) + set) as u64);
            let target = column.map_or(TargetSamples::Constant(self.event.observed()), TargetSamples::Column);
            let means = self.measure.averages(target, samples, free.as_ref())?;
            let extent = || self.measure.extent(world.bounds, free.as_ref());
            let means = world.bounded(&self.measure, means, samples, extent);
            self.measure.conclude(&means, samples, lot, &mut row[..OUTPUTS]);
        }
        Ok(())
    }
}

/// A world of the inner noises, whatever the outer ones.
struct InnerWorld<'r> {
    /// The number of the set of its free players.
    set: usize,
    /// Whether no noise is drawn.
    is_empty: bool,
    /// Between which values the target stays while no outer noise is free.
    bounds: Bounds,
    /// The outer parts of the noises that are drawn.
    outer_parts: OuterParts<'r>,
}

impl<'r> InnerWorld<'r> {
    /// The one with the noises of these nodes drawn.
    fn new(set: usize, drawn: &[usize], reach: &'r Reach<'r>) -> Self {
        let is_drawn = |node: usize| drawn.contains(&node);
        let (bounds, outer_parts) = (reach.target(is_drawn), reach.outer_parts(is_drawn));
        Self { set, is_empty: drawn.is_empty(), bounds, outer_parts }
    }

    /// The averages with a bound on what so many samples have not seen.
    fn bounded(
        &self,
        measure: &SampleMeasure,
        means: Averages,
        samples: usize,
        extent: impl FnOnce() -> Extent,
    ) -> Averages {
        measure.bounded(means, samples, || (self.bounds, extent()), |ends| self.outer_parts.chance(ends))
    }
}

/// For every number of drawn noises of so many the weight of each coalition in which as many are drawn, in Shapley values: all coalitions of
/// a size weigh the same together.
fn weights(players: usize) -> Vec<f64> {
    let mut coalitions = 1.0;
    let of_size = |size: usize| {
        let weight = 1.0 / coalitions;
        coalitions *= (players - size) as f64 / (size + 1) as f64;
        weight
    };
    (0..=players).map(of_size).collect()
}
