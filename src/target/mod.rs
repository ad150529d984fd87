//! A target as a function of noises: the node and its ancestors, what its value is linear in, and the program that evaluates
//! the rest. A target knows no event.

mod bottlenecks;
mod program;

use std::sync::OnceLock;

pub(crate) use program::{Function, FunctionKind, NoiseUse, Program, Reached, Source, Term};

use crate::error::Result;
use crate::mechanism::FittedMechanism;
use crate::model::{FittedModel, WiredNode, Wiring};
use crate::noise::NoiseDistribution;

/// One node of a fitted model and all that it depends on, prepared for any question about its value.
#[derive(Debug)]
pub(crate) struct Target {
    wiring: Wiring,
    /// For each node the total effect of its noise, where the target is linear in it.
    effects: Vec<Option<f64>>,
    /// Compiled when it is first needed.
    program: OnceLock<Program>,
}

impl Target {
    /// Costs O(nodes + edges).
    ///
    /// # Errors
    /// When the model has no such node.
    pub(crate) fn new(model: &FittedModel, name: &str) -> Result<Self> {
        Ok(Self::of(model.wiring_of_target(name)?))
    }

    /// The last node of a wiring. Costs O(nodes + edges).
    pub(crate) fn of(wiring: Wiring) -> Self {
        let effects = wiring.noise_effects();
        Self { wiring, effects, program: OnceLock::new() }
    }

    /// The target with other mechanisms for the nodes that `replace` has one for, given their numbers and mechanisms.
    pub(crate) fn with_mechanisms(&self, replace: impl Fn(usize, &FittedMechanism) -> Option<FittedMechanism>) -> Self {
        Self::of(self.wiring.with_mechanisms(replace))
    }

    /// The target and its ancestors, in topological order.
    pub(crate) fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    /// The target and its ancestors, in topological order: the target is the last one.
    pub(crate) fn nodes(&self) -> &[WiredNode] {
        self.wiring.nodes()
    }

    /// The name of the target.
    pub(crate) fn name(&self) -> &str {
        self.node_name(self.number())
    }

    /// The target's own number among its nodes: the last.
    pub(crate) fn number(&self) -> usize {
        self.wiring.target()
    }

    /// The name of a node, by its number.
    pub(crate) fn node_name(&self, node: usize) -> &str {
        &self.wiring.node(node).name
    }

    /// The distribution of a node's noise.
    pub(crate) fn noise(&self, node: usize) -> &NoiseDistribution {
        self.wiring.node(node).mechanism.noise()
    }

    /// For each node the total effect c of its noise, if the target is rest + c · noise whatever the other noises are.
    pub(crate) fn effects(&self) -> &[Option<f64>] {
        &self.effects
    }

    /// The total effects of all noises.
    ///
    /// # Errors
    /// The reason why the target is not linear in one of them.
    pub(crate) fn linear_effects(&self) -> Result<Vec<f64>, String> {
        let effects: Option<Vec<f64>> = self.effects.iter().copied().collect();
        effects.ok_or_else(|| match self.bend() {
            Some(node) => format!("`{node}` is not linear in its parents or its noise"),
            None => format!("`{}` is not linear in all noises", self.name()),
        })
    }

    /// The first node whose mechanism keeps the target from being linear in all noises.
    fn bend(&self) -> Option<&str> {
        let bends = |&node: &usize| !self.wiring.node(node).is_linear();
        let reaches = |node: &usize| self.effects[*node] != Some(0.0);
        (0..self.effects.len()).filter(reaches).find(bends).map(|node| self.node_name(node))
    }

    /// The target as a program over columns of samples.
    pub(crate) fn program(&self) -> &Program {
        self.program.get_or_init(|| Program::compile(&self.wiring))
    }
}
