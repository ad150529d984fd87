//! The binary format: a header that stays as it is in all versions, and the model in postcard's encoding.

use super::layout::{LaterPart, SavedModel};
use super::version::{FIRST_VERSION, check_version};
use crate::error::{Error, Result};

/// No text begins like this, and a transfer that changes line ends or strips the eighth bit destroys it.
const MAGIC: [u8; 8] = *b"\x89ETI\r\n\x1a\n";
/// Magic number, version (4 bytes), length (8 bytes) and CRC-32 (4 bytes) of what follows, all little-endian.
const HEADER: usize = 24;

pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

pub(super) fn encode(model: &SavedModel) -> Result<Vec<u8>> {
    let mut body = postcard::to_stdvec(&model.first).map_err(|error| damaged(error.to_string()))?;
    if model.version() > FIRST_VERSION {
        body.extend(postcard::to_stdvec(&model.later).map_err(|error| damaged(error.to_string()))?);
    }
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend(MAGIC);
    bytes.extend(model.version().to_le_bytes());
    bytes.extend((body.len() as u64).to_le_bytes());
    bytes.extend(crc32fast::hash(&body).to_le_bytes());
    bytes.extend(body);
    Ok(bytes)
}

pub(super) fn decode(bytes: &[u8]) -> Result<SavedModel> {
    let (version, body) = open(bytes)?;
    let failed = |error| damaged(described(&error));
    let (first, mut rest) = postcard::take_from_bytes(body).map_err(failed)?;
    let mut later = LaterPart::default();
    if version > FIRST_VERSION {
        (later, rest) = postcard::take_from_bytes(rest).map_err(failed)?;
    }
    if rest.is_empty() {
        Ok(SavedModel { first, later })
    } else {
        Err(damaged(format!("{} bytes are left over", rest.len())))
    }
}

/// The version and what follows the header, if it is whole and of a version that can be read.
fn open(bytes: &[u8]) -> Result<(u32, &[u8])> {
    if !is_binary(bytes) {
        return Err(damaged("it does not begin as one".to_owned()));
    }
    let header = bytes.get(MAGIC.len()..HEADER).and_then(|fields| {
        let (version, fields) = fields.split_first_chunk()?;
        let (length, fields) = fields.split_first_chunk()?;
        let (checksum, _) = fields.split_first_chunk()?;
        Some((u32::from_le_bytes(*version), u64::from_le_bytes(*length), u32::from_le_bytes(*checksum)))
    });
    let Some((version, length, checksum)) = header else {
        return Err(damaged(format!("it ends after {} bytes, within its header", bytes.len())));
    };
    let body = &bytes[HEADER..];
    if body.len() as u64 != length {
        return Err(damaged(format!("it has {} bytes after its header, which promises {length}", body.len())));
    }
    if crc32fast::hash(body) != checksum {
        return Err(damaged("its checksum is not that of its bytes".to_owned()));
    }
    check_version(version)?;
    Ok((version, body))
}

fn damaged(message: String) -> Error {
    Error::DamagedModel { message }
}

fn described(error: &postcard::Error) -> String {
    match error {
        postcard::Error::DeserializeUnexpectedEnd => "a list or text is longer than what is left of it".to_owned(),
        postcard::Error::SerdeDeCustom => {
            "it holds a number that is not finite or out of range, or a list of the wrong length".to_owned()
        }
        other => other.to_string(),
    }
}
