//! Files of this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Input, is_data, stores};
use crate::Result;

pub(super) fn files(pattern: &str) -> Result<Vec<Input>> {
    let path = Path::new(pattern);
    let found: Vec<PathBuf> = if path.is_file() {
        vec![path.to_owned()]
    } else if path.is_dir() {
        let entries = path.read_dir().map_err(|error| format!("the folder `{pattern}` cannot be read: {error}"))?;
        let files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
        let is_data =
            |path: &PathBuf| path.is_file() && path.file_name().is_some_and(|name| is_data(&name.to_string_lossy()));
        files.into_iter().filter(is_data).collect()
    } else {
        let paths = glob::glob(pattern).map_err(|error| format!("`{pattern}` is no pattern of files: {error}"))?;
        let files = paths.collect::<std::result::Result<Vec<PathBuf>, _>>()?;
        files.into_iter().filter(|path| path.is_file()).collect()
    };
    found.iter().map(|path| file(path)).collect()
}

pub(super) fn file(path: &Path) -> Result<Input> {
    let path = absolute(path)?;
    let data = fs::metadata(&path)?;
    let changed = data.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos().cast_signed());
    Ok(Input { path: path.display().to_string(), bytes: data.len(), changed, tag: None })
}

/// The path that a cluster's machines have for a file, too: they have other working folders.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|error| format!("`{}` cannot be read: {error}", path.display()).into())
}

/// A path on the command line of what has to be on this machine, as everything has that is written.
///
/// # Errors
/// When it is the address of something in a store.
pub(crate) fn local_path(text: &str) -> std::result::Result<PathBuf, String> {
    if stores::is_address(text) {
        return Err("this has to be on this machine; rows and events alone are read from stores".to_owned());
    }
    Ok(text.into())
}
