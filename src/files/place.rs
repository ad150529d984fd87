//! What a path leads to, and how it is written to.

use std::fs::{self, FileType, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// How many links may point to each other in a row, as Linux has it.
const MOST_LINKS: usize = 40;

/// What a path leads to.
pub(super) enum Place {
    /// Something that is written to where it is.
    Stream(Stream),
    /// A file, there or not, behind all symbolic links.
    File { path: PathBuf, permissions: Option<fs::Permissions> },
}

pub(super) enum Stream {
    /// A device, a pipe or a socket.
    Device,
    /// A file that is open already, as standard output is when a shell has sent it to a file: what is in it stays.
    OpenFile,
}

impl Stream {
    pub(super) fn options(&self) -> OpenOptions {
        let mut options = OpenOptions::new();
        match self {
            Self::Device => options.write(true),
            Self::OpenFile => options.append(true),
        };
        options
    }
}

pub(super) fn place(path: &Path) -> io::Result<Place> {
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
