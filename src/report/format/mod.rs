//! What programs read: JSON and other formats of serde, and CSV.

mod csv;
mod json;
mod verdict;

pub use verdict::{DiagnosisInBrief, FirstOfVerdict};
