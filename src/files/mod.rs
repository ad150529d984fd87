//! Files that are written as a whole or not at all, and never in the place of something that is no file.

mod identity;
mod place;
mod stale;
mod write;

use std::path::Path;

use crate::error::Result;

pub use identity::is_same_file;
pub use write::UnfinishedFile;
use write::cannot_write;
pub(crate) use write::write_whole;

/// Writes a file so that readers see the old contents or all of the new, and a failure leaves the old in place.
///
/// - The new contents go to a temporary file beside it, are flushed to the disk, and take its name in one step. Temporary files that a
///   process left behind when it was killed are removed.
/// - A symbolic link stays, and the file that it points to is written. The permissions of a file that is there are kept.
/// - A device, a pipe or a socket (`/dev/stdout`, `/dev/null`, a named pipe) is written to, never replaced.
///
/// # Errors
/// [`Error::CannotWrite`](crate::Error::CannotWrite), when the folder is missing or may not be written to, or the disk is full.
pub fn write_file(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> Result<()> {
    let path = path.as_ref();
    write_whole(path, contents.as_ref()).map_err(|error| cannot_write(path, &error))
}

/// Whether [`write_file`] could write there, as far as that shows beforehand; whatever is there stays as it is. Before long work, to
/// learn at once that its result could not be kept.
///
/// # Errors
/// [`Error::CannotWrite`](crate::Error::CannotWrite), as [`write_file`] would return it.
pub fn check_writable(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    write::try_beside(path).map_err(|error| cannot_write(path, &error))
}

#[cfg(test)]
mod tests;
