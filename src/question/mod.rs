//! Questions that can be asked of a fitted model, or of tables and a graph, one room each.

pub(crate) mod arrow_strength;
pub(crate) mod attribution;
pub(crate) mod change;
mod each_row;
pub(crate) mod influence;
mod integrals;
pub(crate) mod intervention;
mod node_scores;
pub(crate) mod relevance;
pub(crate) mod robust_change;
pub(crate) mod unit_change;

pub use node_scores::NodeScore;
