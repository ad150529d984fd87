//! The map in `docs/dowhy.md` is also in the search of rustdoc: whoever looks for an old name finds the new item.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The first word of what follows a prefix, wherever the prefix is.
fn words_after<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    let word = |after: &'t str| after.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
    text.split(prefix).skip(1).filter_map(word).collect()
}

/// What the search of rustdoc finds: names of items, and aliases.
fn searchable() -> BTreeSet<String> {
    let mut texts = Vec::new();
    sources(&root().join("src"), &mut texts);
    let prefixes = ["doc(alias = \"", "pub fn ", "pub struct ", "pub enum ", "pub trait ", "fn "];
    let of_text = |text: &String| {
        let words = prefixes.iter().flat_map(|prefix| words_after(text, prefix));
        words.map(str::to_owned).collect::<Vec<String>>()
    };
    texts.iter().flat_map(of_text).collect()
}

/// The names in a span of code: what is called, and the span's own name. Of `ml.create_x(...)` it is `create_x`.
fn names(span: &str) -> Vec<&str> {
    let own = span.split(['(', '=']).next().unwrap_or_default();
    let called = span.match_indices('(').map(|(place, _)| &span[..place]);
    let last = |text: &'_ str| -> usize {
        text.rfind(|letter: char| !letter.is_alphanumeric() && letter != '_').map_or(0, |place| place + 1)
    };
    [own].into_iter().chain(called).map(|text| &text[last(text)..]).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_name_of_the_map_is_found_by_the_search_of_the_documentation() {
    let map = fs::read_to_string(root().join("docs/dowhy.md")).unwrap();
    let searchable = searchable();
    let rows = map.lines().skip_while(|line| !line.starts_with("## The model"));
    let rows = rows.take_while(|line| !line.starts_with("## Differences")).filter(|line| line.starts_with("| "));
    let (mut looked_up, mut missing) = (0, Vec::new());
    for row in rows {
        let mut cells = row.trim_matches('|').split(" | ");
        let (old, new) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default().trim());
        if old.contains("no counterpart") || new.starts_with("not here") || new.starts_with("not needed") {
            continue;
        }
        // What stands between backticks is every other piece.
        for span in old.split('`').skip(1).step_by(2) {
            for name in names(span).into_iter().filter(|name| *name != "dowhy" && *name != "gcm") {
                looked_up += 1;
                if !searchable.contains(name) {
                    missing.push(name.to_owned());
                }
            }
        }
    }
    assert!(looked_up > 80, "{looked_up}");
    assert!(missing.is_empty(), "no `doc(alias)` for {missing:?}");
}
