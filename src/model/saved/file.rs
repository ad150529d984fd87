//! Files: read with a limit, written as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Larger files are no models.
const MOST_BYTES: u64 = 1 << 31;
/// How many temporary files of one process may be left behind or in use for one path.
const MOST_TEMPORARY: u32 = 1000;

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
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

/// Writes to a temporary file in the same folder, flushes it to the disk, and gives it its name.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error| failed("write", path, &error);
    let (temporary, mut file) = create_beside(path).map_err(failed)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let renamed = written.and_then(|()| fs::rename(&temporary, path));
    if renamed.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&temporary);
    }
    renamed.map_err(failed)?;
    sync_folder(path);
    Ok(())
}

fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or_else(|| io::Error::other("the path has no file name"))?;
    for attempt in 0..MOST_TEMPORARY {
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let temporary = path.with_file_name(temporary);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many temporary files are beside it"))
}

/// Makes the new name last, where folders can be flushed. The file is whole and in place even where they cannot.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn failed(operation: &'static str, path: &Path, error: &io::Error) -> Error {
    Error::ModelFile { operation, path: path.display().to_string(), message: error.to_string() }
}
