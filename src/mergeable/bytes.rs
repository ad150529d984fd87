//! What travels between processes, as bytes in the `postcard` format: states that are merged.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

pub(crate) fn write(value: &impl Serialize) -> Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|error| Error::DamagedModel { message: error.to_string() })
}

/// What [`write`] wrote, and nothing behind it.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], name: &'static str) -> Result<T> {
    let damaged = |found: String| Error::InvalidParameter { name, requirement: "the bytes that were written", found };
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(damaged(format!("longer by {} bytes", rest.len()))),
        Err(error) => Err(damaged(error.to_string())),
    }
}
