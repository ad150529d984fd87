//! The worlds of one event, as samples of the target.

use ndarray::ArrayView2;

use super::super::{Reading, Readout, Visitor, Worlds};
use super::columns::Columns;
use super::jackknife::variance_of_bank;
use super::measuring::{FreePivot, OUTPUTS, SampleMeasure};
use super::pivot::Pivot;
use super::samples::Samples;
use crate::error::{Error, Result, list_names};
use crate::random::mixed;
use crate::shapley::Coalition;
use crate::world::Event;

/// Players are nodes: those in a coalition keep their noise at what was observed, the noise of all others is
/// drawn. The coalition's value measures the target's samples.
///
/// The first of the free noises that can be integrated, in order of preference, is not drawn but stays at what was
/// observed, as if it were kept: so the samples are free of it, and the measure integrates it.
pub(super) struct SampledWorlds<'e> {
    event: &'e Event<'e>,
    /// The noises that are to be integrated, in order of preference.
    pivots: &'e [Pivot],
    samples: Samples<'e>,
    measure: SampleMeasure,
}

/// The state of the coalition evaluated last.
struct SampledState<'w> {
    worlds: &'w SampledWorlds<'w>,
    coalition: Coalition,
    /// For each node of the target whether its noise is kept. Nodes that are no players always keep it, as it never varies,
    /// unless they are always free.
    kept: Vec<bool>,
    /// Whether those that are always free are so yet.
    started: bool,
    /// The node whose noise is integrated.
    integrated: Option<usize>,
    /// Which nodes' noises change between drawn and observed.
    toggled: Vec<usize>,
    /// A hash of the nodes that are not kept.
    hash: u64,
    columns: Columns,
}

impl<'e> SampledWorlds<'e> {
    pub(super) fn new(event: &'e Event<'e>, pivots: &'e [Pivot], samples: Samples<'e>) -> Self {
        let measure = SampleMeasure::within(event.measure(), samples.target_range());
        Self { event, pivots, samples, measure }
    }

    /// The state of the coalition of all, before any noise is drawn that is always free.
    fn start(&self) -> SampledState<'_> {
        SampledState {
            worlds: self,
            coalition: Coalition::full(self.event.player_count()),
            kept: vec![true; self.event.noises().len()],
            started: false,
            integrated: None,
            toggled: Vec::new(),
            hash: 0,
            columns: self.samples.columns(),
        }
    }

    fn unresolved(&self, coalition: &Coalition) -> Error {
        let kept = self.event.names(coalition);
        let kept = if kept.is_empty() { "no node".to_owned() } else { list_names(&kept) };
        Error::UnresolvedTail { samples: self.samples.count(), kept }
    }
}

impl Worlds for SampledWorlds<'_> {
    fn readout(&self) -> &dyn Readout {
        &SampledReadout
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(self.start())
    }
}

/// See [`OUTPUTS`].
struct SampledReadout;

impl Readout for SampledReadout {
    fn width(&self) -> usize {
        OUTPUTS
    }

    fn reading(&self, outputs: &[f64]) -> Reading {
        Reading { value: outputs[0], error: variance_of_bank(outputs).sqrt(), probability: outputs[OUTPUTS - 1] }
    }

    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64> {
        values.rows().into_iter().map(|outputs| variance_of_bank(&outputs.to_vec()).sqrt()).collect()
    }
}

impl Visitor for SampledState<'_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        if self.worlds.event.is_certain(kept) {
            self.worlds.measure.measure_observation(outputs);
            return Ok(());
        }
        let result = self.measure_change(kept, outputs);
        if result.is_err() {
            // An error must not leave columns behind that look up to date.
            *self = self.worlds.start();
        }
        result
    }
}

impl<'w> SampledState<'w> {
    fn measure_change(&mut self, coalition: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let worlds = self.worlds;
        let pivot = self.note_changes(coalition);
        let target = worlds.samples.target(&self.toggled, &mut self.columns)?;
        let free = pivot.map(|pivot| FreePivot { pivot, observed: worlds.event.noises()[pivot.node] });
        worlds.measure.measure(target, worlds.samples.count(), free.as_ref(), mixed(self.hash), outputs)?;
        if outputs.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(worlds.unresolved(coalition)) }
    }

    /// Finds which noises are to be toggled, and the one to integrate.
    fn note_changes(&mut self, coalition: &Coalition) -> Option<&'w Pivot> {
        let Self { worlds, coalition: last, kept, started, integrated, toggled, hash, .. } = self;
        let event = worlds.event;
        toggled.clear();
        let at_first = if std::mem::replace(started, true) { &[] } else { event.always_drawn() };
        let joined_or_left = last.differences(coalition).map(|player| event.node_of(player));
        for node in joined_or_left.chain(at_first.iter().copied()) {
            kept[node] = !kept[node];
            *hash ^= mixed(node as u64 + 1);
            toggled.push(node);
        }
        last.copy_from(coalition);
        let pivot = worlds.pivots.iter().find(|pivot| !kept[pivot.node]);
        let next = pivot.map(|pivot| pivot.node);
        if next != *integrated {
            // To what is drawn it is one and the same whether a noise is kept or integrated.
            let both = [*integrated, next];
            both.into_iter().flatten().for_each(|node| toggle(toggled, node));
            *integrated = next;
        }
        pivot
    }
}

/// Adds a node to the toggled ones, or takes it off: twice is not at all.
fn toggle(toggled: &mut Vec<usize>, node: usize) {
    match toggled.iter().position(|&other| other == node) {
        Some(place) => drop(toggled.remove(place)),
        None => toggled.push(node),
    }
}
