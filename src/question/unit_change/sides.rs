//! The two sides of a change: a model and a row each.

use crate::data::Observation;
use crate::error::{Error, Result};
use crate::mechanism::FittedMechanism;
use crate::model::{FittedModel, WiredNode};

/// A model with the row that it explains.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) model: &'a FittedModel,
    pub(super) row: &'a Observation,
}

impl Side<'_> {
    /// The value of a node in the row, which must be there; of a category the code that this model has for it.
    pub(super) fn value(&self, name: &str) -> Result<f64> {
        wired(self.model, name)?.needed(self.row)
    }
}

/// # Errors
/// When there is no such node.
pub(super) fn wired<'a>(model: &'a FittedModel, name: &str) -> Result<&'a WiredNode> {
    Ok(model.wiring().node(model.number(model.graph().position(name)?)))
}

/// The names of a mechanism's parents, in its order.
///
/// # Errors
/// When there is no such node.
pub(super) fn parents<'a>(model: &'a FittedModel, name: &str) -> Result<Vec<&'a str>> {
    let wiring = model.wiring();
    Ok(wired(model, name)?.parents.iter().map(|&parent| wiring.node(parent).name.as_str()).collect())
}

/// What is expected of a noise, from which it is counted: its mean, or its median where it has no finite mean.
pub(super) fn expected(mechanism: &FittedMechanism) -> f64 {
    let mean = mechanism.noise().mean();
    if mean.is_finite() { mean } else { mechanism.noise().median() }
}

/// # Errors
/// When the target is a category in either model: its levels have no difference.
pub(super) fn check_number(models: [&FittedModel; 2], target: &str) -> Result<()> {
    for model in models {
        if wired(model, target)?.levels.is_some() {
            return Err(Error::InvalidParameter {
                name: "the node whose change is split",
                requirement: "a number, as levels have no difference",
                found: format!("`{target}`, a category"),
            });
        }
    }
    Ok(())
}
