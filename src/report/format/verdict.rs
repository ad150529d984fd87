//! A diagnosis in brief, in JSON and other formats of serde: what leads an answer.

use serde::Serialize;

use crate::findings::{Finding, Strength};
use crate::lags::LaggedEffect;
use crate::report::units::Units;
use crate::verdicts::{CombinedScore, Counterfactual, Diagnosis, VerdictKind};

/// What a program needs of a diagnosis beside the attribution, which it does not hold again: for answers that lead with the verdict and have
/// the contributions below it. Serde gives all of it, with figures in the unit of the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DiagnosisInBrief<'a> {
    /// The verdict in sentences, with units, see [`Diagnosis::headline_in`].
    pub headline: String,
    /// The root cause that the evidence points to; nothing where it is too thin.
    pub root_cause: Option<&'a str>,
    /// How strong the evidence is.
    pub strength: Strength,
    /// Why the verdicts by themselves are not strong, in sentences.
    pub doubts: &'a [String],
    /// What speaks against the model or the question.
    pub findings: &'a [Finding],
    /// The combined ranking, the most suspect first.
    pub combined: &'a [CombinedScore],
    /// Whom each verdict names first.
    pub verdicts: Vec<FirstOfVerdict<'a>>,
    /// What would have been, had the most suspect nodes behaved normally.
    pub counterfactuals: &'a [Counterfactual],
    /// The target's ancestors whose value is missing, of which no verdict says anything.
    pub missing: &'a [String],
    /// The lags that the event was put together with, see [`Diagnosis::lags`].
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub lags: &'a [LaggedEffect],
}

/// Whom a verdict names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FirstOfVerdict<'a> {
    /// Which verdict.
    pub kind: VerdictKind,
    /// The node that it names first, and those that share the place; none where it names nobody.
    pub first: Vec<&'a str>,
}

impl Diagnosis {
    /// The diagnosis without the attributions, as [`DiagnosisInBrief`] says, with a headline in these units.
    ///
    /// ```
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// # let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let diagnosis = model.diagnose("api", &slow, &DiagnosisConfig::default())?;
    /// let brief = diagnosis.in_brief(&etiology::report::Units::default());
    /// assert_eq!((brief.root_cause, brief.combined.len()), (Some("db"), 2));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn in_brief(&self, units: &Units) -> DiagnosisInBrief<'_> {
        let verdicts = self.verdicts.iter().map(|verdict| {
            let first = verdict.leaders().collect();
            FirstOfVerdict { kind: verdict.kind, first }
        });
        DiagnosisInBrief {
            headline: self.headline_in(units),
            root_cause: self.root_cause(),
            strength: self.strength,
            doubts: &self.doubts,
            findings: &self.findings,
            combined: &self.combined,
            verdicts: verdicts.collect(),
            counterfactuals: &self.counterfactuals,
            missing: &self.missing,
            lags: &self.lags,
        }
    }
}
