//! Choosing a mechanism for every node by what it makes of rows that it has not seen.

mod candidates;
mod comparison;
mod config;
mod crps;
mod report;
mod rows;
mod warnings;

pub use config::{AssignmentConfig, MechanismSearch};
pub use report::{AssignmentReport, AssignmentWarning, CandidateScore, NodeAssignment};

pub(crate) use comparison::{Chosen, choose};

#[cfg(test)]
mod tests;
