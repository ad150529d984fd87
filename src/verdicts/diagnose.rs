//! All verdicts on one event.

use super::config::DiagnosisConfig;
use super::counterfactual::Counterfactual;
use super::diagnosis::Diagnosis;
use super::evidence::Evidence;
use super::methods::{
    CombinedScore, combine, contributions, in_distribution_fix, noise_score, propagation, score_ordering,
    smooth_traversal,
};
use super::verdict::{Verdict, VerdictKind};
use crate::checks::units_of_recent_rows;
use crate::data::Observation;
use crate::error::Result;
use crate::findings::{Finding, FindingKind, Strength};
use crate::model::FittedModel;
use crate::question::attribution::{Attribution, Quantity};
use crate::telemetry::span;
use crate::wording::share_of_rows;

/// What is less rare than one in twenty is no outlier, in nats.
const NOT_UNUSUAL: f64 = 2.995_732_273_553_991;
/// A runner-up with so much of the first one's combined score is as suspect.
const AS_SUSPECT: f64 = 0.9;

impl FittedModel {
    /// Asks several methods who is the root cause of an outlier of the target, combines them, and says how far to trust
    /// the result.
    ///
    /// The verdicts, see [`VerdictKind`], fail for different reasons: the Shapley values where the model
    /// extrapolates, the others where an anomaly is amplified on its way. The combined ranking is the mean of three of
    /// them, see [`CombinedScore`]; `docs/method.md` says what it was compared with, and the example `accuracy`
    /// repeats that.
    ///
    /// Costs two attributions, two coalitions for each candidate of the in-distribution fix, and three for each
    /// counterfactual.
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
        span!(INFO, "diagnose", target = target);
        config.check()?;
        let tail = self.attributor(target, config.attribution_of(Quantity::ItScore))?;
        let mean = self.attributor(target, config.attribution_of(Quantity::MeanDeviation))?;
        let (attribution, mean_deviation) = (tail.attribute(event)?, mean.attribute(event)?);
        let evidence = Evidence::collect(self, target, event, config)?;
        let names: Vec<String> = evidence.nodes.iter().map(|node| node.name.clone()).collect();
        let (propagated, unusual) = (propagation(&evidence), noise_score(&evidence));
        let deviations = contributions(&evidence, &mean_deviation);
        let fixes = in_distribution_fix(&evidence, &tail, event, self.default_floor())?;
        let verdict = |kind, scores: Vec<f64>| Verdict::new(kind, names.iter().cloned().zip(scores));
        let combined = combine(&names, &propagated, &unusual, &deviations);
        let verdicts = vec![
            verdict(VerdictKind::ShapleyItScore, contributions(&evidence, &attribution)),
            verdict(VerdictKind::ShapleyMeanDeviation, deviations),
            verdict(VerdictKind::NoiseScore, unusual),
            verdict(VerdictKind::Propagation, propagated),
            verdict(VerdictKind::SmoothTraversal, smooth_traversal(&evidence)),
            verdict(VerdictKind::ScoreOrdering, score_ordering(&evidence)),
            verdict(VerdictKind::InDistributionFix, fixes),
        ];
        let findings = self.findings_of_diagnosis(&attribution, config)?;
        let (strength, doubts) = judge(&evidence, &attribution, &combined, &verdicts, &findings);
        let strength = capped(strength, &findings);
        let observed = event.finite(target)?;
        let usual = attribution.score.tail_probability.unwrap_or(1.0);
        let resolution = attribution.score.floor.unwrap_or(0.0);
        let counterfactuals = combined
            .iter()
            .take(config.counterfactuals)
            .map(|suspect| {
                Counterfactual::of(&suspect.node, (target, observed), event, (&tail, &mean), (usual, resolution))
            })
            .collect::<Result<_>>()?;
        let (target, missing) = (target.to_owned(), evidence.missing);
        Ok(Diagnosis {
            target,
            combined,
            strength,
            doubts,
            findings,
            verdicts,
            counterfactuals,
            missing,
            attribution,
            mean_deviation,
        })
    }
}

impl FittedModel {
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

/// A verdict is at most as sure as every finding allows.
fn capped(strength: Strength, findings: &[Finding]) -> Strength {
    findings.iter().map(|finding| finding.kind.caps()).fold(strength, Strength::min)
}

/// How far the first of the ranking can be trusted, and why not further.
fn judge(
    evidence: &Evidence,
    attribution: &Attribution,
    combined: &[CombinedScore],
    verdicts: &[Verdict],
    findings: &[Finding],
) -> (Strength, Vec<String>) {
    let mut doubts = Vec::new();
    let found = |kind| findings.iter().any(|finding: &Finding| finding.kind == kind);
    // Not −0.00, which rounding may leave of a certain event.
    let score = attribution.score.value.max(0.0);
    // To its other side the target is unusual all the same, which a finding says.
    let usual = score < NOT_UNUSUAL && !found(FindingKind::OtherSide);
    let nobody = !evidence.nodes.iter().any(|node| node.noise_surprise >= NOT_UNUSUAL);
    // Of few rows nothing is unusual, however far out: a finding says that, too.
    if usual && !(attribution.score.saturated && found(FindingKind::FewRows)) {
        doubts.push(format!(
            "`{}` is hardly unusual: its outlier score is {score:.2} nats, that of {}.",
            attribution.target,
            share_of_rows((-score).exp())
        ));
    }
    if nobody && !found(FindingKind::FewRows) {
        doubts.push("No node is unusual given its parents.".to_owned());
    }
    if usual || nobody {
        return (Strength::Thin, doubts);
    }
    let [first, others @ ..] = combined else { return (Strength::Thin, doubts) };
    let rivals = others.iter().take_while(|other| other.score >= AS_SUSPECT * first.score);
    doubts.extend(rivals.map(|rival| format!("`{}` is about as suspect as `{}`.", rival.node, first.node)));
    for verdict in verdicts {
        if let Some(other) = verdict.first().filter(|&other| other != first.node) {
            doubts.push(format!("By {} it is `{other}`.", verdict.kind));
        }
    }
    let named = verdicts.iter().filter_map(Verdict::first);
    let (agree, all) = named.fold((0, 0), |(agree, all), node| (agree + usize::from(node == first.node), all + 1));
    let has_rival = others.first().is_some_and(|other| other.score >= AS_SUSPECT * first.score);
    let strength = if has_rival || 2 * agree < all { Strength::Contested } else { Strength::Strong };
    (strength, doubts)
}
