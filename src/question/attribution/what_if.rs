//! Single coalitions: what the target would have been, had some noises been drawn anew.

use super::attributor::Attributor;
use super::case::Inspection;
use super::config::Quantity;
use crate::data::Observation;
use crate::engine::Ask;
use crate::error::{Error, Result};
use crate::refine::answer;
use crate::shapley::Coalition;

/// What becomes of the target when the noises of some nodes stay as observed and all others are drawn anew.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct WhatIf {
    /// For [`Quantity::ItScore`] the probability q(T) of a value at least as extreme as the observed one; for
    /// [`Quantity::MeanDeviation`] the target's expected value, in its unit, or the probability of its class.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub std_error: f64,
}

impl Attributor {
    /// What becomes of the target when the noises of the nodes that `kept` names stay as observed and those of all other
    /// ancestors, and its own, are drawn anew: with everything kept the event itself, with nothing kept the target's usual
    /// distribution. Keeping all but one node answers "had this node behaved normally"; keeping one alone, "could this
    /// node have done it by itself?".
    ///
    /// It is one coalition of the game of [`attribute`](Self::attribute), found by the same means.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute).
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation};
    ///
    /// let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// let attributor = model.attributor("api", AttributionConfig::default())?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// // Had the database behaved normally, such a slow call would have been next to impossible.
    /// assert!(attributor.what_if(&slow, |node| node != "db")?.value < 1e-9);
    /// // The slow database by itself makes it as likely as not.
    /// assert!((attributor.what_if(&slow, |node| node == "db")?.value - 0.5).abs() < 0.01);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "counterfactual_samples")]
    pub fn what_if(&self, observation: &Observation, kept: impl Fn(&str) -> bool) -> Result<WhatIf> {
        self.what_if_inspected(&self.inspect(observation)?, kept)
    }

    /// [`what_if`](Self::what_if) of an observation that was inspected before.
    pub(crate) fn what_if_inspected(&self, inspection: &Inspection, kept: impl Fn(&str) -> bool) -> Result<WhatIf> {
        let case = self.case(inspection, Some(&|node| kept(self.base.target.node_name(node))))?;
        let (found, observed) = case.ask(|event, engines| {
            let mut coalition = Coalition::empty(event.player_count());
            let is_kept = |player: &usize| kept(event.target().node_name(event.node_of(*player)));
            (0..event.player_count()).filter(is_kept).for_each(|player| coalition.insert(player));
            let found = answer(event, engines, Ask::One(&coalition), self.goal())?.found;
            Ok::<_, Error>((found, event.observed_mean()))
        })?;
        let (worth, std_error) = (-found.score.value, found.score.std_error());
        Ok(match self.config.question.quantity {
            // The value's error is that of ln(q + ε).
            Quantity::ItScore => {
                WhatIf { value: found.probability, std_error: std_error * (found.probability + self.floor) }
            }
            Quantity::MeanDeviation => WhatIf { value: observed + worth, std_error },
        })
    }
}
