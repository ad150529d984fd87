//! Where the rows of a table stand in a file, for messages.

use std::collections::BTreeMap;

/// Why a column is one of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextFault {
    /// The row of the cell that makes it so, if it is one alone.
    pub(crate) row: Option<usize>,
    /// What is wrong, where that is not plain from the cell.
    pub(crate) why: String,
}

/// The file that a table is of, the line of each of its rows, and the columns that could not be read as numbers.
#[derive(Debug, Clone)]
pub(crate) struct RowPlaces {
    file: String,
    lines: Vec<u64>,
    faults: BTreeMap<usize, TextFault>,
}

impl RowPlaces {
    pub(crate) fn new(file: &str, lines: Vec<u64>, faults: BTreeMap<usize, TextFault>) -> Self {
        Self { file: file.to_owned(), lines, faults }
    }

    /// Where some of the rows stand.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        let lines = rows.iter().filter_map(|&row| self.lines.get(row).copied()).collect();
        // A fault may have been in a row that is gone.
        Self { file: self.file.clone(), lines, faults: BTreeMap::new() }
    }

    /// Where a row is, such as `normal.csv, line 7`.
    pub(super) fn of_row(&self, row: usize) -> Option<String> {
        Some(format!("{}, line {}", self.file, self.lines.get(row)?))
    }

    pub(super) fn fault(&self, column: usize) -> Option<&TextFault> {
        self.faults.get(&column)
    }
}
