//! Questions that can be asked of a fitted model, or of tables and a graph, one room each.

pub(crate) mod attribution;
mod node_scores;
pub(crate) mod robust_change;

pub use node_scores::NodeScore;
