//! What programs read: JSON and other formats of serde, CSV, and the formats of places where people work.

mod csv;
mod grafana;
mod json;
mod markdown;
mod open_metrics;
mod verdict;

use crate::findings::Strength;

pub use grafana::GrafanaAnnotation;
pub use verdict::{DiagnosisInBrief, FirstOfVerdict};

/// How strong evidence is, in the word that it has in JSON.
fn strength_word(strength: Strength) -> &'static str {
    match strength {
        Strength::Thin => "thin",
        Strength::Contested => "contested",
        Strength::Strong => "strong",
    }
}
