//! What a proof says.

use serde::{Deserialize, Serialize};

use super::falsifier::Falsifier;
use crate::verdicts::counterfactual::Counterfactual;

/// The proof of a verdict, which a person can check step by step. `Display` prints it in plain words.
///
/// [`FittedModel::prove`](crate::FittedModel::prove) makes it, and a [`Diagnosis`](crate::Diagnosis) has one for its first suspect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proof {
    /// The shape of this in JSON and how it is to be read: [`Proof::SCHEMA`]. The whole of a diagnosis is described by
    /// `docs/schema/diagnosis-1.json`.
    pub schema: String,
    /// The node that is said to be the root cause.
    pub suspect: String,
    /// The node whose value is to be explained.
    pub target: String,
    /// Whether the path holds.
    pub status: PathStatus,
    /// The suspect, then the nodes through which most of what it did reached the target, and the target last; the suspect alone where it is
    /// the target. Empty where no path holds: a step that its own test contradicts is no proof.
    pub path: Vec<Hop>,
    /// The share of what the suspect did to the target that went along this path, of all paths; nothing where there is no path.
    pub carried: Option<f64>,
    /// What would have been had the suspect behaved normally; nothing where means of the target overflow.
    pub counterfactual: Option<Counterfactual>,
    /// What would have to be seen if the verdict were wrong, and whether it was.
    pub falsifiers: Vec<Falsifier>,
    /// How many rows before the event were looked at for the first deviation of each node; nothing where there were none.
    pub recent_rows: Option<usize>,
    /// P-values below this are not told apart.
    pub resolution: f64,
}

impl Proof {
    /// The shape of a proof in JSON. The number grows when a field changes its meaning or is taken away, not when one is added.
    pub const SCHEMA: &'static str = "etiology.proof/1";

    /// Whether the path holds and nothing was found that speaks against the verdict.
    pub fn holds(&self) -> bool {
        self.status == PathStatus::Verified && self.against().next().is_none()
    }

    /// What was found that would have to be seen if the verdict were wrong.
    pub fn against(&self) -> impl Iterator<Item = &Falsifier> {
        self.falsifiers.iter().filter(|falsifier| falsifier.found == Some(true))
    }
}

/// Whether the path from the suspect to the target holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PathStatus {
    /// The suspect does not follow from its causes, and each node after it deviates and follows from the one before.
    Verified,
    /// There is a path that no test contradicts, but not every step is shown.
    Partly {
        /// What is not shown, in sentences.
        reason: String,
    },
    /// No path passes its own tests.
    None {
        /// Why, in sentences.
        reason: String,
    },
}

impl PathStatus {
    /// Why the path does not hold altogether; nothing where it does.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Verified => None,
            Self::Partly { reason } | Self::None { reason } => Some(reason),
        }
    }
}

/// A node on the path, with what was seen there and what its mechanism expects.
///
/// All values are in the node's unit. Of a category, `observed` is the code of its level, and what is usual or expected is the probability
/// of the observed level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hop {
    /// The node's name.
    pub node: String,
    /// The node before it on the path; nothing for the suspect.
    pub parent: Option<String>,
    /// Nodes between the two that have no value in the event, in the order of the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<String>,
    /// What was observed.
    pub observed: f64,
    /// The observed level of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_level: Option<String>,
    /// What is usual whatever the parents: the median and the range of 90 % of the training values.
    pub usual: Likely,
    /// How many times the usual median was observed, where values are amounts, never negative.
    pub multiple: Option<f64>,
    /// What the mechanism expects given the event's values of its parents: the mean, and a range of 90 % that includes the error of the
    /// fit.
    pub expected: Likely,
    /// What it would expect had the node before been as it would be with a normal suspect, all other parents as observed; nothing for the
    /// suspect.
    pub expected_without: Option<Likely>,
    /// The probability of a value as unusual given the parents: twice the smaller tail of the noise, with the error of the fit.
    pub p_value: f64,
    /// The same, had all parents been as they would be with a normal suspect; nothing for the suspect.
    pub p_value_without: Option<f64>,
    /// The probability of a value as unusual whatever the parents.
    pub p_value_usual: f64,
    /// The share of what the suspect did to this node that came from the node before; nothing for the suspect.
    pub carried: Option<f64>,
    /// The row before the event from which on the node deviated in every row, counted from 0; the number of rows where it is the event alone.
    /// Nothing where there are no such rows, or the event's value is usual.
    pub first_row: Option<usize>,
    /// When that row was, as [`DiagnosisConfig::recent_times`](crate::DiagnosisConfig::recent_times) has it; nothing where that is not known, or it is the event
    /// alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// Whether the node follows from the one before. The suspect itself should not follow from its causes.
    pub verdict: HopVerdict,
}

/// A central value and where nearly all lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Likely {
    /// The median of what is usual, the mean of what is expected; for a category the probability of the observed level.
    pub value: f64,
    /// The range of 90 %. Nothing for a category, and where the mechanism was never shown such parents.
    pub range: Option<Range>,
}

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Range {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Whether a node's value follows from its parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HopVerdict {
    /// It does: given its parents it is usual.
    Explained,
    /// Its parents account for half or more of what is off, but the rest is unusual by itself.
    OnlyPartly,
    /// It does not.
    NotExplained,
}
