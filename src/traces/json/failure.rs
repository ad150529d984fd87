//! An error of ours on its way through serde, which would keep nothing of it but its text.

use crate::error::{Error, Result};

/// Keeps an error of ours for the caller, and stops serde with a copy of its text.
pub(super) fn stop<T, E: serde::de::Error>(result: Result<T>, failure: &mut Option<Error>) -> Result<T, E> {
    result.map_err(|error| {
        let message = E::custom(&error);
        *failure = Some(error);
        message
    })
}
