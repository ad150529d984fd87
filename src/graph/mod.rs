//! The causal graph: which node acts directly on which.

mod call_counts;
mod call_graph;
mod causal_graph;
mod cycle;
mod marginal;

pub use call_graph::{DropReason, DroppedCall};
pub use causal_graph::CausalGraph;
pub use marginal::{GraphRepair, RemovalReason, RemovedNode};
