//! The one way in which this crate writes files.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::place::{Place, place};
use super::stale;
use crate::error::{Error, Result};

/// How many temporary files of one process may be in use for one path.
const MOST_TEMPORARY: u32 = 1000;

/// A file that takes a while to write: under another name until it is whole, so that nobody reads half of it, by the rules of
/// [`write_file`](super::write_file).
///
/// One that is dropped before it is [finished](Self::finish) is gone, and whatever had its name stays. Nothing is buffered.
///
/// ```
/// use std::io::Write;
///
/// # fn main() -> etiology::Result<()> {
/// # let path = std::env::temp_dir().join(format!("etiology-unfinished-{}", std::process::id()));
/// let mut file = etiology::files::UnfinishedFile::create(&path)?;
/// let written = writeln!(file, "first line").and_then(|()| writeln!(file, "second line"));
/// assert!(written.is_ok() && !path.exists());
/// file.finish()?;
/// assert!(path.exists());
/// # std::fs::remove_file(path).unwrap();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct UnfinishedFile {
    /// As the caller calls it.
    path: PathBuf,
    file: File,
    /// Nothing for a device or a pipe, which is written to where it is.
    temporary: Option<Temporary>,
}

/// A file beside another, whose place it will take; gone when dropped before.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    target: PathBuf,
    permissions: Option<fs::Permissions>,
}

impl UnfinishedFile {
    /// Begins a file.
    ///
    /// # Errors
    /// [`Error::CannotWrite`](crate::Error::CannotWrite), when the folder is missing or may not be written to.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::open(path).map_err(|error| cannot_write(path, &error))
    }

    /// Flushes what was written to the disk and gives it its name, in one step.
    ///
    /// # Errors
    /// [`Error::CannotWrite`](crate::Error::CannotWrite), when the disk is full or the folder gone; what had the name is still there then.
    pub fn finish(self) -> Result<()> {
        let path = self.path.clone();
        self.put().map_err(|error| cannot_write(&path, &error))
    }

    fn open(path: &Path) -> io::Result<Self> {
        let (file, temporary) = match place(path)? {
            Place::Stream(stream) => (stream.options().open(path)?, None),
            Place::File { path: target, permissions } => {
                let (beside, file) = create_beside(&target)?;
                (file, Some(Temporary { path: beside, target, permissions }))
            }
        };
        Ok(Self { path: path.to_owned(), file, temporary })
    }

    fn put(self) -> io::Result<()> {
        let Some(mut temporary) = self.temporary else { return Ok(()) };
        if let Some(permissions) = temporary.permissions.take() {
            self.file.set_permissions(permissions)?;
        }
        // Else a crash soon after could leave an empty file under the new name.
        self.file.sync_all()?;
        drop(self.file);
        fs::rename(&temporary.path, &temporary.target)?;
        sync_folder(&temporary.target);
        Ok(())
    }
}

impl Write for UnfinishedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Not there any more if it has its name by now; and an error that matters came before this one.
        let _ = fs::remove_file(&self.path);
    }
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::CannotWrite { path: path.display().to_string(), message: error.to_string() }
}

pub(crate) fn write_whole(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = UnfinishedFile::open(path)?;
    file.write_all(contents)?;
    file.put()
}

/// Makes a temporary file where one would be written, and removes it.
pub(super) fn try_beside(path: &Path) -> io::Result<()> {
    match place(path)? {
        // To open a pipe would wait for its reader.
        Place::Stream(_) => Ok(()),
        Place::File { path, .. } => {
            let (temporary, file) = create_beside(&path)?;
            drop(file);
            fs::remove_file(temporary)
        }
    }
}

fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or_else(|| io::Error::other("the path has no file name"))?;
    stale::remove_beside(path, name);
    for attempt in 0..MOST_TEMPORARY {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(stale::ending(std::process::id(), attempt));
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
