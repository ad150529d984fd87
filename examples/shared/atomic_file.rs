//! Files that are there in full or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file beside the one asked for and then renames it, so that a reader never sees half of it and a failure
/// leaves the old one in place.
///
/// # Errors
/// A message that names the file, when it cannot be written.
pub(crate) fn write_atomically(path: &Path, text: &str) -> Result<(), String> {
    let message = |error: io::Error| format!("cannot write `{}`: {error}", path.display());
    let name = path.file_name().ok_or_else(|| format!("cannot write `{}`: it names no file", path.display()))?;
    let mut temporary = name.to_os_string();
    temporary.push(format!(".{}.part", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let written = write_and_rename(&temporary, path, text);
    if written.is_err() {
        // It may not be there at all; the first failure is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(message)
}

fn write_and_rename(temporary: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(temporary)?;
    file.write_all(text.as_bytes())?;
    // Else a crash soon after could leave an empty file under the new name.
    file.sync_all()?;
    fs::rename(temporary, path)
}
