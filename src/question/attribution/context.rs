//! Nodes that are given and not to be blamed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::Observation;
use crate::error::{Error, Result};
use crate::model::{FittedModel, WiredNode};
use crate::target::Target;

/// A node that was given, with its value in the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextNode {
    /// The node's name.
    pub node: String,
    /// The node's observed value, in its unit; the code of the level of a category.
    pub observed: f64,
    /// The level that was observed of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_level: Option<String>,
}

impl ContextNode {
    pub(super) fn new(node: &WiredNode, observed: f64, observation: &Observation) -> Self {
        Self { node: node.name.clone(), observed, observed_level: node.observed_level(observation) }
    }
}

/// The numbers of the nodes of a context in the target, ascending; those that it does not depend on have none.
///
/// # Errors
/// When the model has no such node, or it is the target itself.
pub(super) fn numbers(model: &FittedModel, target: &Target, names: &[String]) -> Result<Arc<[usize]>> {
    for name in names {
        model.graph().position(name)?;
        if name == target.name() {
            let (name, requirement) = ("the context", "nodes other than the target, whose value is to be explained");
            return Err(Error::InvalidParameter { name, requirement, found: format!("`{}`", target.name()) });
        }
    }
    let nodes = target.nodes().iter().enumerate();
    Ok(nodes.filter(|(_, node)| names.contains(&node.name)).map(|(number, _)| number).collect())
}
