//! A target prepared for attribution: all that does not depend on the event.

use std::fmt;
use std::sync::Arc;

use super::case::{AskedOf, Case, Inspection, Measured, Outside, Prepared, Sorted};
use super::config::AttributionConfig;
use super::context;
use super::group::Splits;
use super::result::Attribution;
use crate::data::{Dataset, Observation};
use crate::engine::{Ask, EngineName, Explanation};
use crate::error::Result;
use crate::model::{FittedModel, Recovered};
use crate::refine::{Answer, Goal, answer};
use crate::target::Target;
use crate::telemetry::{Parent, span, tell};
use crate::threads::{in_parallel, proceed};

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
    pub(super) floor: f64,
    /// The nodes that are given, by their numbers in the target.
    pub(super) context: Arc<[usize]>,
    /// The target with the mechanisms of the model.
    pub(super) base: Arc<Prepared>,
    /// For events outside of what the mechanisms were learned from.
    pub(super) outside: Outside,
}

impl Attributor {
    pub(super) fn new(model: FittedModel, target: &str, config: AttributionConfig) -> Result<Self> {
        config.check()?;
        let target = Target::new(&model, target)?;
        let context = context::numbers(&model, &target, &config.question.context)?;
        let outside = Outside::new(&model, &target);
        let floor = config.question.floor(&model, target.nodes()[target.number()].position);
        let base = Arc::new(Prepared::new(target, &model, &config)?);
        Ok(Self { model, config, floor, context, base, outside })
    }

    /// The node whose values are explained.
    pub fn target(&self) -> &str {
        self.base.target.name()
    }

    /// The floor of its scores, a probability.
    pub(crate) fn floor(&self) -> f64 {
        self.floor
    }

    /// The model that is asked.
    pub fn model(&self) -> &FittedModel {
        &self.model
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
        &self.base.explanation
    }

    /// What [`FittedModel::attribute_outlier`] gives.
    ///
    /// # Errors
    /// When the observation lacks the target's value, or has text or an infinite one for the target or one of its
    /// ancestors; when a custom mechanism is not invertible or returns NaN; or when the floor is 0 and the samples do not
    /// resolve a coalition's probability.
    pub fn attribute(&self, observation: &Observation) -> Result<Attribution> {
        self.attribute_with(observation, Splits::Asked(None))
    }

    /// [`attribute`](Self::attribute) without what the training rows leave open: no model errors, no groups. For one model of many
    /// whose figures are compared.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute).
    pub(crate) fn attribute_alone(&self, observation: &Observation) -> Result<Attribution> {
        self.attribute_with(observation, Splits::Left)
    }

    fn attribute_with(&self, observation: &Observation, splits: Splits<'_>) -> Result<Attribution> {
        proceed()?;
        self.attribute_inspected(observation, &self.inspect(observation)?, splits)
    }

    /// [`attribute`](Self::attribute) of an observation that was inspected before.
    pub(crate) fn attribute_as_inspected(
        &self,
        observation: &Observation,
        inspection: &Inspection,
    ) -> Result<Attribution> {
        self.attribute_inspected(observation, inspection, Splits::Asked(None))
    }

    fn attribute_inspected(
        &self,
        observation: &Observation,
        inspection: &Inspection,
        splits: Splits<'_>,
    ) -> Result<Attribution> {
        span!(DEBUG, "attribute", target = self.target());
        let case = self.case(inspection, None)?;
        let mut attribution = case.ask(|event, engines| {
            self.assemble(observation, &case, event, &answer(event, engines, Ask::Split, self.goal())?, splits)
        })?;
        if self.config.effort.model_error && matches!(splits, Splits::Asked(_)) {
            attribution = self.with_model_errors(attribution, &case);
            attribution = self.with_class_orders(attribution, &case, observation)?;
        }
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
        in_parallel(rows.len(), &|row| batch.in_scope(|| self.attribute(&rows[row])))
    }

    pub(super) fn goal(&self) -> Goal {
        Goal { effort: self.config.effort, seed: self.config.means.seed, enough: None }
    }

    /// What an observation is to the mechanisms of the target. Where it takes them outside of the data that they were chosen from, their
    /// noise is as wide as what other plausible ones would say there; elsewhere everything is as the model has it.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute).
    pub(crate) fn inspect(&self, observation: &Observation) -> Result<Inspection> {
        let target = &self.base.target;
        target.wiring().node(target.number()).needed(observation)?;
        for &number in self.context.iter() {
            target.wiring().node(number).needed(observation)?;
        }
        let recovered = target.wiring().abduct(observation)?;
        // Once, as all regimes of the event must have the same players.
        let recovered = target.wiring().with_rounding_decided(recovered);
        let measured = self.measured(target, &recovered)?;
        let doubts = self.outside.doubts(target, &recovered);
        let mut inspection = Inspection { recovered, measured, sorted: None };
        if !doubts.is_empty() {
            let players = self.as_if_believed(&inspection).players();
            inspection.sorted = Sorted::new(&self.base, &inspection.recovered, &doubts, &players);
        }
        Ok(inspection)
    }

    /// An inspected observation as a case of this target; for the coalition alone in which the nodes, by number, are kept that `only`
    /// says, if it says so.
    pub(super) fn case(&self, inspection: &Inspection, only: Option<&dyn Fn(usize) -> bool>) -> Result<Case> {
        let case = self.as_if_believed(inspection);
        let Some(sorted) = &inspection.sorted else { return Ok(case) };
        let prepare = |target: Target| Prepared::new(target, &self.model, &self.config);
        Ok(case.in_regimes(self.outside.regimes(&self.base, sorted, only, prepare)?))
    }

    /// The case with every mechanism of the model believed.
    fn as_if_believed(&self, inspection: &Inspection) -> Case {
        Case::new(Arc::clone(&self.base), inspection.recovered.clone(), inspection.measured.clone())
    }

    /// What is measured where `target`, the attributor's or the same node with other mechanisms, has recovered these noises.
    pub(super) fn measured(&self, target: &Target, recovered: &Recovered) -> Result<Measured> {
        let in_context = self.reference_in_context(target, recovered)?;
        let usual = || self.model.reference_at(target.nodes()[target.number()].position);
        let reference = in_context.as_ref().unwrap_or_else(usual);
        let (question, context) = (&self.config.question, &self.context);
        AskedOf { question, floor: self.floor, reference, context }.measured(target, recovered)
    }

    /// Which engine answered, and why. An event that is certain needs none: then it is the one that would have been asked.
    pub(super) fn explanation(prepared: &Prepared, answer: &Answer) -> Arc<Explanation> {
        let Prepared { engines, explanation, .. } = prepared;
        let engine: EngineName = answer.engine.unwrap_or(explanation.engine);
        if engine == explanation.engine && answer.passed_over.is_empty() {
            return Arc::clone(explanation);
        }
        Arc::new(engines.explain(engine, &answer.passed_over))
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
