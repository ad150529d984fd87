//! The one way in which this crate writes files.

use std::ffi::OsString;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::stale;

/// How many temporary files of one process may be in use for one path.
const MOST_TEMPORARY: u32 = 1000;
/// How many links may point to each other in a row, as Linux has it.
const MOST_LINKS: usize = 40;

pub(crate) fn write_whole(path: &Path, contents: &[u8]) -> io::Result<()> {
    match place(path)? {
        Place::Stream(mut stream) => stream.options().open(path)?.write_all(contents),
        Place::File { path, permissions } => replace(&path, permissions, contents),
    }
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

/// What a path leads to.
enum Place {
    /// Something that is written to where it is.
    Stream(Stream),
    /// A file, there or not, behind all symbolic links.
    File { path: PathBuf, permissions: Option<fs::Permissions> },
}

enum Stream {
    /// A device, a pipe or a socket.
    Device,
    /// A file that is open already, as standard output is when a shell has sent it to a file: what is in it stays.
    OpenFile,
}

impl Stream {
    fn options(&mut self) -> OpenOptions {
        let mut options = OpenOptions::new();
        match self {
            Self::Device => options.write(true),
            Self::OpenFile => options.append(true),
        };
        options
    }
}

fn place(path: &Path) -> io::Result<Place> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        Ok(there) if !there.is_file() || is_special(there.file_type()) => Ok(Place::Stream(Stream::Device)),
        Ok(_) if path.starts_with("/dev") || path.starts_with("/proc") => Ok(Place::Stream(Stream::OpenFile)),
        Ok(there) => Ok(Place::File { path: fs::canonicalize(path)?, permissions: Some(there.permissions()) }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(Place::File { path: end_of_links(path)?, permissions: None })
        }
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn is_special(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_block_device() || kind.is_char_device() || kind.is_fifo() || kind.is_socket()
}

#[cfg(not(unix))]
fn is_special(_: FileType) -> bool {
    false
}

/// Where a symbolic link to a file that is not there yet points to.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("symbolic links point to each other"))
}

fn replace(path: &Path, permissions: Option<fs::Permissions>, contents: &[u8]) -> io::Result<()> {
    let (temporary, mut file) = create_beside(path)?;
    let written = file.write_all(contents).and_then(|()| match permissions {
        Some(permissions) => file.set_permissions(permissions),
        None => Ok(()),
    });
    // Else a crash soon after could leave an empty file under the new name.
    let flushed = written.and_then(|()| file.sync_all());
    drop(file);
    let renamed = flushed.and_then(|()| fs::rename(&temporary, path));
    if renamed.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&temporary);
    }
    renamed?;
    sync_folder(path);
    Ok(())
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
