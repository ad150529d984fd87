//! A graph wired to its mechanisms, and the only loops over it: values from noises, noises from values, draws, and what is
//! linear.

mod abduction;
mod altered;
mod category;
mod forward;
mod linear;
mod measured;
mod nodes;
mod rounding;
#[cfg(test)]
mod tests;

pub(crate) use abduction::{Origin, Recovered, Rounding};
pub(crate) use altered::{Alteration, Start};
pub(crate) use linear::Expansion;
pub(crate) use nodes::{WiredNode, Wiring};
