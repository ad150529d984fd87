//! One finding.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use super::kind::FindingKind;

use crate::wording::Visible;

/// Something that speaks against an answer: what was seen, and what to do about it.
///
/// `Display` prints the evidence and the remedy, which are full sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Which check found it.
    pub kind: FindingKind,
    /// The nodes it is about; empty where it is about the model as a whole.
    pub nodes: Vec<String>,
    /// What was seen, in numbers.
    pub evidence: String,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    /// A finding of these; evidence and remedy are full sentences.
    pub fn new(
        kind: FindingKind,
        nodes: impl IntoIterator<Item = String>,
        evidence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { kind, nodes: nodes.into_iter().collect(), evidence: evidence.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let Self { evidence, remedy, .. } = self;
        write!(formatter, "{evidence} {remedy}")
    }
}
