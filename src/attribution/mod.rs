//! Attribution: how much each node's noise contributed to an outlier of the target.

mod attribute;
mod bank;
mod closed_form;
mod config;
mod effects;
mod estimates;
mod game;
mod jackknife;
mod measure;
mod pivot;
mod plan;
mod prepared;
mod result;
mod samples;
mod scrambled_net;

pub use config::{AttributionConfig, Estimator, Floor, NoiseSampling, Quantity};
pub use result::{Attribution, Contribution, ScoreEstimate};
