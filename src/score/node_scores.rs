//! Node-wise scores: how unusual each node is by itself, and given its parents.

use serde::{Deserialize, Serialize};

use super::feature::FeatureMap;
use super::it_score::ItScore;
use crate::data::Observation;
use crate::error::Result;
use crate::model::FittedModel;

/// How unusual one node of an observation is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeScore {
    /// The node's name.
    pub node: String,
    /// The observed value, in the node's unit.
    pub observed: f64,
    /// The noise that, with the observed parents, gives the observed value.
    pub noise: f64,
    /// How unusual the value is among the node's reference values, whatever its parents.
    pub marginal: ItScore,
    /// How unusual the noise is under its distribution, on its side of it: large where the node itself, rather
    /// than its causes, is out of the ordinary.
    pub conditional: ItScore,
}

impl FittedModel {
    /// The marginal and the conditional score of every node, in the order of the graph.
    ///
    /// The marginal one counts reference values by the feature map; the conditional one is twice the smaller
    /// tail of the noise's distribution, in closed form. Both have the model's
    /// [`default_floor`](Self::default_floor). Costs O(nodes · log rows), and O(nodes · rows) for a custom
    /// feature map.
    ///
    /// These scores do not say what caused an outlier: a node may be unusual and yet not matter for the target.
    /// That is what [`attribute_outlier`](Self::attribute_outlier) is for.
    ///
    /// # Errors
    /// When the observation lacks a node or its value is missing or infinite; when a custom mechanism is not
    /// invertible there; or when a custom feature map returns NaN.
    #[doc(alias = "anomaly_scores")]
    pub fn node_scores(&self, observation: &Observation, feature_map: &FeatureMap) -> Result<Vec<NodeScore>> {
        let nodes: Vec<usize> = (0..self.graph().node_count()).collect();
        let recovered = self.recover(&nodes, observation)?;
        let noises = recovered.values.into_iter().zip(recovered.noises);
        noises
            .enumerate()
            .map(|(node, (observed, noise))| self.node_score(node, observed, noise, feature_map))
            .collect()
    }

    fn node_score(&self, position: usize, observed: f64, noise: f64, feature_map: &FeatureMap) -> Result<NodeScore> {
        let reference = self.reference_at(position);
        let marginal = feature_map.outlier_test(reference, observed)?.probability(reference)?;
        Ok(NodeScore {
            node: self.graph().name(position).to_owned(),
            observed,
            noise,
            marginal: ItScore::from_tail_probability(marginal, self.default_floor())?,
            conditional: self.noise_score(position, noise, self.default_floor())?,
        })
    }

    /// How unusual a noise is under its distribution, with a positive floor.
    pub(crate) fn noise_score(&self, position: usize, noise: f64, floor: f64) -> Result<ItScore> {
        ItScore::from_tail_probability(self.mechanism_at(position).noise().two_sided_tail(noise), floor)
    }
}
