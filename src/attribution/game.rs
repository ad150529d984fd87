//! The game whose Shapley values are the contributions, played by samples.

use super::measure::{FreePivot, Measure, OUTPUTS};
use super::pivot::Pivot;
use super::plan::Plan;
use super::samples::TargetSamples;
use crate::error::{Error, Result, list_names};
use crate::shapley::{Coalition, Game};

/// Players are nodes: those in a coalition keep their noise at what was observed, the noise of all others is
/// drawn. The coalition's value measures the target's samples.
///
/// Players are numbered in topological order, so the last ones, which enumeration changes most often, affect the
/// fewest nodes.
pub(super) struct SampledGame<'a, S> {
    pub(super) plan: &'a Plan<'a>,
    /// The node of every player.
    pub(super) players: &'a [usize],
    /// The noises that can be integrated, in order of preference.
    pub(super) pivots: &'a [Pivot<'a>],
    pub(super) samples: S,
    pub(super) measure: Measure,
}

/// The state of the coalition evaluated last.
pub(super) struct Scratch<C> {
    /// Nothing before the first evaluation.
    coalition: Option<Coalition>,
    /// For each node of the plan whether its noise is kept. Nodes that are no players count as free: their noise never varies.
    kept: Vec<bool>,
    /// The nodes for which that changed with the last coalition.
    changed: Vec<usize>,
    columns: C,
}

impl<S: TargetSamples> Game for SampledGame<'_, S> {
    type Scratch = Scratch<S::Columns>;

    fn players(&self) -> usize {
        self.players.len()
    }

    fn outputs(&self) -> usize {
        OUTPUTS
    }

    fn scratch(&self) -> Self::Scratch {
        let kept = vec![false; self.plan.nodes.len()];
        Scratch { coalition: None, kept, changed: Vec::new(), columns: self.samples.columns() }
    }

    fn evaluate(&self, coalition: &Coalition, scratch: &mut Self::Scratch, outputs: &mut [f64]) -> Result<()> {
        if coalition.len() == self.players.len() {
            self.measure.measure_observation(outputs);
            return Ok(());
        }
        let first = scratch.coalition.is_none();
        self.note_changes(coalition, scratch);
        // An error must not leave columns behind that look up to date.
        scratch.coalition = None;
        let Scratch { kept, changed, columns, .. } = scratch;
        let target = self.samples.target(kept, (!first).then_some(changed), columns)?;
        let pivot = self.pivots.iter().find(|pivot| !kept[pivot.node]);
        let free = pivot.map(|pivot| FreePivot { pivot, part: self.samples.part(pivot.node, pivot.effect) });
        self.measure.measure(target, free.as_ref(), lot(kept), outputs)?;
        if outputs.iter().any(|value| !value.is_finite()) {
            return Err(self.unresolved(coalition, target.len()));
        }
        scratch.coalition = Some(coalition.clone());
        Ok(())
    }
}

impl<S: TargetSamples> SampledGame<'_, S> {
    fn note_changes(&self, coalition: &Coalition, scratch: &mut Scratch<S::Columns>) {
        scratch.changed.clear();
        for (player, &node) in self.players.iter().enumerate() {
            let keeps = coalition.contains(player);
            if scratch.kept[node] != keeps {
                scratch.kept[node] = keeps;
                scratch.changed.push(node);
            }
        }
    }

    fn unresolved(&self, coalition: &Coalition, samples: usize) -> Error {
        let kept: Vec<&str> = coalition.iter().map(|player| self.plan.nodes[self.players[player]].name).collect();
        let kept = if kept.is_empty() { "no node".to_owned() } else { list_names(&kept) };
        Error::UnresolvedTail { samples, kept }
    }
}

/// A number that is drawn once for every set of kept nodes: FNV-1a over them, mixed once more so that sets that
/// differ in one node have nothing in common.
fn lot(kept: &[bool]) -> u64 {
    let mix = |hash: u64, &kept: &bool| (hash ^ u64::from(kept)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = kept.iter().fold(0xcbf2_9ce4_8422_2325, mix);
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash >> 32
}
