//! The version of the format, which both formats carry.

use crate::error::{Error, Result};

/// The version of what is saved. It grows whenever something is saved that earlier versions of this crate cannot read.
pub(super) const FORMAT_VERSION: u32 = 2;
/// The version of models that have nothing which the first one lacks: they are still saved so that it can read them.
pub(super) const FIRST_VERSION: u32 = 1;

/// Whether a model of this version can be read.
///
/// # Errors
/// When it was saved by a later version of this crate, or there is no such version.
pub(super) fn check_version(found: u32) -> Result<()> {
    match found {
        FIRST_VERSION..=FORMAT_VERSION => Ok(()),
        0 => Err(Error::DamagedModel { message: "there is no format version 0".to_owned() }),
        _ => Err(Error::NewerModel { found, supported: FORMAT_VERSION }),
    }
}
