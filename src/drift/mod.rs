//! Whether nodes have moved since training: before an event is explained, are the rows around it still normal?
//!
//! [`FittedModel::drift_check`](crate::FittedModel::drift_check) gives a [`DriftReport`].

mod check;
mod report;

pub use crate::checks::ScaleWarning;
pub use report::{DriftReport, DriftTest, NodeDrift};
