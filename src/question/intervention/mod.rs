//! What becomes of a system in which somebody acts: draws, figures of a target, effects, and what would have been in rows
//! that were observed.

mod change;
mod config;
mod counterfactual;
mod draws;
mod effect;
mod estimate;
mod plan;
mod replacement;
mod request;
mod sampled;
mod target;
mod text;

pub use change::NodeChange;
pub use config::InterventionConfig;
pub use counterfactual::{CounterfactualNode, CounterfactualRow, LevelShare};
pub use effect::Effect;
pub use estimate::Estimate;
pub use replacement::Replacement;
pub use request::Intervention;
pub use target::InterventionalTarget;
