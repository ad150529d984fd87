//! Rows whose noises are known, replayed.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::mechanism::FittedMechanism;
use crate::model::{FittedModel, Start, Wiring};
use crate::question::intervention::plan::Plan;
use crate::question::intervention::request::Intervention;

/// A model and the world of an intervention, in which rows are replayed.
#[derive(Debug)]
pub(super) struct Replay {
    /// The world in which rows were observed.
    pub(super) observed: Wiring,
    pub(super) plan: Plan,
    /// What becomes of each node, by its number.
    pub(super) kinds: Vec<Kind>,
    /// What is added to each recovered noise.
    pub(super) shifts: Vec<f64>,
    /// For which nodes a missing value leaves something open.
    pub(super) matters: Vec<bool>,
    /// Whether every row leaves something open.
    pub(super) always_open: bool,
}

/// What becomes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// No intervention reaches it: it is as observed, to the bit.
    Kept,
    /// It is set.
    Given,
    /// Something is done to it, and nothing to its causes: what it would be by itself was observed.
    Natural,
    /// Its noise is recovered, and replayed.
    Replayed,
    /// It has another noise, which is drawn.
    Fresh,
}

impl Replay {
    /// # Errors
    /// When the intervention does not suit the model.
    pub(super) fn of(model: &FittedModel, intervention: &Intervention) -> Result<Self> {
        let (observed, plan) = (model.wiring().clone(), Plan::of(model, intervention)?);
        let reached = plan.reached();
        let kind = |number: usize| {
            let (node, is_replaced) = (plan.wiring.node(number), plan.replaced[number]);
            if !reached[number] {
                Kind::Kept
            } else if plan.alterations[number].given().is_some() {
                Kind::Given
            } else if is_replaced && node.mechanism.is_root() {
                Kind::Fresh
            } else if !is_replaced && node.parents.iter().all(|&parent| !reached[parent]) {
                Kind::Natural
            } else {
                Kind::Replayed
            }
        };
        let kinds: Vec<Kind> = (0..reached.len()).map(kind).collect();
        let shift = |number: usize| match plan.replaced[number] && kinds[number] == Kind::Replayed {
            true => shift(&observed.node(number).mechanism, &plan.wiring.node(number).mechanism),
            false => 0.0,
        };
        let shifts = (0..kinds.len()).map(shift).collect();
        let mut matters: Vec<bool> = kinds.iter().map(|&kind| kind != Kind::Given).collect();
        let is_open = |number: usize| match kinds[number] {
            Kind::Fresh => !plan.wiring.node(number).mechanism.noise().is_degenerate(),
            Kind::Replayed => observed.node(number).mechanism.classes().is_some(),
            Kind::Kept | Kind::Given | Kind::Natural => false,
        };
        let always_open = (0..kinds.len()).any(is_open);
        for (node, _) in observed.nodes().iter().zip(&kinds).filter(|&(_, &kind)| kind == Kind::Replayed) {
            node.parents.iter().for_each(|&parent| matters[parent] = true);
        }
        Ok(Self { observed, plan, kinds, shifts, matters, always_open })
    }

    /// Whether the values of a row, NaN where missing, leave something open.
    pub(super) fn is_open(&self, value: impl Fn(usize) -> f64) -> bool {
        self.always_open || (0..self.kinds.len()).any(|number| self.matters[number] && value(number).is_nan())
    }

    /// The values of all nodes in rows that leave nothing open, one column per node by its number, before and after.
    ///
    /// # Errors
    /// When a noise cannot be recovered, with the place of the row; and when a mechanism returns NaN or an infinity.
    pub(super) fn certain<'c>(&self, columns: &[&'c [f64]]) -> Result<Vec<Cow<'c, [f64]>>> {
        let rows = columns.first().map_or(0, |column| column.len());
        let mut noises: Vec<Vec<f64>> = Vec::with_capacity(self.kinds.len());
        for (number, &kind) in self.kinds.iter().enumerate() {
            noises.push(match kind {
                Kind::Replayed => self.noises(number, columns)?,
                Kind::Fresh => vec![self.plan.wiring.node(number).mechanism.noise().median(); rows],
                Kind::Kept | Kind::Given | Kind::Natural => Vec::new(),
            });
        }
        let start = |number: usize| self.start(number, columns[number]);
        let fill = |number: usize, _: &_, noise: &mut [f64]| noise.copy_from_slice(&noises[number]);
        self.plan.wiring.altered_columns(rows, &self.plan.alterations, start, fill)
    }

    /// Where the values of a node begin that were observed.
    pub(super) fn start<'c>(&self, number: usize, observed: &'c [f64]) -> Start<'c> {
        match self.kinds[number] {
            Kind::Kept => Start::Value(observed),
            Kind::Natural => Start::Natural(observed),
            Kind::Given | Kind::Replayed | Kind::Fresh => Start::Noise,
        }
    }

    /// The noises of a node, as they are replayed, in rows where it and its parents have values.
    ///
    /// # Errors
    /// When one cannot be recovered, with the place of the row.
    pub(super) fn noises(&self, number: usize, columns: &[&[f64]]) -> Result<Vec<f64>> {
        let node = self.observed.node(number);
        let (values, shift) = (columns[number], self.shifts[number]);
        let in_row = |row: usize, cause: Error| Error::InRow { row, cause: Box::new(cause) };
        let mut noises = if node.mechanism.adds_noise() {
            // A difference, which needs no check but for overflow.
            let parents: Vec<&[f64]> = node.parents.iter().map(|&parent| columns[parent]).collect();
            let noises = node.mechanism.form().estimate_noises(&parents, values);
            if let Some(row) = noises.iter().position(|noise| !noise.is_finite()) {
                let operation = "recover the noise of the observation";
                let found = noises[row];
                return Err(in_row(row, Error::MechanismNotFinite { node: node.name.clone(), operation, found }));
            }
            noises
        } else {
            let mut failed = None;
            let mut row = 0;
            let noises = self.observed.abduct_column(number, columns, |parents, value| {
                row += 1;
                node.abduct(parents, value).unwrap_or_else(|cause| {
                    failed.get_or_insert((row - 1, cause));
                    f64::NAN
                })
            });
            match failed {
                Some((row, cause)) => return Err(in_row(row, cause)),
                None => noises,
            }
        };
        if shift != 0.0 {
            noises.iter_mut().for_each(|noise| *noise += shift);
        }
        Ok(noises)
    }
}

/// What is added to a noise that another mechanism takes: a noise is replayed as its deviation from what is expected, as some
/// mechanisms have their intercept in the function and others in the noise.
fn shift(old: &FittedMechanism, new: &FittedMechanism) -> f64 {
    let shift = new.noise().mean() - old.noise().mean();
    if shift.is_finite() { shift } else { 0.0 }
}
