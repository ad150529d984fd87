//! A column of times, which is no quantity.

/// Which column of a file holds the times.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeColumn {
    /// The column of this name.
    Named(String),
    /// The first column that is called like a time (`time`, `timestamp`, `ts`, `date`, ... in any case), else the first in
    /// which every cell that is not blank begins like an ISO 8601 date (`2026-01-31`); none if there is neither.
    Detect,
}

/// The times of the rows of a table, as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowTimes {
    /// The name of the column.
    pub name: String,
    /// The time of each row; blank where it is missing.
    pub values: Vec<String>,
}
