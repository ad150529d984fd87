//! Arrow strength: what is lost of a node when one of its parents is drawn anew.

mod ask;
mod config;
mod counted;
mod density;
mod divergence;
mod edge;
mod result;
mod variance;

pub use config::{ArrowMeasure, ArrowStrengthConfig};
pub use result::{ArrowMethod, ArrowStrength, ArrowStrengths};
