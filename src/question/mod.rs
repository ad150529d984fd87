//! Questions that can be asked of a fitted model, one room each.

pub(crate) mod arrow_strength;
pub(crate) mod attribution;
pub(crate) mod change;
pub(crate) mod influence;
mod integrals;
pub(crate) mod intervention;
mod node_scores;
pub(crate) mod relevance;
pub(crate) mod unit_change;

pub use node_scores::NodeScore;
