//! What the event shows at each node, before anyone is blamed.

mod drift;

use drift::{drift, without_drift};

use super::config::DiagnosisConfig;
use crate::data::Observation;
use crate::error::Result;
use crate::model::{FittedModel, WiredNode};
use crate::noise::NoiseDistribution;
use crate::score::ItScore;

/// The target and its ancestors in topological order, without those whose value is missing in the event: their
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
    /// How unusual the noise is given the parents, in nats, with the error of the fit taken into account.
    pub(super) noise_surprise: f64,
}

impl Evidence {
    /// The noise of a node with a missing parent is recovered with that parent's median in its place, so what the parent
    /// did beyond it counts against the node. Costs O(ancestors · log rows) and O(parents²) for each learned mechanism.
    ///
    /// # Errors
    /// When there is no such target, the event's noises cannot be recovered, or a column of the recent rows holds text or an
    /// infinite value.
    pub(super) fn collect(
        model: &FittedModel,
        target: &str,
        event: &Observation,
        config: &DiagnosisConfig,
    ) -> Result<Self> {
        let wiring = model.wiring_of_target(target)?;
        let recovered = wiring.abduct(event)?;
        let observed_parents = wiring.parents_that_count(|number| !recovered.is_missing(number));
        let floor = model.default_floor();
        let mut evidence = Self { nodes: Vec::new(), missing: Vec::new(), floor };
        let mut places = vec![0; wiring.nodes().len()];
        for ((number, node), parents) in wiring.nodes().iter().enumerate().zip(observed_parents) {
            let name = node.name.clone();
            if recovered.is_missing(number) {
                evidence.missing.push(name);
                continue;
            }
            places[number] = evidence.nodes.len();
            let parents_at = node.parent_values(&recovered.values);
            let error = FitError {
                leverage: model.leverage_at(node.position, &parents_at),
                widening: model.widening_at(node.position, &parents_at),
            };
            let noise = wiring.evident_noise(&recovered, number);
            evidence.nodes.push(NodeEvidence {
                name,
                parents: parents.into_iter().map(|parent| places[parent]).collect(),
                surprise: surprise(model, node, recovered.values[number], config)?,
                noise_surprise: match node.levels {
                    Some(_) => nats(wiring.ln_noise_tail(&recovered, number).exp(), floor)?,
                    None => noise_surprise(node.mechanism.noise(), noise, error, floor)?,
                },
            });
        }
        Ok(evidence)
    }

    /// The tail probability behind one of its scores, below the floor where the score is at its ceiling.
    pub(super) fn tail_probability(&self, nats: f64) -> f64 {
        // A score at its ceiling comes back as 0 but for rounding.
        let tail = (1.0 + self.floor) * (-nats).exp() - self.floor;
        if tail > 1e-9 * self.floor { tail } else { 0.0 }
    }

    /// The index of the target: the last in topological order.
    pub(super) fn target(&self) -> usize {
        self.nodes.len() - 1
    }
}

fn nats(tail: f64, floor: f64) -> Result<f64> {
    Ok(ItScore::from_tail_probability(tail, floor)?.nats())
}

fn surprise(model: &FittedModel, node: &WiredNode, value: f64, config: &DiagnosisConfig) -> Result<f64> {
    let (reference, name) = (model.reference_at(node.position), &node.name);
    if node.levels.is_some() {
        return nats(node.value_tail(reference, value), model.default_floor());
    }
    let recent = config.recent.as_ref().filter(|recent| recent.names().contains(name));
    let drift = match recent {
        Some(recent) => drift(reference, recent.column_with_gaps(name)?.iter().copied()),
        None => 0.0,
    };
    nats(reference.two_sided_tail(without_drift(reference, value, drift)), model.default_floor())
}

/// How well the function of the parents is known at those of the event.
struct FitError {
    /// That of the parents.
    leverage: f64,
    /// By what other plausible mechanisms widen the noise; 1 where the parents were in training.
    widening: f64,
}

/// The noise's deviation from its median is divided by √(w² + h), h being the leverage of the parents and w what the disagreement
/// of plausible mechanisms makes of the noise: so much wider is the distribution of a noise that was recovered by a fitted
/// function there.
fn noise_surprise(distribution: &NoiseDistribution, noise: f64, error: FitError, floor: f64) -> Result<f64> {
    let median = distribution.median();
    let width = (error.widening * error.widening + error.leverage).sqrt();
    nats(distribution.two_sided_tail(median + (noise - median) / width), floor)
}
