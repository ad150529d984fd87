//! CSV files: tables of numbers, and lists of edges.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord, Trim};

use super::dataset::{Dataset, TextCells};
use super::time_column::RowTimes;
use crate::error::{Error, Result, list_names};

/// Words that stand for a missing value, beside a blank cell.
const MISSING_WORDS: [&str; 3] = ["na", "nan", "null"];

/// A byte-order mark, which spreadsheets put before the first name.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn read_table_path(path: &Path) -> Result<Dataset> {
    read_table(open(path)?, &path.display().to_string()).map_err(|error| in_file(path, error))
}

pub(super) fn read_table(reader: impl Read, origin: &str) -> Result<Dataset> {
    let (names, records) = read_records(reader, origin)?;
    table(names, &records, None)
}

/// Which of the named columns holds times; it can ask whether the cells of a column all pass a test, and some is not blank.
pub(super) trait FindTime:
    Fn(&[String], &dyn Fn(usize, fn(&str) -> bool) -> bool) -> Result<Option<usize>>
{
}

impl<F: Fn(&[String], &dyn Fn(usize, fn(&str) -> bool) -> bool) -> Result<Option<usize>>> FindTime for F {}

pub(super) fn read_timed_table_path(path: &Path, find: impl FindTime) -> Result<(Dataset, Option<RowTimes>)> {
    read_timed_table(open(path)?, &path.display().to_string(), find).map_err(|error| in_file(path, error))
}

pub(super) fn read_timed_table(
    reader: impl Read,
    origin: &str,
    find: impl FindTime,
) -> Result<(Dataset, Option<RowTimes>)> {
    let (names, records) = read_records(reader, origin)?;
    let all_cells = |column: usize, test: fn(&str) -> bool| {
        let mut written =
            records.iter().filter_map(|record| record.get(column)).filter(|cell| !cell.is_empty()).peekable();
        written.peek().is_some() && written.all(test)
    };
    let time = find(&names, &all_cells)?;
    let times = time.map(|column| RowTimes {
        name: names[column].clone(),
        values: records.iter().map(|record| record[column].to_owned()).collect(),
    });
    Ok((table(names, &records, time)?, times))
}

/// The table of all columns but one.
fn table(mut names: Vec<String>, records: &[StringRecord], without: Option<usize>) -> Result<Dataset> {
    if let Some(column) = without {
        names.remove(column);
    }
    let mut columns = vec![Vec::with_capacity(records.len()); names.len()];
    let mut text_cells = TextCells::new();
    for (row, record) in records.iter().enumerate() {
        let cells = record.iter().enumerate().filter(|&(column, _)| Some(column) != without);
        for (position, (_, cell)) in cells.enumerate() {
            let value = parse_cell(cell).unwrap_or_else(|| {
                text_cells.insert((position, row), cell.to_owned());
                f64::NAN
            });
            columns[position].push(value);
        }
    }
    Dataset::from_parts(names, columns, text_cells)
}

/// The pairs in the two columns with the given names, wherever they stand among others.
pub(crate) fn read_pairs(reader: impl Read, origin: &str, headers: [&str; 2]) -> Result<Vec<(String, String)>> {
    let (names, records) = read_records(reader, origin)?;
    let position = |header: &str| {
        names
            .iter()
            .position(|name| name == header)
            .ok_or_else(|| Error::MissingColumn { column: header.to_owned(), available: list_names(&names) })
    };
    let (first, second) = (position(headers[0])?, position(headers[1])?);
    Ok(records.iter().map(|record| (record[first].to_owned(), record[second].to_owned())).collect())
}

pub(crate) fn read_pairs_path(path: &Path, headers: [&str; 2]) -> Result<Vec<(String, String)>> {
    read_pairs(open(path)?, &path.display().to_string(), headers).map_err(|error| in_file(path, error))
}

fn read_records(reader: impl Read, origin: &str) -> Result<(Vec<String>, Vec<StringRecord>)> {
    let malformed = |error: ::csv::Error| Error::Csv { origin: origin.to_owned(), message: error.to_string() };
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(reader);
    let names =
        reader.headers().map_err(malformed)?.iter().map(|name| name.trim_start_matches(BYTE_ORDER_MARK).to_owned());
    let names = names.collect();
    let records = reader.records().collect::<Result<_, _>>().map_err(malformed)?;
    Ok((names, records))
}

/// An error with the name of its file, as there is often more than one.
fn in_file(path: &Path, error: Error) -> Error {
    match error {
        named @ Error::Csv { .. } => named,
        other => Error::Csv { origin: path.display().to_string(), message: other.to_string() },
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::Csv { origin: path.display().to_string(), message: error.to_string() })
}

/// The number in a cell, `NaN` where it is missing, or nothing where it is text.
fn parse_cell(cell: &str) -> Option<f64> {
    if cell.is_empty() || MISSING_WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word)) {
        return Some(f64::NAN);
    }
    cell.parse().ok()
}
