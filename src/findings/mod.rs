//! What speaks against an answer before anyone is named: findings about a model, its data or an event, each with its evidence
//! and its remedy, and how sure a verdict may be at most because of it.

mod direction;
mod finding;
mod implied;
mod kind;
mod objections;
mod repeated_rows;
mod strength;
mod turned_edge;

pub use direction::Direction;
pub use finding::Finding;
pub use implied::ImpliedTests;
pub use kind::FindingKind;
pub use repeated_rows::RepeatedRows;
pub use strength::Strength;
pub use turned_edge::TurnedEdge;

pub(crate) use objections::Objections;
