//! What speaks against an answer before anyone is named: findings about a model, its data or an event, each with its evidence
//! and its remedy, and how sure a verdict may be at most because of it.

mod direction;
mod finding;
mod kind;
mod strength;

pub use direction::{Direction, ImpliedTests};
pub use finding::Finding;
pub use kind::FindingKind;
pub use strength::Strength;
