//! Intervals that include what is not known of the model: it is fitted again and again to resampled rows.

mod config;
mod interval;
mod result;
mod run;

pub use config::{BootstrapConfig, BootstrapMethod};
pub use result::{BootstrapInterval, BootstrapIntervals, NodeInterval};
