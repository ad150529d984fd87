//! Whether two paths are one file.

use std::fs;
use std::path::{Path, PathBuf};

/// Whether two paths lead to the same file, whatever they are spelled like: through symbolic links, hard links, `./` and `..`. A file need
/// not be there yet. Devices and pipes are no files: both may be written to twice.
pub fn is_same_file(first: impl AsRef<Path>, second: impl AsRef<Path>) -> bool {
    match (Identity::of(first.as_ref()), Identity::of(second.as_ref())) {
        (Some(first), Some(second)) => first == second,
        _ => false,
    }
}

#[derive(PartialEq)]
enum Identity {
    #[cfg(unix)]
    Inode(u64, u64),
    Path(PathBuf),
}

impl Identity {
    /// What a path leads to; nothing for what is no file.
    fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(there) if !there.is_file() => None,
            #[cfg(unix)]
            Ok(there) => {
                use std::os::unix::fs::MetadataExt;
                Some(Self::Inode(there.dev(), there.ino()))
            }
            #[cfg(not(unix))]
            Ok(_) => fs::canonicalize(path).ok().map(Self::Path),
            Err(_) => Self::of_absent(path),
        }
    }

    /// By the folder that it would be in, behind a link that points to nothing yet.
    fn of_absent(path: &Path) -> Option<Self> {
        let path = match fs::read_link(path) {
            Ok(next) => path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => path.to_owned(),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(Self::Path(fs::canonicalize(folder).ok()?.join(path.file_name()?)))
    }
}
