//! What the event shows at each node, before anyone is blamed.

use super::config::DiagnosisConfig;
use super::drift::{drift, without_drift};
use crate::data::Observation;
use crate::error::Result;
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;
use crate::score::ItScore;

/// The target and its ancestors in topological order, without those whose value is missing in the event: their
/// parents stand in for them.
pub(super) struct Evidence {
    pub(super) nodes: Vec<NodeEvidence>,
    /// Nodes whose value is missing.
    pub(super) missing: Vec<String>,
}

/// What the event shows at one node.
pub(super) struct NodeEvidence {
    pub(super) name: String,
    /// The node's parents, as indices of the evidence; those of a missing parent in its place.
    pub(super) parents: Vec<usize>,
    /// How unusual the value is, whatever its parents, in nats; what was so before the event is not counted.
    pub(super) surprise: f64,
    /// How unusual the noise is given the parents, in nats, with the error of the fit taken into account.
    pub(super) noise_surprise: f64,
}

impl Evidence {
    /// Costs O(ancestors · log rows) and O(parents³) for each learned mechanism.
    pub(super) fn collect(
        model: &FittedModel,
        target: usize,
        event: &Observation,
        config: &DiagnosisConfig,
    ) -> Result<Self> {
        let floor = model.default_floor();
        let mut evidence = Self { nodes: Vec::new(), missing: Vec::new() };
        // For each node of the graph who stands for it among a child's parents.
        let mut stand_ins: Vec<Vec<usize>> = vec![Vec::new(); model.graph().node_count()];
        for position in model.graph().ancestors_and_self(target) {
            let name = model.graph().name(position);
            let mut parents: Vec<usize> =
                model.parents_at(position).iter().flat_map(|&parent| stand_ins[parent].iter().copied()).collect();
            parents.sort_unstable();
            parents.dedup();
            let observed =
                if position == target { Some(event.finite(name)?) } else { event.finite_if_present(name)? };
            let Some(value) = observed else {
                evidence.missing.push(name.to_owned());
                stand_ins[position] = parents;
                continue;
            };
            stand_ins[position] = vec![evidence.nodes.len()];
            evidence.nodes.push(NodeEvidence {
                name: name.to_owned(),
                parents,
                surprise: surprise(model, position, value, floor, config)?,
                noise_surprise: noise_surprise(model, position, event, value, floor)?,
            });
        }
        Ok(evidence)
    }

    /// The index of the target: the last in topological order.
    pub(super) fn target(&self) -> usize {
        self.nodes.len() - 1
    }
}

fn nats(distribution: &NoiseDistribution, value: f64, floor: f64) -> Result<f64> {
    Ok(ItScore::from_tail_probability(distribution.two_sided_tail(value), floor)?.nats())
}

fn surprise(model: &FittedModel, position: usize, value: f64, floor: f64, config: &DiagnosisConfig) -> Result<f64> {
    let reference = model.reference_at(position);
    let name = model.graph().name(position);
    let recent = config.recent.as_ref().filter(|recent| recent.names().iter().any(|column| column == name));
    let drift = match recent {
        Some(recent) => drift(reference, recent.column_with_gaps(name)?.iter().copied()),
        None => 0.0,
    };
    nats(reference, without_drift(reference, value, drift), floor)
}

/// The noise's deviation from its median is divided by √(1 + h), h being the leverage of the parents: so much wider is the
/// distribution of a noise that was recovered by a fitted function there.
fn noise_surprise(model: &FittedModel, position: usize, event: &Observation, value: f64, floor: f64) -> Result<f64> {
    let parents = model.parents_at(position).iter().map(|&parent| event.finite_if_present(model.graph().name(parent)));
    let Some(parents) = parents.collect::<Result<Option<Vec<f64>>>>()? else {
        // Without a parent's value the noise is unknown, and nothing speaks against the node.
        return Ok(0.0);
    };
    let mechanism = model.mechanism_at(position);
    let distribution = mechanism.noise();
    let median = distribution.median();
    let deviation = mechanism.estimate_noise(&parents, value) - median;
    let widening = (1.0 + model.leverage_at(position, &parents)).sqrt();
    nats(distribution, median + deviation / widening, floor)
}
