//! Nodes that are given and not to be blamed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::attributor::Attributor;
use super::config::Quantity;
use crate::data::Observation;
use crate::error::{Error, Result};
use crate::model::{FittedModel, Recovered, WiredNode};
use crate::noise::NoiseDistribution;
use crate::random::{Purpose, stream};
use crate::score::FeatureMap;
use crate::target::Target;
use crate::wording::significant;

/// From how many draws the middle of a target's values in a context is taken.
const DRAWS: usize = 10_000;

/// A node that was given, with its value in the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextNode {
    /// The node's name.
    pub node: String,
    /// The node's observed value, in its unit; the code of the level of a category.
    pub observed: f64,
    /// The level that was observed of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_level: Option<String>,
}

impl ContextNode {
    fn new(node: &WiredNode, observed: f64, observation: &Observation) -> Self {
        Self { node: node.name.clone(), observed, observed_level: node.observed_level(observation) }
    }

    /// The observed value for people: the level of a category, or a number with four digits.
    pub(crate) fn observed_text(&self) -> String {
        self.observed_level.clone().unwrap_or_else(|| significant(self.observed))
    }
}

/// The numbers of the nodes of a context in the target, ascending; those that it does not depend on have none.
///
/// # Errors
/// When the model has no such node, or it is the target itself.
pub(super) fn numbers(model: &FittedModel, target: &Target, names: &[String]) -> Result<Arc<[usize]>> {
    for name in names {
        model.graph().position(name)?;
        if name == target.name() {
            let (name, requirement) = ("the context", "nodes other than the target, whose value is to be explained");
            return Err(Error::InvalidParameter { name, requirement, found: format!("`{}`", target.name()) });
        }
    }
    let nodes = target.nodes().iter().enumerate();
    Ok(nodes.filter(|(_, node)| names.contains(&node.name)).map(|(number, _)| number).collect())
}

impl Attributor {
    /// What is normal for the target in the event's context, where extremeness counts from that; nothing without a context.
    ///
    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(super) fn reference_in_context(
        &self,
        target: &Target,
        recovered: &Recovered,
    ) -> Result<Option<NoiseDistribution>> {
        let question = &self.config.question;
        let counts_from_the_middle = match question.feature_map {
            FeatureMap::DistanceFromMedian | FeatureMap::TwoSidedQuantile | FeatureMap::ZScore => true,
            FeatureMap::UpperTail | FeatureMap::LowerTail | FeatureMap::Custom(_) => false,
        };
        let is_number = target.nodes()[target.number()].levels.is_none();
        if self.context.is_empty() || !counts_from_the_middle || !is_number || question.quantity != Quantity::ItScore {
            return Ok(None);
        }
        let seed = self.config.means.seed;
        let mut number = 0;
        let fill = |node: &WiredNode, noise: &mut [f64]| {
            if self.context.contains(&number) {
                noise.fill(recovered.noises[number]);
            } else {
                node.mechanism.noise().sample_into(&mut stream(seed, Purpose::InContext, node.position as u64), noise);
            }
            number += 1;
        };
        let mut columns = target.wiring().forward_columns(DRAWS, fill, |_| None)?;
        columns.pop().map(|values| NoiseDistribution::empirical(&values)).transpose()
    }

    /// The nodes of the context, for whoever reads the answer.
    pub(super) fn context_of(
        &self,
        target: &Target,
        recovered: &Recovered,
        observation: &Observation,
    ) -> Vec<ContextNode> {
        let node = |&number: &usize| ContextNode::new(&target.nodes()[number], recovered.values[number], observation);
        self.context.iter().map(node).collect()
    }
}
