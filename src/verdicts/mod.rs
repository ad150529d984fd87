//! Several verdicts on the same event, side by side: who is the root cause?
//!
//! Attribution answers *by how much* each node contributed, if the model is right. Each verdict here answers *who* from
//! another part of the evidence, and fails where others do not; [`diagnose`](crate::FittedModel::diagnose) lines them up.

mod combined;
mod config;
mod counterfactual;
mod diagnose;
mod diagnosis;
mod drift;
mod evidence;
mod in_distribution_fix;
mod noise_score;
mod propagation;
mod score_ordering;
mod shapley_share;
mod smooth_traversal;
mod verdict;

pub use combined::CombinedScore;
pub use config::DiagnosisConfig;
pub use counterfactual::Counterfactual;
pub use diagnosis::{Confidence, Diagnosis};
pub use verdict::{Candidate, Verdict, VerdictKind};
