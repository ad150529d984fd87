//! Questions that can be asked of a fitted model, one room each.

pub(crate) mod arrow_strength;
pub(crate) mod attribution;
pub(crate) mod influence;
mod integrals;
mod node_scores;
pub(crate) mod relevance;

pub use node_scores::NodeScore;
