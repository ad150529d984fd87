//! CSV files: tables of numbers, and lists of edges.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord, Trim};

use super::dataset::{Dataset, TextCells};
use crate::error::{Error, Result, list_with_guess};

/// Words that stand for a missing value, beside a blank cell.
const MISSING_WORDS: [&str; 3] = ["na", "nan", "null"];

/// A byte-order mark, which spreadsheets put before the first name.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What messages call CSV text that is of no file.
pub(super) const READER: &str = "CSV input";

impl Dataset {
    /// A table from a CSV file with a header line.
    ///
    /// Names and cells may be quoted and are trimmed. A blank cell, `NA`, `NaN` or `null` is a
    /// missing value. A column with any other text is kept, but using it is an error.
    ///
    /// # Errors
    /// When the file cannot be read, a line has more or fewer cells than the header, there are no
    /// rows, or a name is blank or repeated.
    #[doc(alias = "read_csv")]
    pub fn from_csv_path(path: impl AsRef<Path>) -> Result<Self> {
        read_path(path.as_ref(), read_table)
    }

    /// A table from CSV text with a header line; see [`from_csv_path`](Self::from_csv_path).
    ///
    /// # Errors
    /// As for [`from_csv_path`](Self::from_csv_path).
    pub fn from_csv_reader(reader: impl Read) -> Result<Self> {
        read_table(reader, READER)
    }
}

fn read_table(reader: impl Read, origin: &str) -> Result<Dataset> {
    let (names, records) = read_records(reader, origin)?;
    table(names, &records, None)
}

/// The table of all columns but one.
pub(super) fn table(mut names: Vec<String>, records: &[StringRecord], without: Option<usize>) -> Result<Dataset> {
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

/// What a file of pairs must have, and what it is mistaken for.
pub(crate) struct PairHeaders {
    pub(crate) wanted: [&'static str; 2],
    /// The headers of another kind of pairs, and what to do with a file that has those.
    pub(crate) mistaken: [&'static str; 2],
    pub(crate) advice: &'static str,
}

/// The pairs in the two columns with the given names, wherever they stand among others.
pub(crate) fn read_pairs(reader: impl Read, headers: &PairHeaders) -> Result<Vec<(String, String)>> {
    pairs(reader, READER, headers)
}

/// The pairs of [`read_pairs`], from a file.
pub(crate) fn read_pairs_path(path: &Path, headers: &PairHeaders) -> Result<Vec<(String, String)>> {
    read_path(path, |file, origin| pairs(file, origin, headers))
}

fn pairs(reader: impl Read, origin: &str, headers: &PairHeaders) -> Result<Vec<(String, String)>> {
    let (names, records) = read_records(reader, origin)?;
    let PairHeaders { wanted, mistaken, advice } = headers;
    let has =
        |headers: &[&str]| headers.iter().all(|header| names.iter().any(|name| name.eq_ignore_ascii_case(header)));
    if has(mistaken) && !has(wanted) {
        let [first, second] = mistaken;
        let message =
            format!("its columns are `{first}` and `{second}`, not `{}` and `{}`: {advice}", wanted[0], wanted[1]);
        return Err(Error::Csv { origin: origin.to_owned(), message });
    }
    let position = |header: &str| {
        names.iter().position(|name| name == header).ok_or_else(|| Error::MissingColumn {
            column: header.to_owned(),
            available: list_with_guess(&names, header),
        })
    };
    let (first, second) = (position(wanted[0])?, position(wanted[1])?);
    Ok(records.iter().map(|record| (record[first].to_owned(), record[second].to_owned())).collect())
}

/// The names in the header, without a byte-order mark, and the lines after it, all with as many cells.
pub(super) fn read_records(reader: impl Read, origin: &str) -> Result<(Vec<String>, Vec<StringRecord>)> {
    let malformed = |error: ::csv::Error| Error::Csv { origin: origin.to_owned(), message: error.to_string() };
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(reader);
    let names =
        reader.headers().map_err(malformed)?.iter().map(|name| name.trim_start_matches(BYTE_ORDER_MARK).to_owned());
    let names = names.collect();
    let records = reader.records().collect::<Result<_, _>>().map_err(malformed)?;
    Ok((names, records))
}

/// What `read` makes of a file and its path. An error says which file it is of, as there is often more than one.
pub(super) fn read_path<T>(path: &Path, read: impl FnOnce(File, &str) -> Result<T>) -> Result<T> {
    let origin = path.display().to_string();
    let in_file = |message: String| Error::Csv { origin: origin.clone(), message };
    let file = File::open(path).map_err(|error| in_file(error.to_string()))?;
    read(file, &origin).map_err(|error| match error {
        named @ Error::Csv { .. } => named,
        other => in_file(other.to_string()),
    })
}

/// The number in a cell, `NaN` where it is missing, or nothing where it is text.
fn parse_cell(cell: &str) -> Option<f64> {
    if cell.is_empty() || MISSING_WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word)) {
        return Some(f64::NAN);
    }
    cell.parse().ok()
}
