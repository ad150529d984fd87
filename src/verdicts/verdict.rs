//! What a verdict is: a ranking of the nodes by one kind of evidence.

use std::fmt;

use crate::numeric::ranks::sort_by;
use serde::{Deserialize, Serialize};

/// Scores that differ by no more than this, relative to their size, are equal.
const ROUNDING: f64 = 1e-9;

/// By what evidence a verdict ranks the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VerdictKind {
    /// Contributions to the target's outlier score, in nats (Budhathoki et al., ICML 2022).
    ShapleyItScore,
    /// Contributions to the target's deviation from its expected value, in the target's unit, in the direction of the
    /// deviation.
    ShapleyMeanDeviation,
    /// How unusual the node's noise is given its parents, in nats. Unlike [`noise_score`](crate::attribution::Contribution::noise_score) it is
    /// less where the parents lie outside of what the mechanism was fitted to or the noise was so before the event, at most what a normal tail gives, and
    /// grows with the distance beyond what training had.
    NoiseScore,
    /// How much of what is anomalous in the node and downstream of it the anomaly of its own noise can account for, in nats beyond one row in twenty.
    Propagation,
    /// How much more unusual the node is than any of its parents, in nats (Okati et al., arXiv 2406.05014).
    SmoothTraversal,
    /// How unusual the node is, whatever its parents, in nats (Okati et al., arXiv 2406.05014).
    ScoreOrdering,
    /// Several of them together, see [`CombinedScore`](crate::verdicts::CombinedScore); between 0 and 1.
    Combined,
    /// How unusual the node's noise is, plus by how many nats normal noise at the node makes the event rarer: among nodes
    /// that are anomalous and whose parents are not (Nagalapatti et al., ICLR 2025, arXiv 2505.00930).
    InDistributionFix,
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::ShapleyItScore => "Shapley, outlier score",
            Self::ShapleyMeanDeviation => "Shapley, mean deviation",
            Self::NoiseScore => "discounted noise score",
            Self::Propagation => "propagation",
            Self::SmoothTraversal => "smooth traversal",
            Self::ScoreOrdering => "score ordering",
            Self::Combined => "combined",
            Self::InDistributionFix => "in-distribution fix",
        })
    }
}

/// A node with what a verdict makes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The node's name.
    pub node: String,
    /// The larger, the more likely the root cause; the unit depends on the verdict. At most 0 where the verdict has
    /// nothing against the node.
    pub score: f64,
}

/// The nodes ranked by one kind of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Verdict {
    /// By what evidence.
    pub kind: VerdictKind,
    /// The target and its ancestors, the most suspect first, equal ones in topological order. Nodes whose value is
    /// missing in the event are left out.
    pub ranking: Vec<Candidate>,
}

impl Verdict {
    pub(super) fn new(kind: VerdictKind, candidates: impl IntoIterator<Item = (String, f64)>) -> Self {
        let mut ranking: Vec<Candidate> =
            candidates.into_iter().map(|(node, score)| Candidate { node, score }).collect();
        sort_by(&mut ranking, &|a, b| b.score.total_cmp(&a.score));
        Self { kind, ranking }
    }

    /// The most suspect node; nothing if two share the first place or the verdict has nothing against anyone.
    pub fn first(&self) -> Option<&str> {
        let mut leaders = self.leaders();
        let first = leaders.next()?;
        leaders.next().is_none().then_some(first)
    }

    /// All who share the first place, but for rounding; nobody if the verdict has nothing against anyone.
    pub fn leaders(&self) -> impl Iterator<Item = &str> {
        let most = self.ranking.first().map_or(0.0, |first| first.score);
        let share = self.ranking.iter().take_while(move |one| one.score > 0.0 && one.score >= most * (1.0 - ROUNDING));
        share.map(|one| one.node.as_str())
    }

    /// A node's score, if it was ranked.
    pub fn score(&self, node: &str) -> Option<f64> {
        self.ranking.iter().find(|candidate| candidate.node == node).map(|candidate| candidate.score)
    }

    /// The probability that a node is among the first `places`, when those with equal scores are put in random order.
    pub fn chance_within(&self, node: &str, places: usize) -> f64 {
        let Some(score) = self.score(node) else { return 0.0 };
        let before = self.ranking.iter().filter(|candidate| candidate.score > score).count();
        let equal = self.ranking.iter().filter(|candidate| candidate.score == score).count();
        (places.saturating_sub(before) as f64 / equal as f64).min(1.0)
    }
}
