//! A target prepared for diagnoses: all that does not depend on the event.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::asked::Asked;
use super::config::DiagnosisConfig;
use super::diagnose::check_origin;
use super::diagnosis::Diagnosis;
use crate::data::{Dataset, Observation};
use crate::error::Result;
use crate::model::FittedModel;
use crate::question::attribution::{Attribution, Attributor};

/// Where so much more time is left than the attribution took, a diagnosis is begun: its own attribution has less samples and
/// permutations, and what else it asks are a few coalitions.
const AS_LONG_AS_THE_ATTRIBUTION: u32 = 1;

/// Diagnoses one outlier after another of one target of one model.
///
/// What [`FittedModel::diagnose`] does at every call before it looks at the event is done here once, for both attributions that a
/// diagnosis rests on. Results are the same to the bit. It borrows nothing, and a clone shares what is prepared, as that of an
/// [`Attributor`] behind an `Arc` does.
///
/// ```
/// use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
///
/// let own_time = NoiseDistribution::normal(0.05, 0.01)?;
/// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
///     .without_fitting()?;
/// let diagnoser = model.diagnoser("api", DiagnosisConfig::default())?;
/// for (db, api) in [(0.9, 0.95), (0.1, 0.8)] {
///     let diagnosis = diagnoser.diagnose(&Observation::from_pairs([("db", db), ("api", api)])?)?;
///     assert_eq!(diagnosis.root_cause(), Some(if db > 0.5 { "db" } else { "api" }));
/// }
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Diagnoser {
    of_score: Arc<Attributor>,
    of_mean_deviation: Arc<Attributor>,
    config: DiagnosisConfig,
}

/// What an attribution and the diagnosis of it came to in the time they had.
#[derive(Debug)]
#[non_exhaustive]
pub struct TimedDiagnosis {
    /// As [`attribute_within`](Attributor::attribute_within) gives it.
    pub attribution: Attribution,
    /// Whether the attribution is what there would be without a limit, to the bit.
    pub complete: bool,
    /// The diagnosis, or why it failed, which leaves the attribution as it is; nothing where the attribution left no time for it.
    pub diagnosis: Option<Result<Diagnosis>>,
    /// How long both took.
    pub elapsed: Duration,
}

impl FittedModel {
    /// Prepares a target for [`diagnose`](Self::diagnose).
    ///
    /// # Errors
    /// When the graph has no such target, or the configuration is invalid.
    pub fn diagnoser(&self, target: &str, config: DiagnosisConfig) -> Result<Diagnoser> {
        config.check()?;
        let of_score = Arc::new(self.attributor(target, config.of_score())?);
        let of_mean_deviation = Arc::new(self.attributor(target, config.of_mean_deviation())?);
        Ok(Diagnoser { of_score, of_mean_deviation, config })
    }
}

impl Diagnoser {
    /// The attributor of the target's score, whose attributions [`diagnose_attribution`](Self::diagnose_attribution) takes.
    pub fn attributor(&self) -> &Attributor {
        &self.of_score
    }

    /// This diagnoser with other rows just before the event, or none, see [`DiagnosisConfig::recent`]: what is prepared is shared. Their times
    /// are not known then.
    #[must_use]
    pub fn with_recent(&self, recent: Option<Dataset>) -> Self {
        let config = DiagnosisConfig { recent, recent_times: Vec::new(), ..self.config.clone() };
        Self { config, ..self.clone() }
    }

    /// This diagnoser with other rows just before the event and when each of them was, see [`DiagnosisConfig::recent_times`]: what is prepared is shared.
    ///
    /// # Errors
    /// When there is not one time for each row.
    pub fn with_recent_at(&self, recent: Dataset, times: Vec<String>) -> Result<Self> {
        let config = DiagnosisConfig { recent: Some(recent), recent_times: times, ..self.config.clone() };
        config.check()?;
        Ok(Self { config, ..self.clone() })
    }

    /// What [`FittedModel::diagnose`] gives.
    ///
    /// # Errors
    /// As that, but for what is wrong with the configuration.
    pub fn diagnose(&self, event: &Observation) -> Result<Diagnosis> {
        let inspection = self.of_score.inspect(event)?;
        let attribution = self.of_score.attribute_as_inspected(event, &inspection)?;
        let asked = Asked { attributor: &self.of_score, event: &inspection };
        self.model().diagnose_by(asked, &self.of_mean_deviation, attribution, event, &self.config)
    }

    /// What [`FittedModel::diagnose_attribution`] gives: the attribution is not computed again.
    ///
    /// # Errors
    /// When the attribution is of a mean deviation, or of another target or event, and as for [`diagnose`](Self::diagnose).
    pub fn diagnose_attribution(&self, attribution: Attribution, event: &Observation) -> Result<Diagnosis> {
        check_origin(&self.of_score, &attribution, event)?;
        let asked = Asked { attributor: &self.of_score, event: &self.of_score.inspect(event)? };
        self.model().diagnose_by(asked, &self.of_mean_deviation, attribution, event, &self.config)
    }

    /// Attributes within a time limit as [`attribute_within`](Attributor::attribute_within) does, and diagnoses what it found
    /// if that is complete and at least as much time is left as it took. A diagnosis of estimates that were cut short would look
    /// surer than it is.
    ///
    /// `proceed` is asked before every further estimate and before the diagnosis, which is left out after a `Break`.
    ///
    /// # Errors
    /// When the attribution fails, as [`attribute`](Attributor::attribute).
    ///
    /// ```
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    /// use std::{ops::ControlFlow, time::Duration};
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let diagnoser = model.diagnoser("api", DiagnosisConfig::default())?;
    /// let found = diagnoser.diagnose_within(&slow, Duration::from_secs(60), || ControlFlow::Continue(()))?;
    /// let diagnosis = found.diagnosis.expect("a minute is long enough")?;
    /// assert_eq!(diagnosis.root_cause(), Some("db"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn diagnose_within(
        &self,
        event: &Observation,
        limit: Duration,
        proceed: impl Fn() -> ControlFlow<()>,
    ) -> Result<TimedDiagnosis> {
        let began = Instant::now();
        let found = self.of_score.attribute_within(event, limit, &proceed)?;
        let (attribution, complete) = (found.attribution, found.complete);
        let used = began.elapsed();
        let is_time_left = limit.saturating_sub(used) >= AS_LONG_AS_THE_ATTRIBUTION * used;
        let diagnosis = if complete && is_time_left && proceed().is_continue() {
            Some(self.diagnose_attribution(attribution.clone(), event))
        } else {
            None
        };
        Ok(TimedDiagnosis { attribution, complete, diagnosis, elapsed: began.elapsed() })
    }

    fn model(&self) -> &FittedModel {
        self.of_score.model()
    }
}
