//! What would have to be seen if a verdict were wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Something that would have to be seen if the verdict were wrong, and whether it was looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Falsifier {
    /// Which of them.
    pub kind: FalsifierKind,
    /// What would be seen, in a sentence.
    pub statement: String,
    /// Whether it was looked for.
    pub looked_for: bool,
    /// Whether it was found; nothing where it was not looked for.
    pub found: Option<bool>,
    /// What was seen instead, or why it was not looked for, in a sentence.
    pub seen: String,
    /// The figures behind it: p-values, values in the unit of their node, rows, nats.
    pub evidence: BTreeMap<String, f64>,
}

/// What may speak against a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FalsifierKind {
    /// The suspect follows from its own causes.
    FollowsFromItsCauses,
    /// A cause of the suspect is as unusual given its own causes.
    CauseAsUnusual,
    /// Other effects of the suspect behave as if nothing had happened to it.
    OtherEffectsUsual,
    /// The target would be unusual without the suspect, too.
    TargetUnusualWithout,
    /// Something else deviated before the suspect did.
    OthersBefore,
    /// The suspect's effects follow another value than the one recorded.
    OnlyTheRecord,
}

impl Falsifier {
    pub(super) fn new(kind: FalsifierKind, statement: impl Into<String>) -> Self {
        let (statement, seen) = (statement.into(), String::new());
        Self { kind, statement, looked_for: false, found: None, seen, evidence: BTreeMap::new() }
    }

    /// It was looked for, and this was seen.
    pub(super) fn looked_for(self, found: bool, seen: impl Into<String>) -> Self {
        Self { looked_for: true, found: Some(found), seen: seen.into(), ..self }
    }

    /// It was not looked for, as a sentence says.
    pub(super) fn not_looked_for(self, why: impl Into<String>) -> Self {
        Self { seen: why.into(), ..self }
    }

    /// With a figure, unless it is no number.
    pub(super) fn with(mut self, name: impl Into<String>, value: f64) -> Self {
        if value.is_finite() {
            self.evidence.insert(name.into(), value);
        }
        self
    }
}
