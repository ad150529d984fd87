//! Choosing a mechanism for every node by what it makes of rows that it has not seen.

mod candidates;
mod classes;
mod comparison;
mod config;
mod crps;
mod report;
mod rivals;
mod rows;
mod warnings;

pub use config::{AssignmentConfig, MechanismSearch};
pub use report::{AssignmentReport, AssignmentWarning, CandidateScore, NodeAssignment};

pub(crate) use comparison::{Chosen, choose};
pub(crate) use rivals::Rivals;

#[cfg(test)]
mod tests;
