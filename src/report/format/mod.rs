//! What programs read: JSON and other formats of serde, CSV, and the formats of places where people work.

mod csv;
mod grafana;
mod json;
mod markdown;
mod open_metrics;
mod verdict;

pub use grafana::GrafanaAnnotation;
pub use verdict::{DiagnosisInBrief, FirstOfVerdict};
