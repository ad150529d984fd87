//! What all tables of CSV are written by.

use std::fmt;

use crate::report::escape::csv;

/// What stands in a cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'c> {
    /// What is not known, or does not apply.
    Empty,
    /// A number, with all its digits.
    Number(f64),
    Count(u64),
    Flag(bool),
    /// A word of ours.
    Word(&'static str),
    /// A name or other text of a user's, made harmless.
    Text(&'c str),
    /// Several names, quoted each, and then as one.
    List(&'c [String]),
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty | Self::List([]) => Ok(()),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Count(count) => write!(formatter, "{count}"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Word(word) => formatter.write_str(word),
            Self::Text(text) => formatter.write_str(&csv(text)),
            Self::List(names) => {
                let names: Vec<String> = names.iter().map(|name| csv(name)).collect();
                formatter.write_str(&csv(&names.join(",")))
            }
        }
    }
}

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Cell<'_> {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<u64> for Cell<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<'c> From<&'c String> for Cell<'c> {
    fn from(text: &'c String) -> Self {
        Self::Text(text)
    }
}

impl<'c> From<&'c [String]> for Cell<'c> {
    fn from(names: &'c [String]) -> Self {
        Self::List(names)
    }
}

impl<'c, T: Into<Self>> From<Option<T>> for Cell<'c> {
    fn from(known: Option<T>) -> Self {
        known.map_or(Self::Empty, Into::into)
    }
}

/// A header line, and a line for each row.
pub(super) fn table<'c, const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [Cell<'c>; COLUMNS]>,
) -> String {
    let line = |row: [Cell<'c>; COLUMNS]| row.map(|cell| cell.to_string()).join(",") + "\n";
    let header = header.join(",") + "\n";
    [header].into_iter().chain(rows.into_iter().map(line)).collect()
}
