//! What the event shows at each node, before anyone is blamed.

mod drift;
mod own_noise;
mod unusual;

use drift::{drift, without_drift};
use own_noise::own_noise;
use unusual::{nats, nats_of_tail};

use super::config::DiagnosisConfig;
use super::thresholds::NOT_UNUSUAL;
use crate::data::{Dataset, Observation};
use crate::error::Result;
use crate::model::{FittedModel, WiredNode, Wiring};

/// By chance at most so many nodes may be expected whose noise is as unusual.
const BY_CHANCE: f64 = 0.5;

/// The nodes of a wiring in topological order, a target and its ancestors or all, without those whose value is missing in the event: their
/// parents stand in for them.
pub(super) struct Evidence {
    pub(super) nodes: Vec<NodeEvidence>,
    /// Nodes whose value is missing.
    pub(super) missing: Vec<String>,
    /// The smallest tail probability that its scores tell from 0.
    pub(super) floor: f64,
}

/// What the event shows at one node.
pub(super) struct NodeEvidence {
    pub(super) name: String,
    /// The node's parents, as indices of the evidence; those of a missing parent in its place.
    pub(super) parents: Vec<usize>,
    /// How unusual the value is, whatever its parents, in nats; what was so before the event is not counted.
    pub(super) surprise: f64,
    /// How unusual the noise is given the parents, in nats, with the error of the fit taken into account; what was so before the event is
    /// not counted.
    pub(super) noise_surprise: f64,
    /// How unusual the noise is by rank among the training rows alone, in nats: more where the noise is at the edge of what was seen, and not far from the rest.
    pub(super) noise_rarity: f64,
    /// Which part of the noise's deviation that is, from 0 to 1.
    pub(super) evident: f64,
}

impl Evidence {
    /// The noise of a node with a missing parent is recovered with that parent's median in its place, so what the parent
    /// did beyond it counts against the node. Costs O(ancestors · log rows), O(parents²) for each learned mechanism, and O(recent rows · edges).
    ///
    /// # Errors
    /// When the event's noises cannot be recovered, or a column of the recent rows holds text or an
    /// infinite value.
    pub(super) fn collect(
        model: &FittedModel,
        wiring: &Wiring,
        event: &Observation,
        config: &DiagnosisConfig,
    ) -> Result<Self> {
        let recovered = wiring.abduct(event)?;
        let observed_parents = wiring.parents_that_count(|number| !recovered.is_missing(number));
        let before = config.recent.as_ref().map(|recent| columns_before(model, wiring, recent)).transpose()?;
        let before = before.as_ref().map(|columns| wiring.in_order(columns));
        let mut evidence = Self { nodes: Vec::new(), missing: Vec::new(), floor: model.default_floor() };
        let mut places = vec![0; wiring.nodes().len()];
        for ((number, node), parents) in wiring.nodes().iter().enumerate().zip(observed_parents) {
            let name = node.name.clone();
            if recovered.is_missing(number) {
                evidence.missing.push(name);
                continue;
            }
            places[number] = evidence.nodes.len();
            let values_before = before.as_ref().map_or(&[][..], |columns| columns[number]);
            let noises_before = before.as_ref().map_or_else(Vec::new, |columns| noises(wiring, number, columns));
            let own_noise = own_noise(model, wiring, (&recovered, number), &noises_before)?;
            evidence.nodes.push(NodeEvidence {
                name,
                parents: parents.into_iter().map(|parent| places[parent]).collect(),
                surprise: surprise(model, node, recovered.values[number], values_before)?,
                noise_surprise: own_noise.nats,
                noise_rarity: own_noise.rarity,
                evident: own_noise.evident,
            });
        }
        Ok(evidence)
    }

    /// Whether a noise is unusual even as the most unusual one of so many: n noises with a tail of p are expected to hold n·p that are as unusual.
    pub(super) fn is_beyond_chance(&self, node: &NodeEvidence) -> bool {
        let surprise = node.noise_surprise;
        surprise >= NOT_UNUSUAL && self.nodes.len() as f64 * (-surprise).exp() <= BY_CHANCE
    }

    /// For each node whether it is this one or one of its causes.
    pub(super) fn at_or_above(&self, name: &str) -> Vec<bool> {
        let mut is_there = vec![false; self.nodes.len()];
        // In topological order, so causes are found going back.
        for (number, node) in self.nodes.iter().enumerate().rev() {
            is_there[number] |= node.name == name;
            if is_there[number] {
                node.parents.iter().for_each(|&parent| is_there[parent] = true);
            }
        }
        is_there
    }

    /// The tail probability behind one of its scores, below the floor where the score is at its ceiling.
    pub(super) fn tail_probability(&self, nats: f64) -> f64 {
        // A score at its ceiling comes back as 0 but for rounding.
        let tail = (1.0 + self.floor) * (-nats).exp() - self.floor;
        if tail > 1e-9 * self.floor { tail } else { 0.0 }
    }
}

/// How unusual a value is, whatever its parents, in nats.
fn surprise(model: &FittedModel, node: &WiredNode, value: f64, before: &[f64]) -> Result<f64> {
    let reference = model.reference_at(node.position);
    if node.levels.is_some() {
        return nats_of_tail(node.value_tail(reference, value), model.default_floor());
    }
    let drift = drift(reference, before.iter().copied());
    nats(reference, without_drift(reference, value, drift), model.default_floor())
}

/// The columns of the rows before the event, by the position of their node in the graph; all missing where there is no such column.
fn columns_before(model: &FittedModel, wiring: &Wiring, recent: &Dataset) -> Result<Vec<Vec<f64>>> {
    let coded = model.coded(recent)?;
    let mut columns = vec![Vec::new(); model.graph().node_count()];
    for node in wiring.nodes() {
        columns[node.position] = match coded.names().contains(&node.name) {
            true => coded.column_with_gaps(&node.name)?.to_vec(),
            false => vec![f64::NAN; coded.rows()],
        };
    }
    Ok(columns)
}

/// The noise of a node in each of the rows before the event; NaN where it cannot be recovered.
fn noises(wiring: &Wiring, number: usize, columns: &[&[f64]]) -> Vec<f64> {
    let node = wiring.node(number);
    wiring.abduct_column(number, columns, |parents, value| node.abduct(parents, value).unwrap_or(f64::NAN))
}
