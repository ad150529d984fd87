//! Several rows as one event: who is the root cause of an incident.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::config::DiagnosisConfig;
use super::diagnosis::Diagnosis;
use super::methods::CombinedScore;
use super::thresholds::{AS_SUSPECT, NOT_UNUSUAL};
use super::verdict::VerdictKind;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::findings::Strength;
use crate::model::FittedModel;
use crate::numeric::ranks::sort_by;
use crate::question::attribution::{RowStatistic, RowsAttribution, direction};

/// The diagnosis of several rows as one event. `Display` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowsDiagnosis {
    /// The node whose values are to be explained.
    pub target: String,
    /// The combined ranking, the most suspect first: the means over the rows that [show the event](Self::shown) of what propagation and noises say, and
    /// the shares of the rows' common deviation from what is expected of the statistic.
    pub combined: Vec<CombinedScore>,
    /// How strong the evidence for the first of them is: strong where it is so in half of the rows that show the event by themselves, and for no other in any; thin
    /// where the rows are hardly unusual together.
    pub strength: Strength,
    /// Why it is not strong, in sentences; empty where it is.
    pub doubts: Vec<String>,
    /// The rows that show the event, from the first to before the last: the stretch in which noises are most unusual altogether. Rows before a fault, or after it, say
    /// nothing of who began it, so the ranking is that of these.
    pub shown: Range<usize>,
    /// How many of these rows by themselves are strong evidence for the first of the ranking.
    pub strong_rows: usize,
    /// The attribution of how unusual the rows are together.
    pub attribution: RowsAttribution,
    /// The attribution of the statistic's deviation from its expected value.
    pub mean_deviation: RowsAttribution,
}

impl RowsDiagnosis {
    /// The root cause that the evidence points to; nothing where it is too thin.
    pub fn root_cause(&self) -> Option<&str> {
        match self.strength {
            Strength::Thin => None,
            Strength::Strong | Strength::Contested => self.combined.first().map(|first| first.node.as_str()),
        }
    }
}

impl FittedModel {
    /// Asks who is the root cause of several rows together, as an incident has them. Costs a [`diagnose`](Self::diagnose) for every row, and
    /// two attributions of [all together](Self::attribute_rows_together).
    ///
    /// # Errors
    /// As [`attribute_rows_together`](Self::attribute_rows_together) and, with the number of the row, [`diagnose`](Self::diagnose).
    ///
    /// ```
    /// use etiology::attribution::RowStatistic;
    /// use etiology::{AdditiveNoiseModel, CausalGraph, Dataset, DiagnosisConfig, KnownFormula, NoiseDistribution};
    ///
    /// let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// let incident = Dataset::from_columns([("db", [0.13; 4]), ("api", [0.18, 0.185, 0.175, 0.18])])?;
    /// let diagnosis = model.diagnose_rows_together("api", &incident, RowStatistic::Mean, &DiagnosisConfig::default())?;
    /// assert_eq!(diagnosis.root_cause(), Some("db"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn diagnose_rows_together(
        &self,
        target: &str,
        rows: &Dataset,
        statistic: RowStatistic,
        config: &DiagnosisConfig,
    ) -> Result<RowsDiagnosis> {
        config.check()?;
        let attribution = self.attribute_rows_together(target, rows, statistic, &config.of_score())?;
        let mean_deviation = self.attribute_rows_together(target, rows, statistic, &config.of_mean_deviation())?;
        let each = config.clone().with_counterfactuals(0).with_proofs(0);
        let each = rows.observations().enumerate().map(|(row, event)| {
            self.diagnose(target, &event, &each).map_err(|cause| Error::InRow { row, cause: Box::new(cause) })
        });
        let each = each.collect::<Result<Vec<Diagnosis>>>()?;
        let shown = shown(&each);
        let each = &each[shown.clone()];
        let combined = combine(each, &mean_deviation);
        let (strength, doubts, strong_rows) = strength(&combined, each, &attribution);
        let target = target.to_owned();
        Ok(RowsDiagnosis { target, combined, strength, doubts, shown, strong_rows, attribution, mean_deviation })
    }
}

