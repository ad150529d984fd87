//! Files that take a while to write: under another name until they are whole, so that nobody reads half of one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A file under way. What is dropped before [`finish`](Self::finish) is gone, and whatever had the name stays.
pub(super) struct Unfinished {
    path: PathBuf,
    /// Where it is written meanwhile; nothing for a device or a pipe, which is written to in its place.
    beside: Option<PathBuf>,
}

impl Unfinished {
    pub(super) fn create(path: &Path) -> Result<(Self, File), String> {
        let is_special = fs::metadata(path).is_ok_and(|data| !data.is_file());
        let beside = (!is_special).then(|| {
            let mut name = OsString::from(".");
            name.push(path.file_name().unwrap_or_default());
            name.push(".unfinished");
            path.with_file_name(name)
        });
        let file = File::create(beside.as_deref().unwrap_or(path))
            .map_err(|error| format!("`{}` cannot be written: {error}", path.display()))?;
        Ok((Self { path: path.to_owned(), beside }, file))
    }

    pub(super) fn finish(mut self) -> Result<(), String> {
        let Some(beside) = self.beside.take() else { return Ok(()) };
        let renamed =
            File::open(&beside).and_then(|file| file.sync_all()).and_then(|()| fs::rename(&beside, &self.path));
        renamed.map_err(|error| {
            let _ = fs::remove_file(&beside);
            format!("`{}` cannot be written: {error}", self.path.display())
        })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
    }
}
