//! Checks of parameters, written so that NaN fails them.

use crate::{Error, Result};

/// `value`, if it is finite.
pub(super) fn finite(name: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(invalid(name, "finite", value)) }
}

/// `value`, if it is finite and above zero.
pub(super) fn positive(name: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(invalid(name, "finite and above 0", value)) }
}

/// The error of a parameter outside its range.
pub(super) fn invalid(name: &'static str, requirement: &'static str, found: f64) -> Error {
    Error::InvalidParameter { name, requirement, found: found.to_string() }
}
