//! Structural causal models: a graph with a mechanism for every node, before and after fitting.

mod fitted;
mod leverage;
mod recovery;
mod reference;
mod structural;

pub use fitted::FittedModel;
pub use structural::StructuralCausalModel;

pub(crate) use recovery::Recovered;
