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

/// For every row of a table the line on which it begins: lines that follow each other, as most do, take one entry together.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowLines {
    /// The first row of each run, and its line.
    runs: Vec<(usize, u64)>,
    rows: usize,
}

impl RowLines {
    /// Adds a row.
    pub(crate) fn push(&mut self, line: u64) {
        let follows = self.runs.last().is_some_and(|&(row, first)| first + (self.rows - row) as u64 == line);
        if !follows {
            self.runs.push((self.rows, line));
        }
        self.rows += 1;
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The lines of all rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> {
        let ends = self.runs.iter().skip(1).map(|&(row, _)| row).chain([self.rows]);
        self.runs.iter().zip(ends).flat_map(|(&(row, line), end)| line..line + (end - row) as u64)
    }

    fn get(&self, row: usize) -> Option<u64> {
        let (first, line) = *self.runs[..self.runs.partition_point(|&(first, _)| first <= row)].last()?;
        (row < self.rows).then(|| line + (row - first) as u64)
    }
}

/// The file that a table is of, the line of each of its rows, and the columns that could not be read as numbers.
#[derive(Debug, Clone)]
pub(crate) struct RowPlaces {
    file: String,
    lines: RowLines,
    faults: BTreeMap<usize, TextFault>,
}

impl RowPlaces {
    pub(crate) fn new(file: &str, lines: RowLines, faults: BTreeMap<usize, TextFault>) -> Self {
        Self { file: file.to_owned(), lines, faults }
    }

    /// Where some of the rows stand.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        let mut lines = RowLines::default();
        rows.iter().filter_map(|&row| self.lines.get(row)).for_each(|line| lines.push(line));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_rows_are_what_was_added() {
        let added = [2, 3, 4, 9, 10, 10, 1, 20, 21];
        let mut lines = RowLines::default();
        added.into_iter().for_each(|line| lines.push(line));
        assert_eq!(lines.iter().collect::<Vec<u64>>(), added);
        let found = (0..added.len()).map(|row| lines.get(row));
        assert_eq!(found.collect::<Option<Vec<u64>>>().as_deref(), Some(added.as_slice()));
        assert_eq!((lines.len(), lines.get(added.len()), RowLines::default().get(0)), (9, None, None));
    }
}
