//! The outputs of the coalitions of a partly linear target, one set of inner noises after another.

use std::sync::Arc;

use ndarray::Array2;
use rayon::prelude::*;

use super::super::inversion::{FreeSets, SampledTerm};
use super::super::sampling::{Bank, Bounds, FreePivot, OUTPUTS, Pivot, Reach, SampleMeasure, Samples, TargetSamples};
use super::outer::Parts;
use crate::error::Result;
use crate::noise::SpectrumAnalyser;
use crate::random::mixed;
use crate::threads::proceed;
use crate::world::Event;

/// Sets of inner noises per block of work. Fixed, so that rounding does not depend on the number of threads.
const SETS_AT_ONCE: usize = 8;
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
    ) -> Self {
        let samples = Samples::new(event, bank, is_inner);
        let measure = SampleMeasure::new(event.measure());
        let reach = Reach::new(event, samples.observed_outputs().to_vec(), samples.count());
        Self { event, parts, first_row, pivots, samples, measure, reach, sets }
    }

    /// The outputs of all coalitions, a row each, which is of zeros where the set of free inner noises is not asked for; nothing if
    /// the inner part is too wide.
    pub(super) fn rows(&self, is_asked: impl Fn(usize) -> bool + Sync) -> Result<Option<Array2<f64>>> {
        let end = self.parts.inner_sets();
        let starts: Vec<usize> = (0..end).step_by(SETS_AT_ONCE).collect();
        let blocks: Vec<Result<Option<Vec<f64>>>> =
            starts.into_par_iter().map(|start| self.block(start, (start + SETS_AT_ONCE).min(end), &is_asked)).collect();
        let mut rows = Vec::new();
        for block in blocks {
            let Some(block) = block? else { return Ok(None) };
            rows.extend(block);
        }
        let shape = (rows.len() / OUTPUTS_WITH_SERIES, OUTPUTS_WITH_SERIES);
        Ok(Array2::from_shape_vec(shape, rows).ok())
    }

    /// The outputs for some sets of free inner noises.
    fn block(&self, start: usize, end: usize, is_asked: impl Fn(usize) -> bool) -> Result<Option<Vec<f64>>> {
        let outer_sets = self.parts.outer_sets();
        let mut rows = vec![0.0; (end - start) * outer_sets * OUTPUTS_WITH_SERIES];
        let mut analyser = self.sets.analyser();
        let mut columns = self.samples.columns();
        let mut drawn = Vec::new();
        let asked: Vec<usize> = (start..end).filter(|&set| is_asked(set)).collect();
        let (mut terms, mut inner) = (Vec::with_capacity(asked.len()), Vec::with_capacity(asked.len()));
        for &set in &asked {
            proceed()?;
            let rows =
                &mut rows[(set - start) * outer_sets * OUTPUTS_WITH_SERIES..][..outer_sets * OUTPUTS_WITH_SERIES];
            let free = self.parts.free_inner(set);
            let toggled: Vec<usize> =
                (0..self.samples.nodes()).filter(|node| drawn.contains(node) != free.contains(node)).collect();
            drawn = free;
            let column = self.samples.target(&toggled, &mut columns)?.column();
            let bounds = self.reach.target(|node| drawn.contains(&node));
            if self.parts.may_free_several_outer() {
                let Some(term) = self.sampled_term(column, bounds, &mut analyser) else { return Ok(None) };
                terms.push((term, bounds));
                inner.push(drawn.clone());
            }
            self.measure_few((set, &drawn), (column, bounds), rows)?;
        }
        let (terms, bounds): (Vec<SampledTerm>, Vec<Bounds>) = terms.into_iter().unzip();
        for (number, found) in self.sets.probabilities(&terms).into_iter().enumerate() {
            let place = (asked[number / outer_sets] - start) * outer_sets + number % outer_sets;
            if self.parts.free_outer(place % outer_sets).nth(1).is_some() {
                let row = &mut rows[place * OUTPUTS_WITH_SERIES..][..OUTPUTS_WITH_SERIES];
                let lot = mixed((self.first_row + start * outer_sets + place) as u64);
                let (samples, set) = (self.samples.count(), number / outer_sets);
                let is_drawn = |node: usize| inner[set].contains(&node);
                let means =
                    self.measure.bounded(found.means, samples, is_drawn, || (&self.reach, bounds[set], found.extent));
                self.measure.conclude(&means, self.samples.count(), lot, row);
                row[OUTPUTS] = found.series_error;
            }
        }
        Ok(Some(rows))
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

    /// The outputs for one set of free inner noises, by its number and its nodes, and all sets of at most one outer one.
    fn measure_few(
        &self,
        (inner_set, inner): (usize, &[usize]),
        (column, bounds): (Option<&[f64]>, Bounds),
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
            if first.is_none() && inner.is_empty() {
                self.measure.measure_observation(&mut row[..OUTPUTS]);
                continue;
            }
            let pivot = self.pivots.iter().find(|pivot| first == Some(pivot.node));
            let free = pivot.map(|pivot| FreePivot { pivot, observed: self.event.noises()[pivot.node] });
            let lot = mixed((self.first_row + (inner_set << outer.len()) + set) as u64);
            let target = column.map_or(TargetSamples::Constant(self.event.observed()), TargetSamples::Column);
            let means = self.measure.averages(target, self.samples.count(), free.as_ref())?;
            let reached = || (&self.reach, bounds, self.measure.extent(bounds, free.as_ref()));
            let means = self.measure.bounded(means, self.samples.count(), |node| inner.contains(&node), reached);
            self.measure.conclude(&means, self.samples.count(), lot, &mut row[..OUTPUTS]);
        }
        Ok(())
    }
}
