//! Multiply robust change: which mechanisms moved a statistic of the target between two tables, with standard errors that cover.

mod answer;
mod config;
mod fold;
mod ratios;
mod result;
mod rows;

pub use answer::robust_change;
pub use config::{RobustChangeConfig, RobustErrors, RobustQuantity, RobustWeights};
pub use result::{RobustChange, RobustContribution, RobustExplanation};
