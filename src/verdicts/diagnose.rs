//! All verdicts on one event.

use super::asked::Asked;
use super::causes::causes;
use super::confidence::confidence;
use super::config::DiagnosisConfig;
use super::counterfactual::Counterfactual;
use super::diagnosis::Diagnosis;
use super::evidence::Evidence;
use super::methods::{
    combine, contributions, in_distribution_fix, noise_score, propagation, score_ordering, smooth_traversal,
};
use super::proof::{Proof, Question, only_the_record, prove};
use super::strength::Judged;
use super::thresholds::unremarkable;
use super::verdict::{Verdict, VerdictKind};
use crate::checks::units_of_recent_rows;
use crate::data::Observation;
use crate::error::{Error, Result};
use crate::findings::{Finding, FindingKind, Strength};
use crate::model::FittedModel;
use crate::question::attribution::{Attribution, Attributor, Quantity};
use crate::telemetry::span;

impl FittedModel {
    /// Asks several methods who is the root cause of an outlier of the target, combines them, and says how far to trust
    /// the result.
    ///
    /// The verdicts, see [`VerdictKind`], fail for different reasons: the Shapley values where the model
    /// extrapolates, the others where an anomaly is amplified on its way. The combined ranking is the mean of three of
    /// them, see [`CombinedScore`](crate::verdicts::CombinedScore); `docs/method.md` says what it was compared with, and the example `accuracy`
    /// repeats that.
    ///
    /// Costs two attributions, two coalitions for each candidate of the in-distribution fix, and three for each
    /// counterfactual. For several events of one target, [`diagnoser`](Self::diagnoser) prepares once what this does each time.
    ///
    /// # Errors
    /// When [`attribute_outlier`](Self::attribute_outlier) fails; when a column of the recent rows holds text or an infinite
    /// value; or when the configuration is invalid.
    ///
    /// ```
    /// # use etiology::{CausalGraph, Dataset, DiagnosisConfig, Observation, StructuralCausalModel};
    /// # let wave = |request: usize, pace: f64| 0.1 + 0.05 * (pace * request as f64).sin();
    /// # let graph = CausalGraph::from_call_graph([("web", "api"), ("api", "db"), ("web", "auth")])?;
    /// # let db: Vec<f64> = (0..500).map(|request| wave(request, 0.7)).collect();
    /// # let auth: Vec<f64> = (0..500).map(|request| wave(request, 1.9)).collect();
    /// # let api: Vec<f64> = (0..500).map(|request| db[request] + wave(request, 3.1)).collect();
    /// # let web: Vec<f64> = (0..500).map(|request| api[request] + auth[request] + wave(request, 4.7)).collect();
    /// # let normal = Dataset::from_columns([("db", db), ("auth", auth), ("api", api), ("web", web)])?;
    /// let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal)?.fit(&normal)?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("auth", 0.12), ("api", 1.04), ("web", 1.3)])?;
    /// let diagnosis = model.diagnose("web", &slow, &DiagnosisConfig::default())?;
    /// println!("{diagnosis}");
    /// assert_eq!(diagnosis.root_cause(), Some("db"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn diagnose(&self, target: &str, event: &Observation, config: &DiagnosisConfig) -> Result<Diagnosis> {
        self.diagnoser(target, config.clone())?.diagnose(event)
    }

    /// What [`diagnose`](Self::diagnose) gives, of a score that was attributed before: its figures are those of the given
    /// attribution, which is not computed again.
    ///
    /// # Errors
    /// When the attribution is of a mean deviation or of another event, and as for [`diagnose`](Self::diagnose).
    ///
    /// ```
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// # let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let config = DiagnosisConfig::default();
    /// let attribution = model.attribute_outlier("api", &slow, &config.attribution)?;
    /// let diagnosis = model.diagnose_attribution(attribution.clone(), &slow, &config)?;
    /// assert_eq!(diagnosis.attribution, attribution);
    /// assert_eq!(diagnosis, model.diagnose("api", &slow, &config)?);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn diagnose_attribution(
        &self,
        attribution: Attribution,
        event: &Observation,
        config: &DiagnosisConfig,
    ) -> Result<Diagnosis> {
        self.diagnoser(&attribution.target, config.clone())?.diagnose_attribution(attribution, event)
    }

    /// What proves that the suspect is the root cause of an outlier of the target, and what would have to be seen if it were not: the path along
    /// which most of what it did reached the target, with a test for each step, what would have been without it, and falsifiers, looked for in the event,
    /// in other effects of the suspect anywhere in the graph, and in the rows before the event, if the configuration has them.
    ///
    /// Any node may be the suspect, guilty or not. [`diagnose`](Self::diagnose) proves the first of its ranking.
    ///
    /// # Errors
    /// As [`diagnose`](Self::diagnose); and when the suspect is neither the target nor a cause of it, or has no value in the event.
    ///
    /// ```
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    /// use etiology::verdicts::PathStatus;
    ///
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// # let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let proof = model.prove("api", "db", &slow, &DiagnosisConfig::default())?;
    /// assert_eq!(proof.status, PathStatus::Verified);
    /// assert_eq!(proof.path_in_words(), "db → api");
    /// // Nothing that would have to be seen if it were another was seen.
    /// assert!(proof.holds());
    /// // The API itself is no root cause: it follows from the database.
    /// assert!(!model.prove("api", "api", &slow, &DiagnosisConfig::default())?.holds());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn prove(&self, target: &str, suspect: &str, event: &Observation, config: &DiagnosisConfig) -> Result<Proof> {
        config.check()?;
        let (tail, mean) =
            (self.attributor(target, config.of_score())?, self.attributor(target, config.of_mean_deviation())?);
        let [of_tail, of_mean] = [tail.inspect(event)?, mean.inspect(event)?];
        let (tail, mean) = (Asked { attributor: &tail, event: &of_tail }, Asked { attributor: &mean, event: &of_mean });
        let observed = self.observed_mean(target, event)?;
        let level = self.levels(target)?.and_then(|_| event.level(target)).map(|level| level.into_owned());
        let usual = tail.what_if(|_| false)?.value;
        let resolution = tail.attributor.floor();
        let normal = Counterfactual::of(suspect, (target, observed, level), (tail, mean), (usual, resolution));
        prove(self, Question { target, suspect, event }, unless_it_overflows(normal)?, config)
    }

    /// `tail` asks about the score that was attributed, `mean` attributes the deviation of the same target.
    pub(super) fn diagnose_by(
        &self,
        tail: Asked<'_>,
        mean: &Attributor,
        attribution: Attribution,
        event: &Observation,
        config: &DiagnosisConfig,
    ) -> Result<Diagnosis> {
        let target = tail.attributor.target();
        span!(INFO, "diagnose", target = target);
        let inspection = mean.inspect(event)?;
        let mean_deviation = unless_it_overflows(mean.attribute_as_inspected(event, &inspection))?;
        let mean = Asked { attributor: mean, event: &inspection };
        let evidence = Evidence::collect(self, &self.wiring_of_target(target)?, event, config)?;
        let names: Vec<String> = evidence.nodes.iter().map(|node| node.name.clone()).collect();
        let (propagated, unusual) = (propagation(&evidence), noise_score(&evidence));
        let scores = contributions(&evidence, &attribution);
        let deviations = mean_deviation.as_ref().map(|mean| contributions(&evidence, mean));
        let fixes = in_distribution_fix(&evidence, tail, self.default_floor())?;
        // What was given is evidence, and no suspect.
        let is_suspect = |name: &str| !attribution.context.iter().any(|given| given.node == name);
        let verdict = |kind, scores: Vec<f64>| {
            let all = names.iter().cloned().zip(scores);
            Verdict::new(kind, all.filter(|(name, _)| is_suspect(name)))
        };
        // Where there is no mean, the score's contributions stand in for it.
        let mut combined = combine(&names, &propagated, &unusual, deviations.as_ref().unwrap_or(&scores), &evidence);
        combined.retain(|suspect| is_suspect(&suspect.node));
        let mut verdicts = vec![verdict(VerdictKind::ShapleyItScore, scores)];
        verdicts.extend(deviations.map(|deviations| verdict(VerdictKind::ShapleyMeanDeviation, deviations)));
        verdicts.extend([
            verdict(VerdictKind::NoiseScore, unusual),
            verdict(VerdictKind::Propagation, propagated),
            verdict(VerdictKind::SmoothTraversal, smooth_traversal(&evidence)),
            verdict(VerdictKind::ScoreOrdering, score_ordering(&evidence)),
            verdict(VerdictKind::InDistributionFix, fixes),
        ]);
        let mut findings = self.findings_of_diagnosis(&attribution, config)?;
        findings.extend(mean_deviation.is_none().then(|| without_mean(target)));
        findings.extend(only_the_record(self, names.iter().map(String::as_str), event));
        let judged = Judged {
            evidence: &evidence,
            attribution: &attribution,
            combined: &combined,
            verdicts: &verdicts,
            findings: &findings,
        };
        let usual = attribution.score.tail_probability.unwrap_or(1.0);
        let has_causes = mean_deviation.is_some() && usual < unremarkable() && self.levels(target)?.is_none();
        let usual_values = self.reference_at(self.graph().position(target)?);
        let most = if has_causes { config.causes } else { 0 };
        let causes = causes(mean, (&evidence, &combined), usual_values, most)?;
        let confidence = confidence(&evidence, &combined, &verdicts, &causes, target);
        let (strength, doubts) = judged.strength(&causes, confidence);
        let observed = self.observed_mean(target, event)?;
        let level = attribution.contribution(target).and_then(|part| part.observed_level.clone());
        let resolution = attribution.score.floor.unwrap_or(0.0);
        let normal =
            |node: &str| Counterfactual::of(node, (target, observed, level.clone()), (tail, mean), (usual, resolution));
        let has_mean = mean_deviation.is_some();
        let counterfactuals = combined
            .iter()
            .take(if has_mean { config.counterfactuals } else { 0 })
            .map(|suspect| normal(&suspect.node))
            .collect::<Result<Vec<_>>>()?;
        let first = combined.first().map(|first| first.node.as_str()).filter(|_| causes.is_empty());
        let named = causes.iter().map(|cause| cause.node.as_str()).chain(first);
        let proofs = named.take(if strength == Strength::Thin { 0 } else { config.proofs });
        let proofs = proofs.map(|suspect| {
            let known = counterfactuals.iter().find(|would| would.node == suspect).cloned().map(Ok);
            let known = known.or_else(|| has_mean.then(|| normal(suspect))).transpose()?;
            prove(self, Question { target, suspect, event }, known, config)
        });
        let proofs = proofs.collect::<Result<_>>()?;
        let (target, missing) = (target.to_owned(), evidence.missing);
        let concerns = |node: &String| names.contains(node) || missing.contains(node);
        let lags = config.lags.iter().filter(|lag| concerns(&lag.cause) && concerns(&lag.effect)).cloned().collect();
        Ok(Diagnosis {
            target,
            combined,
            causes,
            confidence,
            strength,
            doubts,
            findings,
            verdicts,
            counterfactuals,
            proofs,
            missing,
            lags,
            attribution,
            mean_deviation,
        })
    }
}

