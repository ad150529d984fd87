//! Samples of the target for one coalition after another.

use super::bank::Bank;
use super::plan::Plan;
use crate::error::Result;
use crate::mechanism::check_finite;

/// Where the target's samples come from.
pub(super) trait TargetSamples: Sync {
    /// What is kept from one coalition to the next.
    type Columns;

    /// Columns that hold nothing yet.
    fn columns(&self) -> Self::Columns;

    /// The target's samples, all finite, for a coalition: `kept` says of each node of the plan whether its noise is kept, and `changed` lists
    /// the nodes for which that is new since the last call on these columns, or is nothing at the first.
    fn target<'c>(&self, kept: &[bool], changed: Option<&[usize]>, columns: &'c mut Self::Columns)
    -> Result<&'c [f64]>;

    /// What a free noise of a known effect adds to the target's samples: a column and its factor.
    fn part(&self, node: usize, effect: f64) -> (&[f64], f64);
}

/// The mechanisms themselves, evaluated over the bank.
pub(super) struct ModelSamples<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) bank: &'a Bank,
    /// The observed noise of every node of the plan.
    pub(super) noises: &'a [f64],
}

/// The values of every node, and room for a constant column.
pub(super) struct NodeColumns {
    values: Vec<Vec<f64>>,
    constant: Vec<f64>,
}

impl TargetSamples for ModelSamples<'_> {
    type Columns = NodeColumns;

    fn columns(&self) -> NodeColumns {
        let column = vec![0.0; self.bank.samples()];
        NodeColumns { values: vec![column.clone(); self.plan.nodes.len()], constant: column }
    }

    /// Re-evaluates the nodes whose noise changed, and their descendants.
    fn target<'c>(&self, kept: &[bool], changed: Option<&[usize]>, columns: &'c mut NodeColumns) -> Result<&'c [f64]> {
        let mut stale = vec![changed.is_none(); self.plan.nodes.len()];
        for &node in changed.unwrap_or_default() {
            self.plan.nodes[node].affected.iter().for_each(|&affected| stale[affected] = true);
        }
        for node in (0..stale.len()).filter(|&node| stale[node]) {
            let noise = if kept[node] {
                columns.constant.fill(self.noises[node]);
                &columns.constant
            } else {
                &self.bank.columns[node]
            };
            self.plan.fill(node, noise, &mut columns.values)?;
        }
        Ok(&columns.values[self.plan.target()])
    }

    fn part(&self, node: usize, effect: f64) -> (&[f64], f64) {
        (&self.bank.columns[node], effect)
    }
}

/// A target that is linear in all noises: the observed value plus Σ_{j ∉ T} cⱼ (Nⱼ − nⱼ). A changed noise costs one
/// addition a sample, whatever the graph.
pub(super) struct LinearSamples<'a> {
    /// The target's name.
    pub(super) name: &'a str,
    /// Noises times their total effects, cⱼ Nⱼ.
    pub(super) weighted: &'a Bank,
    /// What the observed noises contribute, cⱼ nⱼ.
    pub(super) observed_parts: Vec<f64>,
    /// The target's observed value.
    pub(super) observed: f64,
}

/// The target's samples, and how often they were changed since they were last computed afresh.
pub(super) struct TargetColumn {
    values: Vec<f64>,
    updates: usize,
}

/// How many changes are made to a sum before it is computed afresh, so that rounding errors do not pile up.
const MOST_UPDATES: usize = 64;

impl TargetSamples for LinearSamples<'_> {
    type Columns = TargetColumn;

    fn columns(&self) -> TargetColumn {
        TargetColumn { values: vec![0.0; self.weighted.samples()], updates: 0 }
    }

    fn target<'c>(&self, kept: &[bool], changed: Option<&[usize]>, column: &'c mut TargetColumn) -> Result<&'c [f64]> {
        match changed {
            Some(changed) if column.updates + changed.len() <= MOST_UPDATES => {
                column.updates += changed.len();
                changed.iter().for_each(|&node| self.switch(node, kept[node], &mut column.values));
            }
            _ => {
                column.updates = 0;
                column.values.fill(self.observed);
                let free = (0..kept.len()).filter(|&node| !kept[node]);
                free.for_each(|node| self.switch(node, false, &mut column.values));
            }
        }
        check_finite(self.name, &column.values)?;
        Ok(&column.values)
    }

    fn part(&self, node: usize, _effect: f64) -> (&[f64], f64) {
        (&self.weighted.columns[node], 1.0)
    }
}

impl LinearSamples<'_> {
    /// Puts the observed noise of a node in the place of the sampled one, or the other way round.
    fn switch(&self, node: usize, to_kept: bool, values: &mut [f64]) {
        let observed_part = self.observed_parts[node];
        let sampled_parts = &self.weighted.columns[node];
        if to_kept {
            values.iter_mut().zip(sampled_parts).for_each(|(value, part)| *value -= part - observed_part);
        } else {
            values.iter_mut().zip(sampled_parts).for_each(|(value, part)| *value += part - observed_part);
        }
    }
}
