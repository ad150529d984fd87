//! What a diagnosis says.

use serde::{Deserialize, Serialize};

use super::counterfactual::Counterfactual;
use super::methods::CombinedScore;
use super::verdict::{Verdict, VerdictKind};
use crate::question::attribution::Attribution;

/// How far the first of the combined ranking can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confidence {
    /// The evidence points to one node.
    Clear,
    /// The verdicts disagree, or another node is as suspect.
    Contested,
    /// Too little is out of the ordinary to name anyone.
    Thin,
}

/// Several verdicts on one event, and what they come to together. `Display` prints them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The node whose value is to be explained.
    pub target: String,
    /// The combined ranking of the target and its ancestors, the most suspect first. Nodes whose value is missing are
    /// left out.
    pub combined: Vec<CombinedScore>,
    /// How far the first of them can be trusted.
    pub confidence: Confidence,
    /// Why it is not clear, in sentences; empty where it is.
    pub doubts: Vec<String>,
    /// Each verdict by itself.
    pub verdicts: Vec<Verdict>,
    /// What would have been, had the most suspect nodes behaved normally; in the order of the ranking.
    pub counterfactuals: Vec<Counterfactual>,
    /// The target's ancestors whose value is missing in the event: no verdict says anything of them.
    pub missing: Vec<String>,
    /// The attribution of the target's outlier score.
    pub attribution: Attribution,
    /// The attribution of the target's deviation from its expected value.
    pub mean_deviation: Attribution,
}

impl Diagnosis {
    /// The root cause that the evidence points to; nothing where it is too thin.
    pub fn root_cause(&self) -> Option<&str> {
        match self.confidence {
            Confidence::Thin => None,
            Confidence::Clear | Confidence::Contested => self.combined.first().map(|first| first.node.as_str()),
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

    /// The verdicts whose first node is this one.
    pub fn supporters(&self, node: &str) -> impl Iterator<Item = VerdictKind> + '_ {
        let node = node.to_owned();
        self.verdicts.iter().filter(move |verdict| verdict.first() == Some(node.as_str())).map(|verdict| verdict.kind)
    }
}
