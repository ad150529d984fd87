//! What the checks look at: an event of a target, as the model sees it.

use crate::data::Observation;
use crate::model::{FittedModel, Recovered, WiredNode, Wiring};
use crate::noise::{EmpiricalDistribution, NoiseDistribution};
use crate::score::FeatureMap;

/// By how much a value may differ from another one, relative to its size, and still be the same but for rounding.
pub(super) const ROUNDING: f64 = 1e-9;

/// An event of a target and its ancestors, and what was answered.
pub(crate) struct Facts<'a> {
    pub(crate) model: &'a FittedModel,
    /// The target and its ancestors; the target is the last.
    pub(crate) wiring: &'a Wiring,
    pub(crate) observation: &'a Observation,
    /// Values and noises, one for each node of the wiring.
    pub(crate) recovered: &'a Recovered,
    /// The contributions, one for each node of the wiring; 0 for those without a value.
    pub(crate) amounts: &'a [f64],
    /// The score that was split; nothing where a mean deviation was asked for.
    pub(crate) score: Option<ScoreFacts<'a>>,
    /// The nodes that were given, by number: what has no contribution because nobody asked for it. Training rows in all contexts say nothing
    /// of how usual the target is in this one.
    pub(crate) context: &'a [usize],
}

/// The score that was split.
#[derive(Clone, Copy)]
pub(crate) struct ScoreFacts<'a> {
    pub(crate) feature_map: &'a FeatureMap,
    /// The probability of a value at least as extreme, under the model.
    pub(crate) tail_probability: f64,
    /// The standard error of the score, in nats.
    pub(crate) std_error: f64,
    pub(crate) floor: f64,
}

impl<'a> Facts<'a> {
    /// The number of the target.
    pub(super) fn target(&self) -> usize {
        self.wiring.target()
    }

    /// The name of a node.
    pub(super) fn name(&self, number: usize) -> &'a str {
        &self.wiring.node(number).name
    }

    /// The observed value of the target.
    pub(super) fn observed(&self) -> f64 {
        self.recovered.values[self.target()]
    }

    /// The nodes whose value was observed, by number.
    pub(super) fn observed_nodes(&self) -> impl Iterator<Item = (usize, &'a WiredNode)> {
        let (nodes, recovered) = (self.wiring.nodes(), self.recovered);
        nodes.iter().enumerate().filter(|&(number, _)| !recovered.is_missing(number))
    }

    /// The training values of a node, in ascending order; nothing if there are none.
    pub(super) fn trained(&self, node: &WiredNode) -> Option<&'a EmpiricalDistribution> {
        // Codes have no range.
        trained(self.model, node.position).filter(|_| node.levels.is_none())
    }

    /// Whether a node was observed outside all its training values.
    pub(super) fn is_out_of_range(&self, number: usize) -> bool {
        let (node, value) = (self.wiring.node(number), self.recovered.values[number]);
        self.trained(node).is_some_and(|trained| value < trained.smallest() || value > trained.largest())
    }

    /// Whether a parent of a node was, so that its noise was recovered by extrapolation.
    pub(super) fn has_parent_out_of_range(&self, node: &WiredNode) -> bool {
        node.parents.iter().any(|&parent| self.is_out_of_range(parent))
    }

    /// What is normal for the target.
    pub(super) fn reference(&self) -> &'a NoiseDistribution {
        self.model.reference_at(self.wiring.node(self.target()).position)
    }

    /// The sum of the sizes of all contributions.
    pub(super) fn sum_of_sizes(&self) -> f64 {
        self.amounts.iter().map(|amount| amount.abs()).sum()
    }
}

/// The training values of the node at a position of the graph, if there are any.
pub(super) fn trained(model: &FittedModel, position: usize) -> Option<&EmpiricalDistribution> {
    model.training_rows()?;
    match model.reference_at(position) {
        NoiseDistribution::Empirical(values) => Some(values),
        _ => None,
    }
}

/// How many ascending values are at most this, and how many at least this.
pub(super) fn ranks(ascending: &[f64], value: f64) -> (usize, usize) {
    let (below, up_to) =
        (ascending.partition_point(|&other| other < value), ascending.partition_point(|&other| other <= value));
    (up_to, ascending.len() - below)
}
