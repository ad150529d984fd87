//! Intervals that include the fit: the model is fitted again and again to resampled rows.
//!
//! [`StructuralCausalModel::bootstrap`](crate::StructuralCausalModel::bootstrap) gives [`FigureIntervals`] of any figures of a
//! fitted model, [`bootstrap_pair`](crate::StructuralCausalModel::bootstrap_pair) of two, and
//! [`bootstrap_attribution`](crate::StructuralCausalModel::bootstrap_attribution) the [`BootstrapIntervals`] of an attribution.

mod attribution;
mod config;
mod events;
mod figures;
mod interval;
mod question;
mod resampling;
mod result;
mod rows;
mod tails;

pub use config::{BootstrapConfig, BootstrapMethod};
pub use figures::{FigureInterval, FigureIntervals, Figures};
pub use result::{BootstrapInterval, BootstrapIntervals, NodeInterval};
