//! Node-wise scores: how unusual each node is by itself, and given its parents.

use serde::{Deserialize, Serialize};

use super::feature::FeatureMap;
use super::it_score::ItScore;
use crate::data::Observation;
use crate::error::Result;
use crate::model::{FittedModel, Origin, Recovered};

/// How unusual one node of an observation is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeScore {
    /// The node's name.
    pub node: String,
    /// The observed value, in the node's unit; nothing if it is missing.
    pub observed: Option<f64>,
    /// The noise that, with the observed parents, gives the observed value; nothing if that or the value of a parent that
    /// the mechanism depends on is missing.
    pub noise: Option<f64>,
    /// How unusual the value is among the node's reference values, whatever its parents; nothing if it is missing.
    pub marginal: Option<ItScore>,
    /// How unusual the noise is under its distribution, on its side of it: large where the node itself, rather
    /// than its causes, is out of the ordinary. Nothing if the noise is not known.
    pub conditional: Option<ItScore>,
}

impl FittedModel {
    /// The marginal and the conditional score of every node, in the order of the graph.
    ///
    /// The marginal one counts reference values by the feature map; the conditional one is twice the smaller
    /// tail of the noise's distribution, in closed form. Both have the model's
    /// [`default_floor`](Self::default_floor). A node whose value is missing has neither, a child of one no conditional
    /// score. Costs O(nodes · log rows), and O(nodes · rows) for a custom feature map.
    ///
    /// These scores do not say what caused an outlier: a node may be unusual and yet not matter for the target.
    /// That is what [`attribute_outlier`](Self::attribute_outlier) is for.
    ///
    /// # Errors
    /// When the observation has text or an infinite value for a node; when a custom mechanism is not
    /// invertible there; or when a custom feature map returns NaN.
    #[doc(alias = "anomaly_scores")]
    pub fn node_scores(&self, observation: &Observation, feature_map: &FeatureMap) -> Result<Vec<NodeScore>> {
        let order = self.graph().topological_positions();
        let recovered = self.recover(order, observation)?;
        let mut places: Vec<(usize, usize)> = order.iter().copied().zip(0..).collect();
        places.sort_unstable();
        places.into_iter().map(|(position, place)| self.node_score(position, place, &recovered, feature_map)).collect()
    }

    fn node_score(
        &self,
        position: usize,
        place: usize,
        recovered: &Recovered,
        feature_map: &FeatureMap,
    ) -> Result<NodeScore> {
        let reference = self.reference_at(position);
        let (observed, noise) = match &recovered.origins[place] {
            Origin::Missing => (None, None),
            Origin::Observed { missing_parents } => {
                let noise = missing_parents.is_empty().then_some(recovered.noises[place]);
                (Some(recovered.values[place]), noise)
            }
        };
        let marginal = |observed: f64| {
            let tail = feature_map.outlier_test(reference, observed)?.probability(reference)?;
            ItScore::from_tail_probability(tail, self.default_floor())
        };
        Ok(NodeScore {
            node: self.graph().name(position).to_owned(),
            observed,
            noise,
            marginal: observed.map(marginal).transpose()?,
            conditional: noise.map(|noise| self.noise_score(position, noise, self.default_floor())).transpose()?,
        })
    }

    /// How unusual a noise is under its distribution, with a positive floor.
    pub(crate) fn noise_score(&self, position: usize, noise: f64, floor: f64) -> Result<ItScore> {
        ItScore::from_tail_probability(self.mechanism_at(position).noise().two_sided_tail(noise), floor)
    }
}
