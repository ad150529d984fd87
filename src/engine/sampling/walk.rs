//! From one coalition to the next: which noises change between drawn and observed.

use super::columns::Columns;
use super::pivot::{Pivot, PivotChoice};
use super::samples::{Samples, TargetSamples};
use crate::error::Result;
use crate::random::mixed;
use crate::shapley::Coalition;
use crate::world::Event;

/// The state of the coalition visited last, with the columns of one bank.
pub(super) struct Walk<'w> {
    event: &'w Event<'w>,
    choice: &'w PivotChoice<'w>,
    samples: &'w Samples<'w>,
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

impl<'w> Walk<'w> {
    /// At the coalition of all, before any noise is drawn that is always free.
    pub(super) fn new(event: &'w Event<'w>, choice: &'w PivotChoice<'w>, samples: &'w Samples<'w>) -> Self {
        Self {
            event,
            choice,
            samples,
            coalition: Coalition::full(event.player_count()),
            kept: vec![true; event.noises().len()],
            started: false,
            integrated: None,
            toggled: Vec::new(),
            hash: 0,
            columns: samples.columns(),
        }
    }

    /// Goes to a coalition; returns the noise to integrate there.
    pub(super) fn go(&mut self, coalition: &Coalition) -> Option<&'w Pivot> {
        let Self { event, choice, coalition: last, kept, started, integrated, toggled, hash, .. } = self;
        toggled.clear();
        let at_first = if std::mem::replace(started, true) { &[] } else { event.always_drawn() };
        let joined_or_left = last.differences(coalition).flat_map(|player| event.nodes_of(player));
        for node in joined_or_left.chain(at_first.iter().copied()) {
            kept[node] = !kept[node];
            *hash ^= mixed(node as u64 + 1);
            toggled.push(node);
        }
        last.copy_from(coalition);
        let pivot = choice.choose(|node| !kept[node]);
        let next = pivot.map(|pivot| pivot.node);
        if next != *integrated {
            // To what is drawn it is one and the same whether a noise is kept or integrated.
            let both = [*integrated, next];
            both.into_iter().flatten().for_each(|node| toggle(toggled, node));
            *integrated = next;
        }
        pivot
    }

    /// The target's samples there; to be asked once.
    pub(super) fn target(&mut self) -> Result<TargetSamples<'_>> {
        self.samples.target(&self.toggled, &mut self.columns)
    }

    /// Whether the noise of a node is drawn there.
    pub(super) fn draws(&self, node: usize) -> bool {
        !self.kept[node] && Some(node) != self.integrated
    }

    /// The nodes whose noise is drawn there.
    pub(super) fn drawn(&self) -> impl Iterator<Item = usize> {
        (0..self.kept.len()).filter(|&node| self.draws(node))
    }

    /// A number that differs from coalition to coalition.
    pub(super) fn lot(&self) -> u64 {
        mixed(self.hash)
    }
}

/// Adds a node to the toggled ones, or takes it off: twice is not at all.
fn toggle(toggled: &mut Vec<usize>, node: usize) {
    match toggled.iter().position(|&other| other == node) {
        Some(place) => drop(toggled.remove(place)),
        None => toggled.push(node),
    }
}
