//! Intervals that include the fit: the model is fitted again and again to resampled rows.
//!
//! [`StructuralCausalModel::bootstrap_attribution`](crate::StructuralCausalModel::bootstrap_attribution) gives
//! [`BootstrapIntervals`].

mod config;
mod figures;
mod interval;
mod result;
mod rows;
mod run;
mod tails;

pub use config::{BootstrapConfig, BootstrapMethod};
pub use result::{BootstrapInterval, BootstrapIntervals, NodeInterval};
