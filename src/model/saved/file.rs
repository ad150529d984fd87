//! Files: read with a limit, written as a whole or not at all.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::binary::is_binary;
use crate::error::{Error, Result};
use crate::files::write_whole;

/// Larger files are no models.
const MOST_BYTES: u64 = 1 << 31;
/// How many bytes tell a model from what is none.
const START: u64 = 4096;

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let read = || {
        let (mut file, mut bytes) = (File::open(path)?, Vec::new());
        (&mut file).take(START).read_to_end(&mut bytes)?;
        // Whatever else it is, its end need not be waited for: a device may have none.
        if !is_binary(&bytes) && bytes.trim_ascii_start().first() != Some(&b'{') {
            return Ok(bytes);
        }
        file.take(MOST_BYTES + 1 - START).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(io::Error::other("it is larger than 2 GiB"));
        }
        Ok(bytes)
    };
    read().map_err(|error| failed("read", path, &error))
}

pub(super) fn text<'b>(path: &Path, bytes: &'b [u8]) -> Result<&'b str> {
    std::str::from_utf8(bytes).map_err(|_| {
        let message = format!("{} holds neither a binary model nor text", path.display());
        Error::DamagedModel { message }
    })
}

/// Writes a model as a whole or not at all.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(path, bytes).map_err(|error| failed("write", path, &error))
}

fn failed(operation: &'static str, path: &Path, error: &io::Error) -> Error {
    Error::ModelFile { operation, path: path.display().to_string(), message: error.to_string() }
}
