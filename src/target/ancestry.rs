//! A fitted model seen from one target: its ancestors only, in topological order.

use std::sync::Arc;

use crate::error::Result;
use crate::mechanism::{FittedMechanism, LinearFunction, ParentFunction};
use crate::model::FittedModel;

/// The target and its ancestors, numbered in topological order, so that the target is last and parents come
/// before their children.
#[derive(Debug)]
pub(crate) struct Ancestry {
    pub(crate) nodes: Vec<AncestryNode>,
}

#[derive(Debug)]
pub(crate) struct AncestryNode {
    pub(crate) name: String,
    /// Where the node is in the graph.
    pub(crate) position: usize,
    pub(crate) mechanism: Arc<FittedMechanism>,
    /// In the mechanism's order.
    pub(crate) parents: Vec<usize>,
}

impl AncestryNode {
    /// The coefficient of a parent, if that one is added to the others and the noise.
    pub(crate) fn coefficient(&self, place: usize) -> Option<f64> {
        match self.mechanism.parent_function() {
            Some(ParentFunction::Linear(LinearFunction { coefficients, .. })) => Some(coefficients[place]),
            // The maximum of one parent is that parent.
            Some(ParentFunction::Maximum) if self.parents.len() == 1 => Some(1.0),
            Some(ParentFunction::SumOfMaxima(groups)) if groups.is_alone(place) => Some(1.0),
            _ => None,
        }
    }
}

impl Ancestry {
    /// Costs O(nodes + edges).
    pub(crate) fn new(model: &FittedModel, target: &str) -> Result<Self> {
        let graph = model.graph();
        let positions = graph.ancestors_and_self(graph.position(target)?);
        let mut numbers = vec![usize::MAX; graph.node_count()];
        positions.iter().enumerate().for_each(|(number, &position)| numbers[position] = number);
        let nodes = positions.iter().map(|&position| AncestryNode {
            name: graph.name(position).to_owned(),
            position,
            mechanism: Arc::clone(model.mechanism_at(position)),
            parents: model.parents_at(position).iter().map(|&parent| numbers[parent]).collect(),
        });
        Ok(Self { nodes: nodes.collect() })
    }

    /// The target's number.
    pub(crate) fn target(&self) -> usize {
        self.nodes.len() - 1
    }

    /// The nodes' positions in the graph.
    pub(crate) fn positions(&self) -> Vec<usize> {
        self.nodes.iter().map(|node| node.position).collect()
    }

    /// By how much rounding in one evaluation of the graph can move the target, in the target's unit: what relative errors of
    /// one unit in the last place do at every node, carried along by the mechanisms themselves.
    pub(crate) fn rounding_error(&self, values: &[f64], noises: &[f64]) -> f64 {
        let mut errors: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for (number, node) in self.nodes.iter().enumerate() {
            let parents: Vec<f64> = node.parents.iter().map(|&parent| values[parent]).collect();
            let moved_by = |parents: &[f64], noise: f64| {
                let moved = (node.mechanism.evaluate(parents, noise) - values[number]).abs();
                if moved.is_finite() { moved } else { 0.0 }
            };
            let noise = noises[number];
            let mut error =
                f64::EPSILON * values[number].abs() + moved_by(&parents, noise + f64::EPSILON * noise.abs());
            for (place, &parent) in node.parents.iter().enumerate() {
                let mut shifted = parents.clone();
                shifted[place] += errors[parent] + f64::EPSILON * values[parent].abs();
                error += moved_by(&shifted, noise);
            }
            errors.push(error);
        }
        errors[self.target()]
    }

    /// The target's value when every node has the given noise.
    pub(crate) fn target_value(&self, noises: &[f64]) -> f64 {
        self.values(noises)[self.target()]
    }

    /// The value of every node when it has the given noise.
    pub(crate) fn values(&self, noises: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for (node, &noise) in self.nodes.iter().zip(noises) {
            let parents: Vec<f64> = node.parents.iter().map(|&parent| values[parent]).collect();
            values.push(node.mechanism.evaluate(&parents, noise));
        }
        values
    }
}
