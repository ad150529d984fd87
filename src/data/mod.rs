//! Tables of observations: named `f64` columns whose shape and names are checked once.

mod cleaning;
mod csv;
mod dataset;
mod names;
mod observation;

pub use dataset::Dataset;
pub use observation::Observation;

pub(crate) use csv::{read_pairs, read_pairs_path};
