//! The answer.

use crate::numeric::ranks::sort_by;

use serde::{Deserialize, Serialize};

/// What a part of a difference comes of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeSource {
    /// The value of a parent, which is another in the second row.
    Input,
    /// The mechanism, which is another in the second model: its function with the intercept, and what is expected of its noise.
    Mechanism,
    /// The noise, counted from what its mechanism expects.
    Noise,
}

/// A part of a difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChangePart {
    /// The parent of an input; the node whose mechanism or noise it is, for the others.
    pub node: String,
    /// What it comes of.
    pub source: ChangeSource,
    /// How much of the difference it is, in the target's unit.
    pub value: f64,
    /// The standard error of the value, in the same unit: of permutations and of draws. 0 where all is exact.
    pub std_error: f64,
}

/// Why a value differs between two rows. `Display` shows it as a table, the largest part first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UnitChange {
    /// The node that is asked about.
    pub target: String,
    /// Its value in the first row, in its unit; what is expected of it there if it was observed in neither.
    pub before: f64,
    /// Its value in the second row.
    pub after: f64,
    /// Whether the target was observed, so that its own noise is known. Else the difference is of what is expected given the parents.
    pub observed: bool,
    /// The parts, in the order of the graph; they sum to `after − before`, together with `rounding`.
    pub parts: Vec<ChangePart>,
    /// What is left to rounding, in the target's unit: all noises together that differ by no more than the steps of measured values allow. Nothing
    /// unless it was [told apart](super::UnitChangeConfig::rounding_apart).
    pub rounding: Option<f64>,
}

impl UnitChange {
    /// The difference, in the target's unit.
    pub fn total(&self) -> f64 {
        self.after - self.before
    }

    /// How much of the difference comes of this; 0 for what nothing comes of.
    pub fn part(&self, node: &str, source: ChangeSource) -> f64 {
        let found = self.parts.iter().find(|part| part.node == node && part.source == source);
        found.map_or(0.0, |part| part.value)
    }

    /// All parts, the largest first, whatever their signs.
    pub fn ranked(&self) -> Vec<&ChangePart> {
        let mut parts: Vec<&ChangePart> = self.parts.iter().collect();
        sort_by(&mut parts, &|one, other| other.value.abs().total_cmp(&one.value.abs()));
        parts
    }
}
