//! What a diagnosis says.

use serde::{Deserialize, Serialize};

use super::causes::{Cause, explains};
use super::counterfactual::Counterfactual;
use super::methods::CombinedScore;
use super::proof::Proof;
use super::thresholds::unremarkable;
use super::verdict::{Verdict, VerdictKind};
use crate::findings::{Finding, Strength};
use crate::lags::LaggedEffect;
use crate::question::attribution::Attribution;

/// Further causes of so much of the largest noise score are named in the same breath as the first: in strong verdicts on incidents for development 96 of 99 of them
/// were root causes, and 25 of 40 of less.
const AS_UNUSUAL: f64 = 0.6;

/// Several verdicts on one event, and what they come to together. `Display` prints them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The node whose value is to be explained.
    pub target: String,
    /// The combined ranking of the target and its ancestors, the most suspect first. Nodes whose value is missing are
    /// left out.
    pub combined: Vec<CombinedScore>,
    /// The fewest nodes found that make the target normal when they are put back to normal together, the most suspect first; empty where the target is
    /// not unusual, a category, or without a mean. Where even all of them leave it unusual, a doubt says so.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// How often the first of a ranking was a root cause on such evidence, from 0 to 1, as far as incidents for development tell; what the findings say comes on
    /// top of it. `docs/trust.md` says how often it was right on others.
    #[serde(default)]
    pub confidence: f64,
    /// How strong the evidence for the first of the ranking is, at most what every finding allows.
    pub strength: Strength,
    /// Why the verdicts by themselves are not strong, in sentences; empty where they are.
    pub doubts: Vec<String>,
    /// What speaks against the model or the question: the findings of the attribution and of the diagnosis.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Each verdict by itself.
    pub verdicts: Vec<Verdict>,
    /// What would have been, had the most suspect nodes behaved normally; in the order of the ranking.
    pub counterfactuals: Vec<Counterfactual>,
    /// What proves that the most suspect nodes are at fault, and what would have to be seen if they were not; in the order of the ranking, and
    /// empty where the evidence is too thin to name anyone.
    #[serde(default)]
    pub proofs: Vec<Proof>,
    /// The target's ancestors whose value is missing in the event: no verdict says anything of them.
    pub missing: Vec<String>,
    /// The lags that the event was put together with, of edges among the target and its ancestors, see [`DiagnosisConfig::lags`](crate::DiagnosisConfig::lags).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lags: Vec<LaggedEffect>,
    /// The attribution of the target's outlier score.
    pub attribution: Attribution,
    /// The attribution of the target's deviation from its expected value. `None` where the event is so far outside the training data that
    /// means overflow, which a finding then says; there is no verdict of it then, and there are no counterfactuals.
    pub mean_deviation: Option<Attribution>,
}

impl Diagnosis {
    /// The set of causes, where it is more than one node, leaves a usual target, and all are about as unusual, so that each may be called a root cause; empty
    /// otherwise.
    pub(crate) fn together(&self) -> &[Cause] {
        let is_as_unusual = |cause: &Cause| {
            self.combined.iter().any(|suspect| suspect.node == cause.node && suspect.noise >= AS_UNUSUAL)
        };
        let are_told = self.causes.len() > 1 && explains(&self.causes) && self.causes.iter().all(is_as_unusual);
        if are_told { &self.causes } else { &[] }
    }

    /// Whether the target is not unusual itself, so that there is hardly anything to explain.
    pub(crate) fn has_a_usual_target(&self) -> bool {
        self.attribution.score.tail_probability.is_some_and(|tail| tail >= unremarkable())
    }

    /// The root cause that the evidence points to; nothing where it is too thin.
    pub fn root_cause(&self) -> Option<&str> {
        match self.strength {
            Strength::Thin => None,
            Strength::Strong | Strength::Contested => self.combined.first().map(|first| first.node.as_str()),
        }
    }

    /// The combined ranking as a verdict.
    pub fn combined_verdict(&self) -> Verdict {
        let scores = self.combined.iter().map(|combined| (combined.node.clone(), combined.score));
        Verdict::new(VerdictKind::Combined, scores)
    }

    /// One of the verdicts.
    pub fn verdict(&self, kind: VerdictKind) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.kind == kind)
    }

    /// The verdicts in which this node shares the first place with others.
    pub fn ties(&self, node: &str) -> impl Iterator<Item = VerdictKind> + '_ {
        let node = node.to_owned();
        let shared = move |verdict: &&Verdict| verdict.first().is_none() && verdict.leaders().any(|one| one == node);
        self.verdicts.iter().filter(shared).map(|verdict| verdict.kind)
    }

    /// The verdicts whose first node is this one, and no other with it.
    pub fn supporters(&self, node: &str) -> impl Iterator<Item = VerdictKind> + '_ {
        let node = node.to_owned();
        self.verdicts.iter().filter(move |verdict| verdict.first() == Some(node.as_str())).map(|verdict| verdict.kind)
    }
}
