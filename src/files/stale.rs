//! Temporary files that a process left behind when it was killed.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Where it does not show which processes are alive, a temporary file is taken for left behind after this time.
const SURELY_STALE: Duration = Duration::from_secs(24 * 3600);

/// How the name of a temporary file ends.
pub(super) fn ending(process: u32, attempt: u32) -> String {
    format!(".{process}-{attempt}.tmp")
}

/// Removes what was left behind beside a file of this name. What cannot be removed is no reason not to write.
pub(super) fn remove_beside(path: &Path, name: &OsStr) {
    let Some(name) = name.to_str() else { return };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else { return };
    let prefix = format!(".{name}.");
    for entry in entries.flatten() {
        let process = entry.file_name().to_str().and_then(|found| process_of(found.strip_prefix(&prefix)?));
        if process.is_some_and(|process| is_over(process, &entry)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The process in an [`ending`] without its first point.
fn process_of(ending: &str) -> Option<u32> {
    let (process, attempt) = ending.strip_suffix(".tmp")?.split_once('-')?;
    attempt.parse::<u32>().ok()?;
    process.parse().ok()
}

fn is_over(process: u32, entry: &fs::DirEntry) -> bool {
    if process == std::process::id() {
        return false;
    }
    if Path::new("/proc/self").exists() {
        return !Path::new("/proc").join(process.to_string()).exists();
    }
    let age = entry.metadata().and_then(|there| there.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > SURELY_STALE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_taken_for_temporary() {
        assert_eq!(process_of("12-0.tmp"), Some(12));
        assert_eq!(["", "12.tmp", "x-0.tmp", "12-x.tmp", "12-0.part"].map(process_of), [None; 5]);
        assert_eq!(process_of(ending(7, 3).strip_prefix('.').unwrap()), Some(7));
    }
}
