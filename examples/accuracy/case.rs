//! A fault with its label.

use etiology::{CausalGraph, Dataset, Observation};

/// An event whose root cause is known.
pub(crate) struct Case {
    /// Says which part of a benchmark it belongs to.
    pub(crate) name: String,
    pub(crate) graph: CausalGraph,
    /// Normal operation.
    pub(crate) normal: Dataset,
    /// The one row to explain.
    pub(crate) event: Observation,
    /// The rows just before it.
    pub(crate) recent: Option<Dataset>,
    pub(crate) target: String,
    pub(crate) root_cause: String,
}
