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
    /// The noise of a node with a missing parent is recovered with that parent's median in its place, so what the parent
    /// did beyond it counts against the node. Costs O(ancestors · log rows) and O(parents²) for each learned mechanism.
    pub(super) fn collect(
        model: &FittedModel,
        target: usize,
        event: &Observation,
        config: &DiagnosisConfig,
    ) -> Result<Self> {
        let positions = model.graph().ancestors_and_self(target);
        let recovered = model.recover(&positions, event)?;
        let floor = model.default_floor();
        let mut evidence = Self { nodes: Vec::new(), missing: Vec::new() };
        let mut numbers = vec![0; model.graph().node_count()];
        // For each of the positions who stands for it among a child's parents.
        let mut stand_ins: Vec<Vec<usize>> = Vec::with_capacity(positions.len());
        for (number, &position) in positions.iter().enumerate() {
            numbers[position] = number;
            let parents = model.parents_at(position).iter().map(|&parent| numbers[parent]);
            let mut observed_parents: Vec<usize> =
                parents.clone().flat_map(|parent| stand_ins[parent].iter().copied()).collect();
            observed_parents.sort_unstable();
            observed_parents.dedup();
            let name = model.graph().name(position).to_owned();
            if recovered.is_missing(number) {
                evidence.missing.push(name);
                stand_ins.push(observed_parents);
                continue;
            }
            stand_ins.push(vec![evidence.nodes.len()]);
            let parent_values: Vec<f64> = parents.map(|parent| recovered.values[parent]).collect();
            let leverage = model.leverage_at(position, &parent_values);
            evidence.nodes.push(NodeEvidence {
                name,
                parents: observed_parents,
                surprise: surprise(model, position, recovered.values[number], config)?,
                noise_surprise: noise_surprise(
                    model.mechanism_at(position).noise(),
                    recovered.noises[number],
                    leverage,
                    floor,
                )?,
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

fn surprise(model: &FittedModel, position: usize, value: f64, config: &DiagnosisConfig) -> Result<f64> {
    let reference = model.reference_at(position);
    let name = model.graph().name(position);
    let recent = config.recent.as_ref().filter(|recent| recent.names().iter().any(|column| column == name));
    let drift = match recent {
        Some(recent) => drift(reference, recent.column_with_gaps(name)?.iter().copied()),
        None => 0.0,
    };
    nats(reference, without_drift(reference, value, drift), model.default_floor())
}

/// The noise's deviation from its median is divided by √(1 + h), h being the leverage of the parents: so much wider is the
/// distribution of a noise that was recovered by a fitted function there.
fn noise_surprise(distribution: &NoiseDistribution, noise: f64, leverage: f64, floor: f64) -> Result<f64> {
    let median = distribution.median();
    nats(distribution, median + (noise - median) / (1.0 + leverage).sqrt(), floor)
}
