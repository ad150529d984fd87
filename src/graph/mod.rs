//! The causal graph: which node acts directly on which.
//!
//! A [`CausalGraph`] comes from edges, from `petgraph`, or from a call graph, whose arrows are turned round: a slow callee makes its
//! caller slow. What had to be repaired on the way is told in a [`GraphRepair`].

mod call_counts;
mod call_graph;
mod causal_graph;
mod cycle;
mod dropped_call;
mod marginal;

pub use causal_graph::CausalGraph;
pub use dropped_call::{DropReason, DroppedCall};
pub use marginal::{GraphRepair, RemovalReason, RemovedNode};
