//! A CSV file as a source: its header, and rows with as many cells.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use super::records::{Record, Records};
use super::{delimiter, foreign};
use crate::data::RowLines;
use crate::error::{Error, Result};
use crate::input::{Encoding, Unpacked, unpack};
use crate::tables::cells::trimmed;
use crate::tables::columns::Gathered;
use crate::tables::report::Origin;
use crate::tables::source::TableSource;

/// How much of the text is looked at to find the delimiter.
const HEAD: u64 = 1 << 18;
/// Rows in a batch.
const BATCH: usize = 4096;
/// Reads the rows of a CSV file in batches.
pub(in crate::tables) struct CsvSource<'r> {
    records: Records<Box<dyn Read + 'r>>,
    /// The record that is read into, over and over.
    record: Record,
    /// What messages call the file.
    file: String,
    names: Vec<String>,
    origin: Origin,
}

impl<'r> CsvSource<'r> {
    /// Finds the delimiter, unless it is given, and reads the header.
    pub(in crate::tables) fn open(
        reader: impl Read + 'r,
        file: &str,
        given: Option<u8>,
        most_bytes: u64,
    ) -> Result<Self> {
        let failed = |error: io::Error| Error::Csv { origin: file.to_owned(), message: error.to_string() };
        let Unpacked { mut text, encoding, gzip } = unpack(reader, most_bytes).map_err(failed)?;
        let mut head = Vec::new();
        text.by_ref().take(HEAD).read_to_end(&mut head).map_err(failed)?;
        if let Some(what) = foreign::told_by(&head) {
            return Err(Error::Csv { origin: file.to_owned(), message: what.to_owned() });
        }
        let named = delimiter::named_in(&head);
        let start = named.map_or(0, |(_, length)| length);
        let whole = (head.len() as u64) < HEAD;
        let found = given.or(named.map(|(found, _)| found));
        let delimiter = found.unwrap_or_else(|| delimiter::detect(&head[start..], whole));
        let mut rest = Cursor::new(head);
        rest.set_position(start as u64);
        let records = Records::new(
            Box::new(rest.chain(text)) as Box<dyn Read + 'r>,
            delimiter,
            if named.is_some() { 2 } else { 1 },
        );
        let origin = Origin { delimiter: char::from(delimiter), encoding, gzip, blank_rows: 0, long_form: false };
        let mut source = Self { records, record: Record::default(), file: file.to_owned(), names: Vec::new(), origin };
        source.read_header()?;
        Ok(source)
    }

    /// What messages call the file.
    pub(in crate::tables) fn file(&self) -> &str {
        &self.file
    }

    fn read_header(&mut self) -> Result<()> {
        while self.read_record()? {
            let names: Vec<String> =
                self.record.cells().map(|cell| trimmed(&decoded(cell, &mut self.origin.encoding)).to_owned()).collect();
            // Leading rows of nothing but delimiters are no header.
            if names.iter().any(|name| !name.is_empty()) {
                self.names = names;
                break;
            }
        }
        Ok(())
    }

    fn read_record(&mut self) -> Result<bool> {
        let Self { records, record, file, .. } = self;
        records.next_into(record).map_err(|error| Error::Csv { origin: file.clone(), message: error.to_string() })
    }

    /// Whether no column with a name has anything in this row.
    fn is_blank(&self) -> bool {
        let mut filled = self.record.cells().enumerate().filter(|(_, cell)| !cell.trim_ascii().is_empty());
        filled.all(|(column, _)| self.names.get(column).is_some_and(|name| is_unnamed(name)))
    }

    /// How many cells there are before the empty ones at the end.
    fn filled(&self) -> usize {
        self.record.len() - self.record.cells().rev().take_while(|cell| cell.trim_ascii().is_empty()).count()
    }

    fn uneven(&self, cells: usize) -> Error {
        let (line, names, delimiter) = (self.record.line, self.names.len(), self.origin.delimiter);
        let has = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
        let advice = match delimiter {
            ',' if cells == 2 * names => {
                "if these are decimal commas, quote such cells or put semicolons between cells"
            }
            _ if cells == names + 1 => "if rows begin with a name of their own, give that column a name, too",
            _ => "if another character separates cells, name it",
        };
        let message =
            format!("line {line} has {has}, but the header names {names}, with {delimiter:?} between them: {advice}");
        Error::Csv { origin: self.file.clone(), message }
    }
}

impl TableSource for CsvSource<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read_batch(&mut self, columns: &mut [Gathered], lines: &mut RowLines) -> Result<bool> {
        for _ in 0..BATCH {
            if !self.read_record()? {
                return Ok(false);
            }
            if self.is_blank() {
                self.origin.blank_rows += 1;
                continue;
            }
            // Programs that end every line with a delimiter do so in the header or not.
            let (filled, names) = (self.filled(), self.names.len());
            if filled > names || self.record.len() < names {
                return Err(self.uneven(filled.max(self.record.len().min(names))));
            }
            lines.push(self.record.line);
            for (column, cell) in columns.iter_mut().zip(self.record.cells()) {
                column.push_text(trimmed(&decoded(cell, &mut self.origin.encoding)));
            }
        }
        Ok(true)
    }

    fn origin(&self) -> Origin {
        self.origin.clone()
    }
}

/// Whether a column is called like one that has no name: an index that pandas wrote, or nothing after a last delimiter.
pub(in crate::tables) fn is_unnamed(name: &str) -> bool {
    let numbered = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    name.is_empty() || name.strip_prefix("Unnamed: ").is_some_and(numbered)
}

/// A cell as text. What is no UTF-8 is Windows-1252, whose first half is the same.
fn decoded<'c>(cell: &'c [u8], encoding: &mut Encoding) -> Cow<'c, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            *encoding = Encoding::Windows1252;
            Cow::Owned(cell.iter().map(|&byte| windows_1252(byte)).collect())
        }
    }
}

/// Latin-1, but for the 32 control characters that Windows has letters and signs for.
fn windows_1252(byte: u8) -> char {
    const SIGNS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..0xa0 => SIGNS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
