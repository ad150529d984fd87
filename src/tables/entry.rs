//! Where files and text come in.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::csv::CsvSource;
use super::format::{CsvFormat, MOST_BYTES};
use super::long::{LongForm, Widened};
use super::read::{Table, read_table};
use super::source::TableSource;
use crate::data::{Dataset, RowTimes, TimeColumn};
use crate::error::{Error, Result};

/// What messages call CSV text that is of no file.
const READER: &str = "CSV input";

impl CsvFormat {
    /// Reads a file.
    ///
    /// # Errors
    /// When the file cannot be read, is no text or too large; when a row has more or fewer cells than the header (but for empty
    /// ones at the end), or a quote is not closed; when there are no rows or no columns, or a name is repeated; when the column of
    /// times that was named is not there; or when the format is not one.
    pub fn read_path(&self, path: impl AsRef<Path>) -> Result<Table> {
        read_path(path.as_ref(), |file, origin| self.read_from(file, origin))
    }

    /// Reads text, as [`read_path`](Self::read_path) reads that of a file.
    ///
    /// # Errors
    /// As for [`read_path`](Self::read_path).
    pub fn read(&self, reader: impl Read) -> Result<Table> {
        self.read_from(reader, READER)
    }

    fn read_from(&self, reader: impl Read, origin: &str) -> Result<Table> {
        self.check()?;
        #[cfg(feature = "parquet")]
        let reader = {
            let mut reader = std::io::BufReader::new(reader);
            let start = std::io::BufRead::fill_buf(&mut reader);
            if super::arrow::is_parquet(
                start.map_err(|error| Error::Csv { origin: origin.to_owned(), message: error.to_string() })?,
            ) {
                return super::arrow::read_parquet(reader, origin, self);
            }
            reader
        };
        let delimiter = self.delimiter.map(|delimiter| delimiter as u8);
        let mut source = CsvSource::open(reader, origin, delimiter, self.most_bytes)?;
        let is_needed =
            |name: &str| self.needed.as_ref().is_some_and(|needed| needed.iter().any(|other| other == name));
        match LongForm::of(source.names(), is_needed) {
            Some(form) => read_table(&mut Widened::read(&mut source, origin, form)?, origin, self),
            None => read_table(&mut source, origin, self),
        }
    }
}

impl Dataset {
    /// A table from a CSV file with a header line, however it is written: see [`CsvFormat`], which also says what was
    /// converted, and `docs/inputs.md` for the rules.
    ///
    /// Names and cells may be quoted and are trimmed. A blank cell, `NA`, `null` and the like are missing values; a column with
    /// any other text is kept, but using it is an error. Blank rows, and columns without a name, are left out.
    ///
    /// # Errors
    /// As for [`CsvFormat::read_path`].
    #[doc(alias = "read_csv")]
    pub fn from_csv_path(path: impl AsRef<Path>) -> Result<Self> {
        Ok(CsvFormat::default().read_path(path)?.data)
    }

    /// A table from CSV text with a header line; see [`from_csv_path`](Self::from_csv_path).
    ///
    /// # Errors
    /// As for [`from_csv_path`](Self::from_csv_path).
    pub fn from_csv_reader(reader: impl Read) -> Result<Self> {
        Ok(CsvFormat::default().read(reader)?.data)
    }

    /// A table from a CSV file with a column of times, which is taken out and returned beside it.
    ///
    /// Times are kept as text, whatever their format, so no timestamp is an error, and none is mistaken for a
    /// quantity, as seconds since 1970 would be. Otherwise as [`from_csv_path`](Self::from_csv_path).
    ///
    /// # Errors
    /// As for [`from_csv_path`](Self::from_csv_path); when the named column is not there, or no other column is.
    pub fn from_csv_path_with_time(path: impl AsRef<Path>, time: &TimeColumn) -> Result<(Self, Option<RowTimes>)> {
        let Table { data, times, .. } = CsvFormat::default().with_time(time.clone()).read_path(path)?;
        Ok((data, times))
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
        let Table { data, times, .. } = CsvFormat::default().with_time(time.clone()).read(reader)?;
        Ok((data, times))
    }
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

/// The source of the text of a reader, all of whose format is found out.
pub(super) fn open<'r>(reader: impl Read + 'r, origin: Option<&str>) -> Result<CsvSource<'r>> {
    CsvSource::open(reader, origin.unwrap_or(READER), None, MOST_BYTES)
}
