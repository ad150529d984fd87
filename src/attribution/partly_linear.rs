//! Coalitions of a target that is linear in many of its noises, though not in all.
//!
//! The target is x + Σ cⱼ(Nⱼ − nⱼ) + I, over the *outer* noises j, which reach it by linear paths only. I is what all other
//! noises, the *inner* ones, do to it: of any distribution, but independent of the outer noises. So a coalition's
//! probability is that of a sum of independent variables. I depends on the inner noises that the coalition keeps, and on
//! no others: it is sampled once for each of the few sets of them, and then stands beside the outer noises in a Fourier
//! series. All 2ⁿ coalitions need 2^inner columns of samples instead of 2ⁿ, and every outer noise is integrated instead of one.
//!
//! Where at most one outer noise is free there is no sum to invert: hits are counted, or the one is integrated.

use std::sync::OnceLock;

use ndarray::Array2;
use rayon::prelude::*;

use super::bank::Bank;
use super::config::{AttributionConfig, Estimator, Quantity};
use super::estimates::Estimates;
use super::fourier::{Beside, Event, FourierTarget, FreeSets};
use super::measure::{FreePivot, Measure, OUTPUTS};
use super::plan::Plan;
use super::precision::LARGEST_GROWTH;
use super::roles::Roles;
use super::sampler::Sampler;
use super::samples::{Samples, TargetSamples};
use crate::error::Result;
use crate::model::Recovered;
use crate::noise::SpectrumAnalyser;
use crate::random::mixed;
use crate::score::{FeatureMap, OutlierTest};
use crate::shapley::{Coalition, Game, ShapleyConfig, ShapleyMethod, shapley_values};

/// Fewest outer noises: with less, one is integrated and there is little to share.
const FEWEST_OUTER: usize = 2;
/// Up to how many players a table of all coalitions is made, and with how many inner ones: beyond, permutations need fewer
/// samples.
const MOST_PLAYERS: usize = 16;
const MOST_INNER_PLAYERS: usize = 8;
/// Sets of inner noises per block of work. Fixed, so that rounding does not depend on the number of threads.
const SETS_AT_ONCE: usize = 8;
/// What a coalition has: see [`OUTPUTS`], and by how much the last terms of the series changed its value.
const OUTPUTS_WITH_SERIES: usize = OUTPUTS + 1;

/// What a set of free noises costs beside its samples, in samples of one coalition.
const WORK_PER_SET: f64 = 256.0;

/// Which noises are outer ones.
#[derive(Debug, Clone)]
pub(super) struct OuterNoises {
    /// For each node of the plan the effect of its noise, if that is an outer one, otherwise 0.
    effects: Vec<f64>,
}

impl OuterNoises {
    /// Nothing if there are not enough of them, if all are, or if something else is asked for than a probability.
    pub(super) fn find(plan: &Plan, effects: &[Option<f64>], config: &AttributionConfig) -> Option<Self> {
        let asked_for = config.estimator == Estimator::Auto
            && config.quantity == Quantity::ItScore
            && !matches!(config.feature_map, FeatureMap::Custom(_));
        let noise = |node: usize| plan.nodes[node].mechanism.noise();
        let outer = |node: usize| effects[node].filter(|&effect| effect != 0.0 && !noise(node).is_degenerate());
        let outer: Vec<f64> = (0..effects.len()).map(|node| outer(node).unwrap_or(0.0)).collect();
        let count = outer.iter().filter(|&&effect| effect != 0.0).count();
        let applies = asked_for && count >= FEWEST_OUTER && effects.iter().any(Option::is_none);
        applies.then_some(Self { effects: outer })
    }

    fn contains(&self, node: usize) -> bool {
        self.effects[node] != 0.0
    }

    /// Whether a table of all coalitions of these players is worth its while.
    pub(super) fn suit(&self, players: &[usize], method: ShapleyMethod) -> bool {
        let inner = players.iter().filter(|&&node| !self.contains(node)).count();
        let chosen = match method {
            ShapleyMethod::Auto => inner <= MOST_INNER_PLAYERS,
            method => method.enumerates(players.len()).unwrap_or(false),
        };
        chosen && players.len() <= MOST_PLAYERS
    }

    /// What a table costs, in samples of one coalition.
    pub(super) fn work(&self, samples: usize) -> f64 {
        let outer = self.effects.iter().filter(|&&effect| effect != 0.0).count();
        let power = |exponent: usize| 2_f64.powi(i32::try_from(exponent).unwrap_or(i32::MAX));
        let columns = power(self.effects.len() - outer) * (outer + 2) as f64;
        columns * samples as f64 + power(self.effects.len()) * WORK_PER_SET
    }
}

/// A target with outer noises that are ready for Fourier inversion.
#[derive(Debug)]
pub(super) struct PartlyLinear {
    noises: OuterNoises,
    outer: FourierTarget,
    config: AttributionConfig,
    /// Of the inner noises; the configured number of samples times 2⁰, 2¹, …, drawn when they are first needed.
    banks: [OnceLock<Bank>; LARGEST_GROWTH],
}

