//! What must hold of files that are written, whatever is there.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::error::Error;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("etiology-files-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn the_new_replaces_the_old_and_nothing_else_is_left() {
    let folder = Folder::new("plain");
    let path = folder.at("page.html");
    check_writable(&path).unwrap();
    assert!(folder.names().is_empty());
    write_file(&path, "first").unwrap();
    write_file(&path, "second").unwrap();
    check_writable(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "second");
    assert_eq!(folder.names(), ["page.html"]);
}

#[test]
fn what_takes_a_while_is_there_when_it_is_whole_and_leaves_nothing_otherwise() {
    let folder = Folder::new("unfinished");
    let path = folder.at("causes.csv");
    write_file(&path, "old").unwrap();
    let mut given_up = UnfinishedFile::create(&path).unwrap();
    given_up.write_all(b"half").unwrap();
    assert_eq!(folder.names().len(), 2);
    drop(given_up);
    assert_eq!((folder.names(), fs::read_to_string(&path).unwrap()), (vec!["causes.csv".to_owned()], "old".to_owned()));
    let [mut one, mut other] = [(); 2].map(|()| UnfinishedFile::create(&path).unwrap());
    one.write_all(b"one").unwrap();
    other.write_all(b"other").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    one.finish().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    other.finish().unwrap();
    assert_eq!(
        (folder.names(), fs::read_to_string(&path).unwrap()),
        (vec!["causes.csv".to_owned()], "other".to_owned())
    );
    UnfinishedFile::create("/dev/null").unwrap().finish().unwrap();
    let error = UnfinishedFile::create(folder.at("no/causes.csv")).unwrap_err();
    assert!(matches!(error, Error::CannotWrite { .. }), "{error}");
}

#[test]
fn a_folder_or_a_missing_one_is_an_error_that_names_the_path() {
    let folder = Folder::new("missing");
    for path in [folder.at("no/page.html"), folder.0.clone(), PathBuf::from("")] {
        let (checked, written) = (check_writable(&path).unwrap_err(), write_file(&path, "x").unwrap_err());
        assert!(
            matches!(&written, Error::CannotWrite { path: named, .. } if *named == path.display().to_string()),
            "{written}"
        );
        assert_eq!(checked.to_string(), written.to_string());
    }
}

#[test]
fn what_a_killed_process_left_is_removed_and_what_another_writes_is_not() {
    let folder = Folder::new("stale");
    // No process has this number, as Linux gives none above 2²².
    let (stale, foreign) = (folder.at(".page.html.4294967295-0.tmp"), folder.at(".page.html.backup"));
    let alive = folder.at(&format!(".page.html{}", stale::ending(1, 0)));
    for path in [&stale, &foreign, &alive] {
        fs::write(path, "half").unwrap();
    }
    write_file(folder.at("page.html"), "x").unwrap();
    assert!(foreign.exists() && alive.exists());
    assert_eq!(stale.exists(), !Path::new("/proc/self").exists());
}

#[test]
fn one_file_is_the_same_however_it_is_spelled() {
    let folder = Folder::new("same");
    fs::create_dir(folder.at("inner")).unwrap();
    fs::write(folder.at("a"), "").unwrap();
    fs::write(folder.at("b"), "").unwrap();
    assert!(is_same_file(folder.at("a"), folder.at("inner/../a")));
    assert!(!is_same_file(folder.at("a"), folder.at("b")));
    assert!(is_same_file(folder.at("new"), folder.at("inner/../new")));
    assert!(!is_same_file(folder.at("new"), folder.at("newer")));
    fs::hard_link(folder.at("a"), folder.at("hard")).unwrap();
    assert!(is_same_file(folder.at("a"), folder.at("hard")) || !cfg!(unix));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::io::Read;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    #[test]
    fn permissions_are_kept_and_links_are_followed() {
        let folder = Folder::new("links");
        let (file, link, dangling) = (folder.at("file"), folder.at("link"), folder.at("dangling"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        symlink("later", &dangling).unwrap();
        assert!(is_same_file(&file, &link) && is_same_file(&dangling, folder.at("later")));
        write_file(&link, "new").unwrap();
        write_file(&dangling, "late").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_to_string(folder.at("later")).unwrap(), "late");
        symlink("circle", folder.at("circle")).unwrap();
        write_file(folder.at("circle"), "x").unwrap_err();
    }

    #[test]
    fn devices_and_pipes_are_written_to_and_stay() {
        let folder = Folder::new("devices");
        check_writable("/dev/null").unwrap();
        write_file("/dev/null", "x").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        assert!(!is_same_file("/dev/null", "/dev/null"));
        let pipe = folder.at("pipe");
        if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|made| made.success()) {
            // A system without named pipes.
            return;
        }
        check_writable(&pipe).unwrap();
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut text = String::new();
                fs::File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
                text
            }
        });
        write_file(&pipe, "through").unwrap();
        assert_eq!(reader.join().unwrap(), "through");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    }
}
