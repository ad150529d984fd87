//! Faults that are made, with everything known of them.

mod autoregressive;
mod hard;
mod simulated;
mod three_causes;

pub(crate) use autoregressive::cases as autoregressive;
pub(crate) use hard::{Half, cases as hard};
pub(crate) use simulated::cases as simulated;
pub(crate) use three_causes::cases as three_causes;
