//! Several verdicts on the same event, side by side: who is the root cause?
//!
//! Attribution answers *by how much* each node contributed, if the model is right. Each verdict here answers *who* from
//! another part of the evidence, and fails where others do not; [`diagnose`](crate::FittedModel::diagnose) lines them up.

mod asked;
mod causes;
mod confidence;
mod config;
mod counterfactual;
mod diagnose;
mod diagnosis;
mod everywhere;
mod evidence;
mod methods;
mod prepared;
mod proof;
mod rows;
mod strength;
mod thresholds;
mod verdict;

pub use crate::findings::Strength;
pub use causes::Cause;
pub use config::DiagnosisConfig;
pub use counterfactual::Counterfactual;
pub use diagnosis::Diagnosis;
pub use everywhere::{Suspect, SystemDiagnosis};
pub use methods::CombinedScore;
pub use prepared::{Diagnoser, TimedDiagnosis};
pub use proof::{Falsifier, FalsifierKind, Hop, HopVerdict, Likely, PathStatus, Proof, Range};
pub use rows::RowsDiagnosis;
pub use verdict::{Candidate, Verdict, VerdictKind};
