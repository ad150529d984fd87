//! Attribution: how much each node's noise contributed to an outlier of the target.

mod assemble;
mod attribute;
mod attributor;
mod bank;
mod bottlenecks;
mod closed_form;
mod columns;
mod config;
mod deadline;
mod estimates;
mod fourier;
mod game;
mod jackknife;
mod kernels;
mod measure;
mod partly_linear;
mod pivot;
mod plan;
mod precision;
mod program;
mod result;
mod roles;
mod sampler;
mod samples;
mod scrambled_net;
mod what_if;

pub use attributor::Attributor;
pub use config::{AttributionConfig, Estimator, Floor, NoiseSampling, Precision, Quantity};
pub use deadline::TimedAttribution;
pub use result::{Attribution, Contribution, MissingNode, ScoreEstimate, Unexplained};
pub use what_if::WhatIf;
