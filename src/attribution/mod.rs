//! Attribution: how much each node's noise contributed to an outlier of the target.

mod attribute;
mod bank;
mod config;
mod game;
mod jackknife;
mod measure;
mod pivot;
mod plan;
mod result;

pub use config::{AttributionConfig, Floor, Quantity};
pub use result::{Attribution, Contribution, ScoreEstimate};
