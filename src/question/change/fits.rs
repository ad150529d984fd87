//! The fits that a change in data is told from: of each table by itself, and of both together.

use super::blend::{Decision, decisions};
use super::config::ChangeConfig;
use super::engines::{Split, split};
use super::mechanism_test::{Column, p_value};
use super::pairing::Pairing;
use super::tables::{NAMES, Tables};
use crate::error::{Error, Result};
use crate::model::{FittedModel, StructuralCausalModel};
use crate::numeric::holm::holm;
use crate::threads::in_parallel;

/// The mechanisms fitted to each table by itself, and to both together.
pub(super) struct Fits {
    pub(super) separate: Pairing,
    common: Pairing,
}

/// The mean of answers over the levels of the test.
pub(super) struct Blended {
    pub(super) mean: Split,
    /// The answer at the asked level.
    pub(super) at_level: Split,
}

impl Fits {
    pub(super) fn to(model: &StructuralCausalModel, tables: &Tables, target: &str) -> Result<Self> {
        let one = |side: usize| -> Result<FittedModel> {
            let fitted = model.fit_again(&tables.one(side)?);
            fitted.map_err(|cause| match cause {
                Error::InTable { .. } => cause,
                _ => Error::InTable { table: NAMES[side], cause: Box::new(cause) },
            })
        };
        let (old, new) = (one(0)?, one(1)?);
        let both = model.fit_again(&tables.both()?)?;
        Ok(Self { separate: Pairing::new(&old, &new, target)?, common: Pairing::new(&both, &both, target)? })
    }

    /// The p-values of all nodes that may have changed, adjusted for their number. A test takes longer than a fit, so that nodes are tested in
    /// parallel.
    pub(super) fn p_values(&self, tables: &Tables, may_change: &[bool]) -> Vec<Option<f64>> {
        let tested: Vec<usize> = (0..may_change.len()).filter(|&node| may_change[node]).collect();
        let column = |number: usize| {
            let name = &self.common.nodes[number].name;
            let values = [0, 1].map(|side| tables.column(name, side).unwrap_or_default()).concat();
            Column { values, levels: tables.levels(name) }
        };
        let [old_rows, _] = tables.rows();
        let of_node = |place: usize| {
            let number = tested[place];
            let side = &self.common.nodes[number].sides[0];
            let parents: Vec<Column<'_>> = side.parents.iter().map(|&parent| column(parent)).collect();
            p_value(&column(number), &parents, old_rows)
        };
        let adjusted = holm(&in_parallel(tested.len(), &of_node));
        let mut all = vec![None; may_change.len()];
        tested.into_iter().zip(adjusted).for_each(|(node, p_value)| all[node] = Some(p_value));
        all
    }

    /// The answer in which these nodes have two fits, and all others one.
    pub(super) fn split(&self, changed: &[bool], config: &ChangeConfig) -> Result<Split> {
        split(&self.separate.with_common(&self.common, |node| changed[node]), config)
    }

    pub(super) fn answer(&self, weights: &[f64], config: &ChangeConfig) -> Result<Blended> {
        let decisions = decisions(weights);
        let answer = |decision: &Decision| Ok((decision.share, self.split(&decision.changed, config)?));
        let answers = decisions.iter().map(answer).collect::<Result<Vec<(f64, Split)>>>()?;
        // The first decision is that of the highest level.
        let at_level = answers[0].1.clone();
        Ok(Blended { mean: Split::mean(&answers, &at_level), at_level })
    }
}
