//! Files that are there in full or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file beside the one asked for and then renames it, so that a reader never sees half of it and a failure
/// leaves the old one in place.
///
/// # Errors
/// A message that names the file, when it cannot be written.
pub(crate) fn write_atomically(path: &Path, text: &str) -> Result<(), String> {
    let temporary = temporary_beside(path)?;
    let written = write_and_rename(&temporary, path, text);
    if written.is_err() {
        // It may not be there at all; the first failure is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(|error| message(path, &error))
}

/// Whether a file can be written, as far as that shows beforehand; whatever is there stays as it is.
///
/// # Errors
/// A message that names the file, when it cannot.
pub(crate) fn check_writable(path: &Path) -> Result<(), String> {
    let temporary = temporary_beside(path)?;
    if path.is_dir() {
        return Err(message(path, &io::Error::from(io::ErrorKind::IsADirectory)));
    }
    File::create_new(&temporary).and_then(|_| fs::remove_file(&temporary)).map_err(|error| message(path, &error))
}

fn temporary_beside(path: &Path) -> Result<PathBuf, String> {
    let name = path.file_name().ok_or_else(|| format!("cannot write `{}`: it names no file", path.display()))?;
    let mut temporary = name.to_os_string();
    temporary.push(format!(".{}.part", std::process::id()));
    Ok(path.with_file_name(temporary))
}

fn message(path: &Path, error: &io::Error) -> String {
    format!("cannot write `{}`: {error}", path.display())
}

fn write_and_rename(temporary: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(temporary)?;
    file.write_all(text.as_bytes())?;
    // Else a crash soon after could leave an empty file under the new name.
    file.sync_all()?;
    fs::rename(temporary, path)
}
