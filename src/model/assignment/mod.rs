//! Choosing a mechanism for every node by what it makes of rows that it has not seen.

mod candidates;
mod choice;
mod config;
mod crps;
mod node_data;
mod report;
mod warnings;

pub use config::{AssignmentConfig, MechanismSearch};
pub use report::{AssignmentReport, AssignmentWarning, CandidateScore, NodeAssignment};

pub(super) use choice::{Chosen, choose};
