//! An intervention on a model, checked: mechanisms that take the place of others, and what becomes of values.

use super::change::NodeChange;
use super::request::Intervention;
use crate::data::Levels;
use crate::error::{Error, Result, list_names};
use crate::mechanism::FittedMechanism;
use crate::model::{Alteration, FittedModel, WiredNode, Wiring};

/// The world of an intervention.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The nodes with their mechanisms, replaced ones included.
    pub(super) wiring: Wiring,
    /// What becomes of the value of each node, by its number.
    pub(super) alterations: Vec<Alteration>,
    /// Which nodes have another mechanism, by their numbers.
    pub(super) replaced: Vec<bool>,
}

impl Plan {
    /// # Errors
    /// When a node is not there, or named twice; when a value is not finite; or when what is done does not suit the node.
    pub(super) fn of(model: &FittedModel, intervention: &Intervention) -> Result<Self> {
        let nodes = model.wiring().nodes().len();
        let mut plan = Self {
            wiring: model.wiring().clone(),
            alterations: vec![Alteration::Nothing; nodes],
            replaced: vec![false; nodes],
        };
        let mut named = Vec::new();
        for (name, change) in intervention.changes() {
            let number = model.number(model.graph().position(name)?);
            if named.contains(&number) {
                return Err(Error::DuplicateNode { node: name.to_owned() });
            }
            named.push(number);
            plan.make(model, number, change)?;
        }
        Ok(plan)
    }

    fn make(&mut self, model: &FittedModel, number: usize, change: &NodeChange) -> Result<()> {
        let node = self.wiring.node(number).clone();
        let finite = |what: &str, found: f64| match found.is_finite() {
            true => Ok(found),
            false => Err(Error::NonFiniteValue { what: format!("{what} of node `{}`", node.name), found }),
        };
        self.alterations[number] = match (change, node.levels.as_deref()) {
            (NodeChange::SetLevel(level), levels) => Alteration::Given(code(&node.name, level, levels)?),
            (NodeChange::Replace(replacement), levels) => {
                let parents = model.graph().parent_positions(node.position);
                let names: Vec<&str> = parents.iter().map(|&parent| model.graph().name(parent)).collect();
                let (mechanism, places) = replacement.resolve(&node.name, &names)?;
                check_gives_levels(&node, &mechanism, levels)?;
                let numbers = places.iter().map(|&place| model.number(parents[place])).collect();
                self.wiring = self.wiring.with_other_parents(number, mechanism, numbers);
                self.wiring.check_levels(self.wiring.node(number))?;
                self.replaced[number] = true;
                Alteration::Nothing
            }
            (change, Some(levels)) => {
                let reason = format!(
                    "it is a category, with the levels {}, and has no number that could be `{change}`; give it a level by `set_level`",
                    list_names(levels.names())
                );
                return Err(Error::Intervention { node: node.name, reason });
            }
            (NodeChange::Set(value), None) => Alteration::Given(finite("the value to set", *value)?),
            (NodeChange::Shift(shift), None) => Alteration::Linear { factor: 1.0, shift: finite("the shift", *shift)? },
            (NodeChange::Scale(factor), None) => {
                Alteration::Linear { factor: finite("the scale", *factor)?, shift: 0.0 }
            }
            (NodeChange::Function(function), None) => Alteration::Function(function.clone()),
        };
        Ok(())
    }

    /// The plan for one node, given by its position in the graph, and its ancestors alone; it comes last.
    pub(super) fn up_to(&self, position: usize) -> Self {
        let number_of = |position: usize| self.wiring.nodes().iter().position(|node| node.position == position);
        let wiring = self.wiring.up_to(number_of(position).unwrap_or(0));
        let numbers: Vec<usize> = wiring.nodes().iter().filter_map(|node| number_of(node.position)).collect();
        Self {
            alterations: numbers.iter().map(|&number| self.alterations[number].clone()).collect(),
            replaced: numbers.iter().map(|&number| self.replaced[number]).collect(),
            wiring,
        }
    }

    /// Which nodes' values may differ from those of the model as it is: where something is done, and all below.
    pub(super) fn reached(&self) -> Vec<bool> {
        let mut reached: Vec<bool> = Vec::with_capacity(self.alterations.len());
        for (number, node) in self.wiring.nodes().iter().enumerate() {
            let from_above =
                self.alterations[number].given().is_none() && node.parents.iter().any(|&parent| reached[parent]);
            reached.push(from_above || self.replaced[number] || !self.alterations[number].is_nothing());
        }
        reached
    }
}

fn code(node: &str, level: &str, levels: Option<&Levels>) -> Result<f64> {
    let reason = match levels {
        None => format!("it is a number and has no level `{level}`; give it a value by `set`"),
        Some(levels) => match levels.code(level) {
            code if code != levels.unseen() => return Ok(code),
            _ => format!("it has no level `{level}`; its levels are {}", list_names(levels.names())),
        },
    };
    Err(Error::Intervention { node: node.to_owned(), reason })
}

/// A category takes a mechanism of the same classes, or code, of which nothing is known.
fn check_gives_levels(node: &WiredNode, mechanism: &FittedMechanism, levels: Option<&Levels>) -> Result<()> {
    let reason = match levels {
        None if mechanism.classes().is_some() => {
            "it is a number, and the mechanism gives the levels of a category".to_owned()
        }
        Some(levels) if !mechanism.gives_codes_of(levels) => format!(
            "it is a category with the levels {}; take a mechanism that was fitted to a category with the same levels",
            list_names(levels.names())
        ),
        _ => return Ok(()),
    };
    Err(Error::Intervention { node: node.name.clone(), reason })
}
