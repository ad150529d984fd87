//! The game whose Shapley values are the contributions, played by samples.

use super::columns::Columns;
use super::measure::{FreePivot, Measure, OUTPUTS};
use super::pivot::Pivot;
use super::samples::Samples;
use crate::error::{Error, Result, list_names};
use crate::random::mixed;
use crate::shapley::{Coalition, Game};

/// Players are nodes: those in a coalition keep their noise at what was observed, the noise of all others is
/// drawn. The coalition's value measures the target's samples.
///
/// Of the free noises that can be integrated, the first in order of preference is not drawn but stays at what was
/// observed, as if it were kept: so the samples are free of it, and the measure integrates it.
pub(super) struct SampledGame<'a> {
    /// The node of every player.
    pub(super) players: &'a [usize],
    /// Nodes whose noise no coalition keeps, as nobody knows it.
    pub(super) always_free: &'a [usize],
    /// The noises that are to be integrated, in order of preference.
    pub(super) pivots: &'a [Pivot],
    /// The observed noise of every node of the plan.
    pub(super) noises: &'a [f64],
    pub(super) samples: Samples<'a>,
    pub(super) measure: Measure,
}

/// The state of the coalition evaluated last.
pub(super) struct Scratch {
    coalition: Coalition,
    /// For each node of the plan whether its noise is kept. Nodes that are no players always keep it, as it never varies,
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

impl Game for SampledGame<'_> {
    type Scratch = Scratch;

    fn players(&self) -> usize {
        self.players.len()
    }

    fn outputs(&self) -> usize {
        OUTPUTS
    }

    /// That of the coalition of all, before any noise is drawn that is always free.
    fn scratch(&self) -> Scratch {
        Scratch {
            coalition: Coalition::full(self.players.len()),
            kept: vec![true; self.noises.len()],
            started: false,
            integrated: None,
            toggled: Vec::new(),
            hash: 0,
            columns: self.samples.columns(),
        }
    }

    fn evaluate(&self, coalition: &Coalition, scratch: &mut Scratch, outputs: &mut [f64]) -> Result<()> {
        if coalition.len() == self.players.len() && self.always_free.is_empty() {
            self.measure.measure_observation(outputs);
            return Ok(());
        }
        let result = self.measure_change(coalition, scratch, outputs);
        if result.is_err() {
            // An error must not leave columns behind that look up to date.
            *scratch = self.scratch();
        }
        result
    }
}

impl SampledGame<'_> {
    fn measure_change(&self, coalition: &Coalition, scratch: &mut Scratch, outputs: &mut [f64]) -> Result<()> {
        let pivot = self.note_changes(coalition, scratch);
        let target = self.samples.target(&scratch.toggled, &mut scratch.columns)?;
        let free = pivot.map(|pivot| FreePivot { pivot, observed: self.noises[pivot.node] });
        self.measure.measure(target, self.samples.count(), free.as_ref(), mixed(scratch.hash), outputs)?;
        if outputs.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(self.unresolved(coalition)) }
    }

    /// Finds which noises are to be toggled, and the one to integrate.
    fn note_changes(&self, coalition: &Coalition, scratch: &mut Scratch) -> Option<&Pivot> {
        let Scratch { coalition: last, kept, started, integrated, toggled, hash, .. } = scratch;
        toggled.clear();
        let at_first = if std::mem::replace(started, true) { &[] } else { self.always_free };
        let joined_or_left = last.differences(coalition).map(|player| self.players[player]);
        for node in joined_or_left.chain(at_first.iter().copied()) {
            kept[node] = !kept[node];
            *hash ^= mixed(node as u64 + 1);
            toggled.push(node);
        }
        last.copy_from(coalition);
        let pivot = self.pivots.iter().find(|pivot| !kept[pivot.node]);
        let next = pivot.map(|pivot| pivot.node);
        if next != *integrated {
            // To what is drawn it is one and the same whether a noise is kept or integrated.
            let both = [*integrated, next];
            both.into_iter().flatten().for_each(|node| toggle(toggled, node));
            *integrated = next;
        }
        pivot
    }

    fn unresolved(&self, coalition: &Coalition) -> Error {
        let kept: Vec<&str> = coalition.iter().map(|player| self.samples.name(self.players[player])).collect();
        let kept = if kept.is_empty() { "no node".to_owned() } else { list_names(&kept) };
        Error::UnresolvedTail { samples: self.samples.count(), kept }
    }
}

/// Adds a node to the toggled ones, or takes it off: twice is not at all.
fn toggle(toggled: &mut Vec<usize>, node: usize) {
    match toggled.iter().position(|&other| other == node) {
        Some(place) => drop(toggled.remove(place)),
        None => toggled.push(node),
    }
}