/// What is asked about one event.
pub(super) struct Question<'a> {
    pub(super) plan: &'a Plan,
    pub(super) sampler: &'a Sampler,
    pub(super) recovered: &'a Recovered,
    pub(super) roles: &'a Roles,
    pub(super) measure: &'a Measure,
}

impl PartlyLinear {
    /// Nothing if the series would not do.
    pub(super) fn prepare(
        plan: &Plan,
        noises: &OuterNoises,
        config: &AttributionConfig,
        floors: (f64, f64),
    ) -> Option<Self> {
        let outer = FourierTarget::find(plan, &noises.effects, floors, true)?;
        let banks = [const { OnceLock::new() }; LARGEST_GROWTH];
        Some(Self { noises: noises.clone(), outer, config: config.clone(), banks })
    }

    /// The Shapley values of one event, with the configured number of samples times 2^growth; nothing if its inner part is
    /// wider than the series allows.
    pub(super) fn estimate(&self, question: &Question<'_>, growth: usize) -> Result<Option<Estimates>> {
        let &Question { plan, sampler, recovered, roles, measure } = question;
        let &Measure::LogTail { test: OutlierTest::Region(region), floor } = measure else { return Ok(None) };
        let bank = self.banks[growth].get_or_init(|| {
            let config = self.config.clone().with_samples(self.config.samples << growth);
            Bank::draw(plan, &config, |node| !self.noises.contains(node))
        });
        let event = Event {
            target: &self.outer,
            noises: plan.nodes.iter().zip(&self.noises.effects).map(|(node, &c)| (node.mechanism.noise(), c)).collect(),
            observed_noises: &recovered.noises,
            observed: recovered.values[plan.target()],
            region,
            floor,
        };
        let is_outer = |node: &&usize| self.noises.contains(**node);
        let part = |nodes: &[usize]| -> (Vec<usize>, Vec<usize>) { nodes.iter().partition(is_outer) };
        let ((outer, inner), (outer_free, inner_free)) = (part(&roles.players), part(&roles.always_free));
        let table = Table {
            question,
            samples: Samples::new(plan, sampler.program(), bank, &recovered.values, &recovered.noises),
            sets: FreeSets::new(&event, &outer, &outer_free),
            outer,
            outer_free,
            inner,
            inner_free,
        };
        let Some(rows) = table.rows()? else { return Ok(None) };
        let game = TableGame { bits: table.bits(), rows };
        let exact = ShapleyConfig::default().with_method(ShapleyMethod::Exact);
        let values = shapley_values(&game, &exact)?;
        let score_error = |changed, probability| event.score_error(changed, probability);
        Ok(Some(Estimates::with_series(&values, &roles.always_free, score_error)))
    }
}

/// All coalitions, by the sets of free noises: those of the inner ones, and for each of them those of the outer ones. Of
/// either kind the first player has the highest bit.
struct Table<'a> {
    question: &'a Question<'a>,
    samples: Samples<'a>,
    sets: FreeSets<'a>,
    outer: Vec<usize>,
    outer_free: Vec<usize>,
    inner: Vec<usize>,
    inner_free: Vec<usize>,
}

