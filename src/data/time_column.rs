//! A CSV file's column of times, which is no quantity: taken out of the table and kept as text.

use std::io::Read;
use std::path::Path;

use super::csv::{READER, read_path, read_records, table};
use super::dataset::Dataset;
use crate::error::{Error, Result, list_with_guess};

/// Names under which monitoring tools export times, in lower case.
const TIME_NAMES: [&str; 10] =
    ["time", "timestamp", "@timestamp", "_time", "ts", "date", "datetime", "date_time", "start_time", "starttime"];

/// Which column of a CSV file holds the times.
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

impl Dataset {
    /// A table from a CSV file with a column of times, which is taken out and returned beside it.
    ///
    /// Times are kept as text, whatever their format, so no timestamp is an error, and none is mistaken for a
    /// quantity, as seconds since 1970 would be. Otherwise as [`from_csv_path`](Self::from_csv_path).
    ///
    /// # Errors
    /// As for [`from_csv_path`](Self::from_csv_path); when the named column is not there, or no other column is.
    pub fn from_csv_path_with_time(path: impl AsRef<Path>, time: &TimeColumn) -> Result<(Self, Option<RowTimes>)> {
        read_path(path.as_ref(), |file, origin| read(file, origin, time))
    }

    /// A table from CSV text with a column of times; see [`from_csv_path_with_time`](Self::from_csv_path_with_time).
    ///
    /// # Errors
    /// As for [`from_csv_path_with_time`](Self::from_csv_path_with_time).
    ///
    /// ```
    /// use etiology::Dataset;
    /// use etiology::data::TimeColumn;
    ///
    /// let text = "time,web\n2026-01-31T12:00:00Z,0.2\n2026-01-31T12:00:01Z,0.3\n";
    /// let (data, times) = Dataset::from_csv_reader_with_time(text.as_bytes(), &TimeColumn::Detect)?;
    /// assert_eq!(data.names(), ["web"]);
    /// assert_eq!(times.map(|times| times.values[1].clone()).as_deref(), Some("2026-01-31T12:00:01Z"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn from_csv_reader_with_time(reader: impl Read, time: &TimeColumn) -> Result<(Self, Option<RowTimes>)> {
        read(reader, READER, time)
    }
}

fn read(reader: impl Read, origin: &str, time: &TimeColumn) -> Result<(Dataset, Option<RowTimes>)> {
    let (names, records) = read_records(reader, origin)?;
    let all_cells = |column: usize, test: fn(&str) -> bool| {
        let mut written =
            records.iter().filter_map(|record| record.get(column)).filter(|cell| !cell.is_empty()).peekable();
        written.peek().is_some() && written.all(test)
    };
    let column = find(time, &names, all_cells)?;
    let times = column.map(|column| RowTimes {
        name: names[column].clone(),
        values: records.iter().map(|record| record[column].to_owned()).collect(),
    });
    Ok((table(names, &records, column)?, times))
}

/// The position of the column of times; `cells` tells whether a column's cells all are as asked, and some is not blank.
fn find(time: &TimeColumn, names: &[String], cells: impl Fn(usize, fn(&str) -> bool) -> bool) -> Result<Option<usize>> {
    match time {
        TimeColumn::Named(wanted) => match names.iter().position(|name| name == wanted) {
            Some(position) => Ok(Some(position)),
            None => Err(Error::MissingColumn { column: wanted.clone(), available: list_with_guess(names, wanted) }),
        },
        TimeColumn::Detect => {
            let called_so = names.iter().position(|name| TIME_NAMES.contains(&name.to_lowercase().as_str()));
            Ok(called_so.or_else(|| (0..names.len()).find(|&column| cells(column, begins_with_date))))
        }
    }
}

/// Whether a cell begins with four digits, a sign, two digits, a sign and two digits.
fn begins_with_date(cell: &str) -> bool {
    let fits = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-' || byte == b'/',
        _ => byte.is_ascii_digit(),
    };
    cell.len() >= 10 && cell.bytes().take(10).enumerate().all(fits)
}