/// What the largest of n scores of usual noises has in one row of five above ln n, in nats: 1 − exp(−e^−1.5) = 0.2.
const BY_CHANCE: f64 = 1.5;

/// The stretch of rows in which the largest noise score exceeds what it is by chance by most in sum: all, of a fault that lasts; those from its beginning to
/// its end, where there are rows before or after it. The row that shows most, if none exceeds it.
fn shown(each: &[Diagnosis]) -> Range<usize> {
    let excess = |one: &Diagnosis| {
        let noises = one.verdict(VerdictKind::NoiseScore).map_or(&[][..], |verdict| &verdict.ranking);
        let most = noises.first().map_or(0.0, |first| first.score);
        most - (noises.len().max(1) as f64).ln() - BY_CHANCE
    };
    let (mut best, mut largest) = (0..each.len().min(1), f64::NEG_INFINITY);
    let (mut start, mut sum) = (0, 0.0);
    for (row, excess) in each.iter().map(excess).enumerate() {
        if sum <= 0.0 {
            (start, sum) = (row, 0.0);
        }
        sum += excess;
        if sum > largest {
            (best, largest) = (start..row + 1, sum);
        }
    }
    best
}

fn combine(each: &[Diagnosis], mean_deviation: &RowsAttribution) -> Vec<CombinedScore> {
    let towards = direction(mean_deviation.quantity, mean_deviation.score.value);
    let sizes: f64 = mean_deviation.contributions.iter().map(|part| part.value.abs()).sum();
    let of_node = |part: &crate::attribution::RowsContribution| {
        let of_rows = || each.iter().filter_map(|one| one.combined.iter().find(|score| score.node == part.node));
        let mean = |figure: fn(&CombinedScore) -> f64| of_rows().map(figure).sum::<f64>() / each.len() as f64;
        let (propagation, noise) = (mean(|score| score.propagation), mean(|score| score.noise));
        let shapley = if sizes > 0.0 { (towards * part.value).max(0.0) / sizes } else { 0.0 };
        let score = (propagation + noise + shapley) / 3.0;
        CombinedScore { node: part.node.clone(), score, propagation, noise, shapley }
    };
    let mut combined: Vec<CombinedScore> = mean_deviation.contributions.iter().map(of_node).collect();
    sort_by(&mut combined, &|a, b| b.score.total_cmp(&a.score));
    combined
}

/// How strong the evidence is, why not stronger, and in how many rows it is strong by itself.
fn strength(
    combined: &[CombinedScore],
    each: &[Diagnosis],
    attribution: &RowsAttribution,
) -> (Strength, Vec<String>, usize) {
    let mut doubts = Vec::new();
    let Some(first) = combined.first() else { return (Strength::Thin, doubts, 0) };
    let strong = each.iter().filter(|one| one.strength == Strength::Strong);
    let (own, others): (Vec<&str>, Vec<&str>) =
        strong.filter_map(Diagnosis::root_cause).partition(|&node| node == first.node);
    let (rows, strong_rows) = (each.len(), own.len());
    let together = attribution.score.value;
    if together < NOT_UNUSUAL && !attribution.score.saturated {
        doubts.push(format!("The rows are hardly unusual together: {together:.2} nats."));
        return (Strength::Thin, doubts, strong_rows);
    }
    let rivals = combined[1..].iter().take_while(|other| other.score >= AS_SUSPECT * first.score);
    doubts.extend(rivals.map(|rival| format!("`{}` is about as suspect as `{}`.", rival.node, first.node)));
    if let Some(other) = others.first() {
        doubts.push(format!(
            "Of the rows that show the event, {} by themselves are strong evidence for others, as `{other}`.",
            others.len()
        ));
    }
    if 2 * strong_rows < rows {
        doubts.push(format!(
            "Of {rows} rows that show the event, {strong_rows} by themselves are strong evidence for `{}`.",
            first.node
        ));
    }
    let strength = if doubts.is_empty() { Strength::Strong } else { Strength::Contested };
    (strength, doubts, strong_rows)
}
