//! What would have been, had somebody acted: the noises of a row are recovered and replayed in the world of the intervention.

mod cells;
mod columns;
mod open;
mod replay;
mod row;

pub use row::{CounterfactualNode, CounterfactualRow, LevelShare};
