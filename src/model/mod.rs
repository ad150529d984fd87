//! Structural causal models: a graph with a mechanism for every node, before and after fitting.

mod assignment;
mod fitted;
mod recovery;
mod reference;
mod structural;

pub use assignment::{
    AssignmentConfig, AssignmentReport, AssignmentWarning, CandidateScore, MechanismSearch, NodeAssignment,
};
pub use fitted::FittedModel;
pub use structural::StructuralCausalModel;

pub(crate) use recovery::Recovered;
