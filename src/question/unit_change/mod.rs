//! Why a value differs between two rows, of one model or of two: inputs, mechanisms and noises share the difference.

mod both;
mod changer;
mod columns;
mod config;
mod node;
mod pair;
mod prepared;
mod result;
mod sides;

pub use changer::UnitChanger;
pub use columns::{RankedChange, UnitChangeColumns};
pub use config::UnitChangeConfig;
pub use result::{ChangePart, ChangeSource, UnitChange};
