//! How sure a verdict is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How strong the evidence for the first of a ranking is. The weaker is the lesser, so a cap is a minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Strength {
    /// Too little is out of the ordinary, or too much is wrong with the model, to name anyone.
    Thin,
    /// The verdicts disagree, another node is as suspect, or a finding speaks against the model.
    Contested,
    /// The evidence points to one node, and nothing was found that speaks against it.
    Strong,
}

impl fmt::Display for Strength {
    /// A few words that say what was found, not whether all is well.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Thin => "too thin to name",
            Self::Contested => "contested",
            Self::Strong => "strong evidence",
        })
    }
}
