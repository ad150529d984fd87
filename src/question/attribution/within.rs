//! Attribution within a time limit: the best estimate so far.

use std::ops::ControlFlow;
use std::time::Duration;

use super::attributor::Attributor;
use super::group::Splits;
use super::result::Attribution;
use crate::data::Observation;
use crate::engine::Ask;
use crate::error::Result;
use crate::refine::{Deadline, answer_within};

/// What an attribution came to in the time it had.
///
/// Unless it is [`complete`](Self::complete), it depends on how fast the machine is and how busy: then the same event may
/// give other figures, within their errors, the next time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TimedAttribution {
    /// The best estimate so far, with the errors of the samples and permutations it rests on.
    pub attribution: Attribution,
    /// Whether it is what [`attribute`](Attributor::attribute) gives, to the bit.
    pub complete: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl Attributor {
    /// [`attribute`](Self::attribute) within a time limit: estimates with more and more samples and permutations until one
    /// as configured is done, or the next would not be before the limit.
    ///
    /// The limit is a wish, not a promise: the first and roughest estimate is always finished, and how long one takes is
    /// foretold from the one before. The first takes 64 samples and 4 permutations, and with a limit of 0 it is what comes back. Where the target is linear in all noises, Fourier inversion or a closed form is
    /// tried first: all coalitions of up to 16 players at once, and of more players with 4 permutations, then 16, 64, and as many as configured. An error of the samples says nothing of coalitions so rare that few samples find none of them: prefer a
    /// complete estimate where time allows.
    ///
    /// `proceed` is asked before every further estimate; after a `Break` the best so far is returned.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute). With a floor of 0, an estimate whose few samples do not resolve a coalition's
    /// probability is passed over; only that of the configured samples is an error.
    ///
    /// ```
    /// use std::{ops::ControlFlow, time::Duration};
    ///
    /// use etiology::{AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel};
    ///
    /// let slower = etiology::AdditiveNoiseModel::known(KnownFormula::maximum(["db", "cache"]));
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api"), ("cache", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("cache", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", slower.with_noise(NoiseDistribution::exponential(0.05)?))?
    ///     .without_fitting()?;
    /// let event = Observation::from_pairs([("db", 0.9), ("cache", 0.1), ("api", 0.95)])?;
    /// let attributor = model.attributor("api", AttributionConfig::default())?;
    /// let found = attributor.attribute_within(&event, Duration::from_millis(5), || ControlFlow::Continue(()))?;
    /// assert_eq!(found.attribution.ranked()[0].node, "db");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn attribute_within(
        &self,
        observation: &Observation,
        limit: Duration,
        proceed: impl Fn() -> ControlFlow<()>,
    ) -> Result<TimedAttribution> {
        let deadline = Deadline::after(limit, &proceed);
        let case = self.case(&self.inspect(observation)?, None)?;
        case.ask(|event, engines| {
            let (answer, complete) = answer_within(event, engines, Ask::Split, self.goal(), &deadline)?;
            let mut attribution = self.assemble(observation, &case, event, &answer, Splits::Asked(Some(&deadline)))?;
            if self.config.effort.model_error && complete {
                attribution = self.with_model_errors(attribution, &case);
            }
            Ok(TimedAttribution { attribution, complete, elapsed: deadline.elapsed() })
        })
    }
}
