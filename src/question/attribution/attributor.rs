//! A target prepared for attribution: all that does not depend on the event.

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;

use super::config::{AttributionConfig, Quantity};
use super::result::Attribution;
use crate::data::{Dataset, Observation};
use crate::engine::{Ask, EngineName, Engines, Explanation};
use crate::error::Result;
use crate::model::{FittedModel, Recovered, WiredNode};
use crate::refine::{Answer, Goal, answer};
use crate::score::OutlierTest;
use crate::target::Target;
use crate::telemetry::{Parent, span, tell};
use crate::world::{Event, Measure};

/// By how many rounding errors a sample may miss the region's bound and still count as on it. It matters: where the free noises
/// have atoms, or no effect, a coalition's samples equal the observation up to rounding, and whether they count as "at least as
/// extreme" must not depend on the last bit.
const ROUNDING_ERRORS: f64 = 64.0;
/// The share of the target's spread that rounding may make up and need not be looked at closely.
const NEGLIGIBLE: f64 = 1e-9;

/// Attributes one outlier after another of one target of one model.
///
/// What [`FittedModel::attribute_outlier`] does at every call before it looks at the event is done here once: the
/// target's ancestors are compiled, and the noise bank is drawn or the noises are Fourier transformed. Results are the
/// same to the bit.
///
/// It borrows nothing: it keeps a clone of the model, which costs next to nothing. So it can be stored beside the model, moved to
/// another thread, or shared by all threads of a service behind an `Arc`; see `docs/embedding.md`.
///
/// ```
/// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation};
///
/// let own_time = NoiseDistribution::exponential(0.05)?;
/// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
///     .without_fitting()?;
/// let attributor = model.attributor("api", AttributionConfig::default())?;
/// for (db, api) in [(0.9, 0.95), (0.1, 0.8)] {
///     let attribution = attributor.attribute(&Observation::from_pairs([("db", db), ("api", api)])?)?;
///     assert_eq!(attribution.ranked()[0].node, if db > 0.5 { "db" } else { "api" });
/// }
/// # Ok::<(), etiology::Error>(())
/// ```
pub struct Attributor {
    pub(super) model: FittedModel,
    pub(super) config: AttributionConfig,
    pub(super) target: Target,
    pub(super) engines: Engines,
    pub(super) floor: f64,
    /// Shared with the attributions.
    explanation: Arc<Explanation>,
}

impl Attributor {
    pub(super) fn new(model: FittedModel, target: &str, config: AttributionConfig) -> Result<Self> {
        config.check()?;
        let target = Target::new(&model, target)?;
        let engines = Engines::choose(&target, config.question.sought(&model), config.means)?;
        let floor = config.question.floor(&model);
        let explanation = Arc::new(engines.explain(engines.preferred(), &[]));
        Ok(Self { model, config, target, engines, floor, explanation })
    }

    /// The node whose values are explained.
    pub fn target(&self) -> &str {
        self.target.name()
    }

    /// The engine that events are given to first, why, and why not the others. An event that it does not do for is given to
    /// the next: [`Attribution::explain`] says which one answered.
    ///
    /// ```
    /// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution};
    /// use etiology::attribution::EngineName;
    ///
    /// let own_time = NoiseDistribution::exponential(0.05)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// let attributor = model.attributor("api", AttributionConfig::default())?;
    /// assert_eq!(attributor.explain().engine, EngineName::FourierInversion);
    /// assert_eq!(
    ///     attributor.explain().to_string().lines().nth(1),
    ///     Some("Not by closed form: the noise of `db` is not normal.")
    /// );
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn explain(&self) -> &Explanation {
        &self.explanation
    }

    /// What [`FittedModel::attribute_outlier`] gives.
    ///
    /// # Errors
    /// When the observation lacks the target's value, or has text or an infinite one for the target or one of its
    /// ancestors; when a custom mechanism is not invertible or returns NaN; or when the floor is 0 and the samples do not
    /// resolve a coalition's probability.
    pub fn attribute(&self, observation: &Observation) -> Result<Attribution> {
        span!(DEBUG, "attribute", target = self.target());
        let event = self.event(observation)?;
        let attribution =
            self.assemble(observation, &event, &answer(&event, &self.engines, Ask::Split, self.goal())?)?;
        tell!(
            DEBUG,
            "attributed",
            score = attribution.score.value,
            samples = attribution.samples.unwrap_or(0),
            permutations = attribution.permutations.unwrap_or(0),
        );
        Ok(attribution)
    }

