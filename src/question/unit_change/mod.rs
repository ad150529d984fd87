//! Why a value differs between two rows, of one model or of two: inputs, mechanisms and noises share the difference.

mod config;
mod node;
mod result;
mod sides;
mod system;

pub use config::UnitChangeConfig;
pub use result::{ChangePart, ChangeSource, UnitChange};
