//! A graph wired to its mechanisms, and the only loops over it: values from noises, noises from values, draws, and what is
//! linear.

mod abduction;
mod category;
mod forward;
mod linear;
mod measured;
mod nodes;
mod rounding;
#[cfg(test)]
mod tests;

pub(crate) use abduction::{Origin, Recovered, Rounding};
pub(super) use linear::Expansion;
pub(crate) use nodes::{WiredNode, Wiring};