    /// Attributes every row, in parallel on the current rayon pool. A row at fault does not stop the others.
    pub fn attribute_rows(&self, observations: &Dataset) -> Vec<Result<Attribution>> {
        span!(INFO, "attribute_rows", target = self.target(), rows = observations.rows());
        let batch = Parent::current();
        let rows: Vec<Observation> = observations.observations().collect();
        rows.par_iter().map(|row| batch.in_scope(|| self.attribute(row))).collect()
    }

    pub(super) fn goal(&self) -> Goal {
        Goal { effort: self.config.effort, seed: self.config.means.seed }
    }

    /// The observation as an event of this target.
    pub(super) fn event(&self, observation: &Observation) -> Result<Event<'_>> {
        observation.finite(self.target())?;
        let recovered = self.target.wiring().abduct(observation)?;
        match self.config.question.quantity {
            Quantity::MeanDeviation => {
                let observed = recovered.values[self.target.number()];
                Ok(Event::of_noises(&self.target, recovered, Measure::Mean { observed }))
            }
            Quantity::ItScore => self.tail_event(recovered),
        }
    }

    /// Which engine answered, and why. An event that is certain needs none: then it is the one that would have been asked.
    pub(super) fn explanation(&self, answer: &Answer) -> Arc<Explanation> {
        let engine: EngineName = answer.engine.unwrap_or(self.explanation.engine);
        if engine == self.explanation.engine && answer.passed_over.is_empty() {
            return Arc::clone(&self.explanation);
        }
        Arc::new(self.engines.explain(engine, &answer.passed_over))
    }

    fn tail_event(&self, recovered: Recovered) -> Result<Event<'_>> {
        let target = self.target.wiring().node(self.target.number());
        let observed = recovered.values[self.target.number()];
        let reference = self.model.reference_at(target.position);
        let test = self.config.question.feature_map.outlier_test(reference, observed)?;
        // A value that was measured stands for all that are rounded to it.
        let half_step = target.half_step(observed);
        let tail = |test: OutlierTest, slack: f64| Measure::LogTail {
            test: test.widened(slack + half_step),
            floor: self.floor,
        };
        let wiring = self.target.wiring();
        let slack = ROUNDING_ERRORS * wiring.rounding_error(&recovered.values, &recovered.noises)
            + 4.0 * (wiring.target_value(&recovered.noises) - observed).abs();
        if slack <= NEGLIGIBLE * target.spread() {
            return Ok(Event::of_noises(&self.target, recovered, tail(test, slack)));
        }
        let from_observed = test.is_region() && target.mechanism.adds_noise() && !target.mechanism.is_root();
        let slack = slack.min(self.slack_far_from_0(&recovered, from_observed));
        let test = if from_observed { test.shifted_by(-observed) } else { test };
        let event = Event::of_noises(&self.target, recovered, tail(test, slack));
        Ok(if from_observed { event.counted_from_observed() } else { event })
    }

    /// The rounding slack where values lie far from 0, so that what the last bit of any of them could do is more than a small
    /// share of the target's spread. There it counts that worlds are computed as deviations from the event, which are small
    /// and have all their digits.
    fn slack_far_from_0(&self, recovered: &Recovered, from_observed: bool) -> f64 {
        let wiring = self.target.wiring();
        let (values, noises) = (&recovered.values, &recovered.noises);
        let is_exact = |node: &WiredNode| node.mechanism.adds_noise();
        let missed = (wiring.target_value(noises) - values[self.target.number()]).abs();
        let missed = if wiring.nodes().iter().all(is_exact) { 0.0 } else { 4.0 * missed };
        ROUNDING_ERRORS * wiring.rounding_error_of_worlds(values, noises, from_observed) + missed
    }
}

impl fmt::Debug for Attributor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attributor")
            .field("target", &self.target())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
