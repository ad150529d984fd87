//! Node-wise scores: how unusual each node is by itself, and given its parents.

use serde::{Deserialize, Serialize};

use crate::data::Observation;
use crate::error::{Error, Result};
use crate::model::{FittedModel, Recovered, Rounding};
use crate::score::{FeatureMap, ItScore, check_floor};

/// How unusual one node of an observation is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeScore {
    /// The node's name.
    pub node: String,
    /// The observed value, in the node's unit; nothing if it is missing.
    pub observed: Option<f64>,
    /// The noise that, with the observed parents, gives the observed value; nothing if that or the value of a parent that
    /// the mechanism depends on is missing. Of a category with causes the middle of all that do.
    pub noise: Option<f64>,
    /// How unusual the value is among the node's reference values, whatever its parents; nothing if it is missing.
    pub marginal: Option<ItScore>,
    /// How unusual the noise is under its distribution, on its side of it: large where the node itself, rather
    /// than its causes, is out of the ordinary. Nothing if the noise is not known.
    pub conditional: Option<ItScore>,
    /// Whether the noise lies beyond all that its distribution was fitted to; see
    /// [`NoiseDistribution::is_extrapolated`](crate::NoiseDistribution::is_extrapolated).
    #[serde(default)]
    pub extrapolated: bool,
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
    #[doc(alias = "conditional_anomaly_scores")]
    pub fn node_scores(&self, observation: &Observation, feature_map: &FeatureMap) -> Result<Vec<NodeScore>> {
        self.node_scores_with_floor(observation, feature_map, self.default_floor())
    }

    /// What [`node_scores`](Self::node_scores) gives, with another floor of the conditional scores: 0 tells all noises
    /// apart, however far out, where their distributions have tails. The marginal scores count reference values, which
    /// support no floor below the model's default: there the larger of the two is used.
    ///
    /// # Errors
    /// When [`node_scores`](Self::node_scores) fails; when the floor is outside \[0, 1); and when it is 0 and a noise is
    /// impossible under its distribution.
    pub fn node_scores_with_floor(
        &self,
        observation: &Observation,
        feature_map: &FeatureMap,
        floor: f64,
    ) -> Result<Vec<NodeScore>> {
        check_floor(floor)?;
        let recovered = self.wiring().abduct(observation)?;
        let nodes = 0..self.graph().node_count();
        nodes.map(|position| self.node_score(position, &recovered, feature_map, floor)).collect()
    }

    /// How unusual a value is among a node's reference values, whatever its parents: the marginal score of
    /// [`node_scores`](Self::node_scores) by itself; of a category the value is the code of a level. Cheap enough to choose by it which events are worth an attribution.
    ///
    /// # Errors
    /// When there is no such node, the value is not finite, or a custom feature map returns NaN.
    ///
    /// ```
    /// use etiology::{CausalGraph, FeatureMap, NoiseDistribution, StructuralCausalModel};
    ///
    /// let graph = CausalGraph::from_nodes_and_edges(["db"], Vec::<(&str, &str)>::new())?;
    /// let model = StructuralCausalModel::new(graph).with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?.without_fitting()?;
    /// let score = |ms| model.outlier_score("db", ms, &FeatureMap::UpperTail);
    /// assert!(score(0.11)?.nats() < 2.0 && score(0.2)?.nats() > 5.0);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "anomaly_score")]
    pub fn outlier_score(&self, node: &str, observed: f64, feature_map: &FeatureMap) -> Result<ItScore> {
        let position = self.graph().position(node)?;
        if !observed.is_finite() {
            return Err(Error::NonFiniteValue { what: format!("the observed value of `{node}`"), found: observed });
        }
        self.marginal_score(position, observed, feature_map, self.default_floor())
    }

    fn marginal_score(&self, position: usize, observed: f64, feature_map: &FeatureMap, floor: f64) -> Result<ItScore> {
        let (reference, wired) = (self.reference_at(position), self.wiring().node(self.number(position)));
        let of_class = wired.class_test(observed).filter(|_| !matches!(feature_map, FeatureMap::Custom(_)));
        let test = of_class.map_or_else(|| feature_map.outlier_test(reference, observed), Ok)?;
        ItScore::from_tail_probability(test.probability(reference)?, floor.max(self.default_floor()))
    }

    fn node_score(
        &self,
        position: usize,
        recovered: &Recovered,
        feature_map: &FeatureMap,
        floor: f64,
    ) -> Result<NodeScore> {
        let number = self.number(position);
        let observed = Some(recovered.values[number]).filter(|_| !recovered.is_missing(number));
        let noise = recovered.exact_noise(number);
        let wired = self.wiring().node(number);
        let marginal = |observed: f64| self.marginal_score(position, observed, feature_map, floor);
        let node = self.graph().name(position).to_owned();
        let is_rounding = recovered.rounding(number) == Rounding::Of;
        let evident = noise.map(|noise| if is_rounding { self.mechanism_at(position).noise().median() } else { noise });
        let ln_tail = |noise: f64| match wired.levels {
            Some(_) => self.wiring().ln_noise_tail(recovered, number),
            None => self.mechanism_at(position).noise().log_two_sided_tail(noise),
        };
        let score = |noise| ItScore::from_log_tail_probability(ln_tail(noise), floor);
        let conditional = match evident.map(score).transpose() {
            Ok(conditional) => conditional,
            Err(cause) => return Err(Error::InNode { node, cause: Box::new(cause) }),
        };
        Ok(NodeScore {
            node,
            observed,
            noise,
            marginal: observed.map(marginal).transpose()?,
            conditional,
            extrapolated: wired.levels.is_none()
                && evident.is_some_and(|noise| self.mechanism_at(position).noise().is_extrapolated(noise)),
        })
    }
}
