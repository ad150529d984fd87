//! x
mod data;
mod error;
mod graph;
mod random;
pub use data::{Dataset, Observation};
pub use error::{Error, Result};
pub use graph::{CausalGraph, DropReason, DroppedCall};
