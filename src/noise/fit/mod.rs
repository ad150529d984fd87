//! Fitting a distribution to values: which family, its maximum-likelihood estimate, and where its tails begin.

mod choice;
mod family;
mod fitting;
mod from_moments;
mod likelihood;
mod pareto;
mod tail;
#[cfg(test)]
mod tests;

pub use choice::{FamilyChoice, FamilyScore};
pub use family::{Location, NoiseFamily};
pub use tail::{Tail, TailConfig};

pub(crate) use from_moments::ValueMoments;
