//! Attribution: how much each node's noise contributed to an outlier of the target.

mod attribute;
mod bank;
mod bottlenecks;
mod closed_form;
mod columns;
mod config;
mod effects;
mod estimates;
mod game;
mod jackknife;
mod kernels;
mod measure;
mod pivot;
mod plan;
mod prepared;
mod program;
mod result;
mod samples;

pub use config::{AttributionConfig, Estimator, Floor, Quantity};
pub use result::{Attribution, Contribution, ScoreEstimate};
