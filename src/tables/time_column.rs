//! Which column holds times: they are no quantities, so it is taken out and kept as text.

use super::columns::Gathered;
use crate::data::{RowTimes, TimeColumn};
use crate::error::{Error, Result, list_with_guess};

/// Names under which monitoring tools and spreadsheets export times, in lower case.
const NAMES: [&str; 15] = [
    "time",
    "timestamp",
    "@timestamp",
    "_time",
    "ts",
    "date",
    "datetime",
    "date_time",
    "start_time",
    "starttime",
    "zeit",
    "zeitstempel",
    "datum",
    "heure",
    "horodatage",
];

/// Whether a column of this name is one of times.
pub(super) fn is_called_so(name: &str) -> bool {
    NAMES.contains(&name.to_lowercase().as_str())
}

/// The column that is named, or that is called like a time and not needed.
pub(super) fn by_name(
    time: Option<&TimeColumn>,
    names: &[String],
    is_needed: impl Fn(&str) -> bool,
) -> Result<Option<usize>> {
    match time {
        None => Ok(None),
        Some(TimeColumn::Named(wanted)) => match names.iter().position(|name| name == wanted) {
            Some(position) => Ok(Some(position)),
            None => Err(Error::MissingColumn { column: wanted.clone(), available: list_with_guess(names, wanted) }),
        },
        Some(TimeColumn::Detect) => Ok(names.iter().position(|name| is_called_so(name) && !is_needed(name))),
    }
}

/// The first column that is not needed and whose cells all begin like dates, if that is what is looked for.
pub(super) fn by_cells(
    time: Option<&TimeColumn>,
    names: &[String],
    columns: &[Gathered],
    is_needed: impl Fn(&str) -> bool,
) -> Option<usize> {
    let is_time = |column: &Gathered| {
        column.has_no_numbers() && column.odd().next().is_some() && column.odd().all(|(_, cell)| begins_with_date(cell))
    };
    let position = names.iter().zip(columns).position(|(name, column)| !is_needed(name) && is_time(column));
    position.filter(|_| time == Some(&TimeColumn::Detect))
}

/// The cells of a column, each in its row.
pub(super) fn times(name: &str, column: &Gathered, rows: usize) -> RowTimes {
    let mut values = vec![String::new(); rows];
    column.odd().for_each(|(row, cell)| cell.clone_into(&mut values[row]));
    RowTimes { name: name.to_owned(), values }
}

/// Whether a cell begins with four digits, a sign, two digits, a sign and two digits.
fn begins_with_date(cell: &str) -> bool {
    let fits = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-' || byte == b'/',
        _ => byte.is_ascii_digit(),
    };
    cell.len() >= 10 && cell.bytes().take(10).enumerate().all(fits)
}
