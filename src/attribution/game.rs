//! The game whose Shapley values are the contributions.

use super::bank::Bank;
use super::measure::{FreePivot, Measure, OUTPUTS};
use super::pivot::Pivot;
use super::plan::Plan;
use crate::error::{Error, Result, list_names};
use crate::shapley::{Coalition, Game};

/// Players are nodes: those in a coalition keep their noise at what was observed, the noise of all others is
/// drawn from the bank. The coalition's value measures the target's samples.
///
/// Players are numbered in topological order, so the last ones, which enumeration changes most often, affect the
/// fewest nodes.
pub(super) struct NoiseGame<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) bank: &'a Bank,
    /// The observed noise of every node of the plan.
    pub(super) noises: &'a [f64],
    /// The node of every player.
    pub(super) players: &'a [usize],
    /// The noises that can be integrated, in order of preference.
    pub(super) pivots: &'a [Pivot<'a>],
    pub(super) measure: Measure,
}

/// The values of every node under the coalition evaluated last.
pub(super) struct Columns {
    /// Nothing before the first evaluation.
    coalition: Option<Coalition>,
    /// For each node whether its noise is kept.
    kept: Vec<bool>,
    values: Vec<Vec<f64>>,
    constant: Vec<f64>,
}

impl Game for NoiseGame<'_> {
    type Scratch = Columns;

    fn players(&self) -> usize {
        self.players.len()
    }

    fn outputs(&self) -> usize {
        OUTPUTS
    }

    fn scratch(&self) -> Columns {
        let column = vec![0.0; self.bank.samples()];
        let nodes = self.plan.nodes.len();
        Columns { coalition: None, kept: vec![false; nodes], values: vec![column.clone(); nodes], constant: column }
    }

    fn evaluate(&self, coalition: &Coalition, columns: &mut Columns, outputs: &mut [f64]) -> Result<()> {
        if coalition.len() == self.players.len() {
            outputs.fill(self.measure.value_of_observation());
            outputs[OUTPUTS - 1] = 1.0;
            return Ok(());
        }
        self.update(coalition, columns)?;
        let target = &columns.values[self.plan.target()];
        let pivot = self.pivots.iter().find(|pivot| !columns.kept[pivot.node]);
        let free = pivot.map(|pivot| FreePivot { pivot, sampled: &self.bank.columns[pivot.node] });
        self.measure.measure(target, free.as_ref(), outputs)?;
        if outputs.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(self.not_finite(coalition, target)) }
    }
}

impl NoiseGame<'_> {
    /// Brings the values up to date: re-evaluates the nodes whose noise changed between coalitions, and their
    /// descendants.
    fn update(&self, coalition: &Coalition, columns: &mut Columns) -> Result<()> {
        let mut stale = vec![columns.coalition.is_none(); self.plan.nodes.len()];
        for (player, &node) in self.players.iter().enumerate() {
            columns.kept[node] = coalition.contains(player);
            if columns.coalition.as_ref().is_some_and(|before| before.contains(player) != columns.kept[node]) {
                self.plan.nodes[node].affected.iter().for_each(|&affected| stale[affected] = true);
            }
        }
        // An error must not leave columns behind that look up to date.
        columns.coalition = None;
        for node in (0..stale.len()).filter(|&node| stale[node]) {
            let noise = if columns.kept[node] {
                columns.constant.fill(self.noises[node]);
                &columns.constant
            } else {
                &self.bank.columns[node]
            };
            self.plan.fill(node, noise, &mut columns.values)?;
        }
        columns.coalition = Some(coalition.clone());
        Ok(())
    }

    fn not_finite(&self, coalition: &Coalition, target: &[f64]) -> Error {
        match target.iter().find(|value| !value.is_finite()) {
            Some(&found) => Error::MechanismNotFinite {
                node: self.plan.nodes[self.plan.target()].name.to_owned(),
                operation: "evaluate a sample",
                found,
            },
            None => {
                let kept: Vec<&str> =
                    coalition.iter().map(|player| self.plan.nodes[self.players[player]].name).collect();
                let kept = if kept.is_empty() { "no node".to_owned() } else { list_names(&kept) };
                Error::UnresolvedTail { samples: target.len(), kept }
            }
        }
    }
}