impl FittedModel {
    /// The value of a node in an event, which must be there.
    fn observed(&self, node: &str, event: &Observation) -> Result<f64> {
        self.wiring().node(self.number(self.graph().position(node)?)).needed(event)
    }

    /// What a mean of the target was in the event: its value, or 1 for a class.
    fn observed_mean(&self, target: &str, event: &Observation) -> Result<f64> {
        let value = self.observed(target, event)?;
        Ok(if self.levels(target)?.is_some() { 1.0 } else { value })
    }

    /// What speaks against the model, the event, and the rows just before it.
    fn findings_of_diagnosis(&self, attribution: &Attribution, config: &DiagnosisConfig) -> Result<Vec<Finding>> {
        let mut findings = self.findings();
        findings.extend(attribution.findings.iter().cloned());
        if let Some(recent) = &config.recent {
            let wiring = self.wiring_of_target(&attribution.target)?;
            findings.extend(units_of_recent_rows(self, wiring.nodes(), recent));
        }
        Ok(findings)
    }
}

/// Nothing where samples of the target, whose noises could be recovered, are too large to be averaged.
fn unless_it_overflows<T>(mean: Result<T>) -> Result<Option<T>> {
    match mean {
        Err(Error::MechanismNotFinite { .. }) => Ok(None),
        mean => mean.map(Some),
    }
}

fn without_mean(target: &str) -> Finding {
    let evidence = format!(
        "The event is so far outside the training data that means of `{target}` are too large to be numbers: there is no verdict by the \
         mean deviation."
    );
    Finding::new(FindingKind::MeanOverflows, [target.to_owned()], evidence, "Look at the units of the event first.")
}

/// Whether an attribution is one of the score that this attributor attributes, and of this event.
pub(super) fn check_origin(attributor: &Attributor, attribution: &Attribution, event: &Observation) -> Result<()> {
    let refused = |requirement, found: String| {
        Err(Error::InvalidParameter { name: "the attribution to be diagnosed", requirement, found })
    };
    if attribution.quantity != Quantity::ItScore {
        return refused("one of an outlier score", format!("{:?}", attribution.quantity));
    }
    if attribution.target != attributor.target() {
        return refused("one of the target that is diagnosed", format!("one of `{}`", attribution.target));
    }
    let model = attributor.model();
    let of_event = |node: &str, observed: f64| model.observed(node, event).is_ok_and(|value| value == observed);
    match attribution.contributions.iter().find(|part| !of_event(&part.node, part.observed)) {
        Some(part) => refused("one of the same event", format!("`{}` = {}", part.node, part.observed)),
        None => Ok(()),
    }
}
