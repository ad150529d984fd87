//! The causal graph: which node acts directly on which.

mod call_counts;
mod call_graph;
mod causal_graph;
mod cycle;
mod dropped_call;
mod marginal;

pub use causal_graph::CausalGraph;
pub use dropped_call::{DropReason, DroppedCall};
pub use marginal::{GraphRepair, RemovalReason, RemovedNode};
