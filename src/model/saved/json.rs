//! The text format.

use serde::{Deserialize, Serialize};

use super::layout::{FirstPart, LaterPart, SavedModel};
use super::version::{FIRST_VERSION, check_version};
use crate::error::{Error, Result};

/// How a file says that it holds a model of this crate.
const FORMAT: &str = "etiology model";

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u32,
    model: &'a FirstPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    later: Option<&'a LaterPart>,
}

#[derive(Deserialize)]
struct Read {
    format: String,
    version: u32,
    model: FirstPart,
    #[serde(default)]
    later: LaterPart,
}

/// What a file says of its format, whether or not this version can read the model in it.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

pub(super) fn encode(model: &SavedModel) -> Result<String> {
    let version = model.version();
    let later = (version > FIRST_VERSION).then_some(&model.later);
    let written = Written { format: FORMAT, version, model: &model.first, later };
    serde_json::to_string(&written).map_err(|error| Error::DamagedModel { message: error.to_string() })
}

pub(super) fn decode(text: &str) -> Result<SavedModel> {
    match serde_json::from_str::<Read>(text) {
        Ok(Read { format, version, model, later }) => {
            check(&format, version)?;
            Ok(SavedModel { first: model, later })
        }
        Err(error) => {
            // Only now, as it means to read the text twice.
            if let Ok(Header { format, version }) = serde_json::from_str(text) {
                check(&format, version)?;
            }
            Err(Error::DamagedModel { message: error.to_string() })
        }
    }
}

fn check(format: &str, version: u32) -> Result<()> {
    if format != FORMAT {
        return Err(Error::DamagedModel { message: format!("its format is `{format}` instead of `{FORMAT}`") });
    }
    check_version(version)
}
