//! The one error type of the crate.

mod variants;
mod words;

pub use variants::Error;
pub(crate) use words::{list_names, list_with_guess};

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;
