//! Whether nodes have moved since training: before an event is explained, are the rows around it still normal?

mod check;
mod report;
mod scale;

pub use report::{DriftReport, DriftTest, NodeDrift, ScaleWarning};
