//! What an attribution in a context rests on.

use rand::rngs::ChaCha8Rng;

use super::attributor::Attributor;
use super::config::Quantity;
use super::context::ContextNode;
use crate::data::Observation;
use crate::error::Result;
use crate::model::{Recovered, WiredNode, Wiring};
use crate::noise::NoiseDistribution;
use crate::random::{Purpose, stream};
use crate::score::FeatureMap;
use crate::target::Target;

/// From how many draws the middle of a target's values in a context is taken.
const DRAWS: usize = 10_000;

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
        let random = |_, node: &WiredNode| stream(seed, Purpose::InContext, node.position as u64);
        let values = draw_target(target.wiring(), DRAWS, (&self.context, recovered), random)?;
        NoiseDistribution::empirical(&values).map(Some)
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

/// Draws of a target in a context: the nodes of that, by their numbers, have the noises that were recovered, each other node draws its own from
/// the stream of its number.
///
/// # Errors
/// When a mechanism returns NaN or an infinity.
pub(super) fn draw_target(
    wiring: &Wiring,
    draws: usize,
    (context, recovered): (&[usize], &Recovered),
    random: impl Fn(usize, &WiredNode) -> ChaCha8Rng,
) -> Result<Vec<f64>> {
    let mut number = 0;
    let fill = |node: &WiredNode, noise: &mut [f64]| {
        if context.contains(&number) {
            noise.fill(recovered.noises[number]);
        } else {
            node.mechanism.noise().sample_into(&mut random(number, node), noise);
        }
        number += 1;
    };
    Ok(wiring.forward_columns(draws, fill, |_| None)?.pop().unwrap_or_default())
}