impl Table<'_> {
    /// For every player the bit that is set where it is free.
    fn bits(&self) -> Vec<usize> {
        let place = |nodes: &[usize], node: usize| {
            nodes.iter().position(|&other| other == node).map(|place| 1 << (nodes.len() - 1 - place))
        };
        let bit = |&node: &usize| {
            let of_inner = || place(&self.inner, node).map(|bit: usize| bit << self.outer.len());
            place(&self.outer, node).or_else(of_inner).unwrap_or(0)
        };
        self.question.roles.players.iter().map(bit).collect()
    }

    /// The outputs of all coalitions, a row each; nothing if the inner part is too wide.
    fn rows(&self) -> Result<Option<Array2<f64>>> {
        let inner_sets = 1_usize << self.inner.len();
        let starts: Vec<usize> = (0..inner_sets).step_by(SETS_AT_ONCE).collect();
        let blocks: Vec<Result<Option<Vec<f64>>>> =
            starts.into_par_iter().map(|start| self.block(start, (start + SETS_AT_ONCE).min(inner_sets))).collect();
        let mut rows = Vec::with_capacity(OUTPUTS_WITH_SERIES << (self.inner.len() + self.outer.len()));
        for block in blocks {
            let Some(block) = block? else { return Ok(None) };
            rows.extend(block);
        }
        let shape = (rows.len() / OUTPUTS_WITH_SERIES, OUTPUTS_WITH_SERIES);
        Ok(Array2::from_shape_vec(shape, rows).ok())
    }

    /// The outputs for some sets of free inner noises.
    fn block(&self, start: usize, end: usize) -> Result<Option<Vec<f64>>> {
        let outer_sets = 1 << self.outer.len();
        let mut rows = vec![0.0; (end - start) * outer_sets * OUTPUTS_WITH_SERIES];
        let mut analyser = self.sets.analyser();
        let mut columns = self.samples.columns();
        let mut drawn = Vec::new();
        let mut besides = Vec::with_capacity(end - start);
        for (set, rows) in (start..end).zip(rows.chunks_exact_mut(outer_sets * OUTPUTS_WITH_SERIES)) {
            let free = self.free_inner(set);
            let toggled: Vec<usize> =
                (0..self.samples.nodes()).filter(|node| drawn.contains(node) != free.contains(node)).collect();
            drawn = free;
            let column = self.samples.target(&toggled, &mut columns)?.column();
            let Some(beside) = self.beside(column, &mut analyser) else { return Ok(None) };
            besides.push(beside);
            self.measure_few(set, column, rows)?;
        }
        for (place, found) in self.sets.probabilities(&besides).into_iter().enumerate() {
            if self.free_outer(place % outer_sets).nth(1).is_some() {
                let row = &mut rows[place * OUTPUTS_WITH_SERIES..][..OUTPUTS_WITH_SERIES];
                let lot = mixed((start * outer_sets + place) as u64);
                self.question.measure.conclude(&found.means, self.samples.count(), lot, row);
                row[OUTPUTS] = self.question.measure.slope(found.means.all) * found.series_error;
            }
        }
        Ok(Some(rows))
    }

    /// The inner noises that are free in a set.
    fn free_inner(&self, set: usize) -> Vec<usize> {
        members(&self.inner, set).chain(self.inner_free.iter().copied()).collect()
    }

    fn free_outer(&self, set: usize) -> impl Iterator<Item = usize> {
        members(&self.outer, set).chain(self.outer_free.iter().copied())
    }

    /// What stands beside the outer noises; nothing if it is too wide.
    fn beside(&self, column: Option<&[f64]>, analyser: &mut SpectrumAnalyser) -> Option<Beside> {
        let Some(values) = column else { return Some(self.sets.nothing_beside()) };
        self.sets.beside(analyser, values.iter().map(|value| value - self.observed()))
    }

    fn observed(&self) -> f64 {
        self.question.recovered.values[self.question.plan.target()]
    }

    /// The outputs for one set of free inner noises and all sets of at most one outer one.
    fn measure_few(&self, inner_set: usize, column: Option<&[f64]>, rows: &mut [f64]) -> Result<()> {
        let Question { sampler, recovered, measure, roles, .. } = self.question;
        let nobody = 0;
        let single = (0..self.outer.len()).map(|bit| 1_usize << bit);
        for set in std::iter::once(nobody).chain(single) {
            let mut free = self.free_outer(set);
            let (first, second) = (free.next(), free.next());
            if second.is_some() {
                continue;
            }
            let row = &mut rows[set * OUTPUTS_WITH_SERIES..][..OUTPUTS_WITH_SERIES];
            if inner_set == 0 && first.is_none() && roles.always_free.is_empty() {
                measure.measure_observation(&mut row[..OUTPUTS]);
                continue;
            }
            let pivot = sampler.pivots().iter().find(|pivot| first == Some(pivot.node));
            let free = pivot.map(|pivot| FreePivot { pivot, observed: recovered.noises[pivot.node] });
            let lot = mixed(((inner_set << self.outer.len()) + set) as u64);
            let target = column.map_or(TargetSamples::Constant(self.observed()), TargetSamples::Column);
            measure.measure(target, self.samples.count(), free.as_ref(), lot, &mut row[..OUTPUTS])?;
        }
        Ok(())
    }
}

/// Those whose bit is set; the first has the highest.
fn members(nodes: &[usize], set: usize) -> impl Iterator<Item = usize> {
    nodes.iter().rev().enumerate().filter(move |(bit, _)| set >> bit & 1 == 1).map(|(_, &node)| node)
}

/// A game of which all is known.
struct TableGame {
    /// For every player the bit of the row's number that is set where it is free.
    bits: Vec<usize>,
    rows: Array2<f64>,
}

impl Game for TableGame {
    type Scratch = ();

    fn players(&self) -> usize {
        self.bits.len()
    }

    fn outputs(&self) -> usize {
        OUTPUTS_WITH_SERIES
    }

    fn scratch(&self) {}

    fn evaluate(&self, coalition: &Coalition, (): &mut (), values: &mut [f64]) -> Result<()> {
        let free = self.bits.iter().enumerate().filter(|&(player, _)| !coalition.contains(player));
        let row = free.map(|(_, bit)| bit).sum::<usize>();
        values.iter_mut().zip(self.rows.row(row)).for_each(|(value, &known)| *value = known);
        Ok(())
    }
}
