//! How a CSV file is written, where that is known.

use super::report::TableReport;
use crate::data::TimeColumn;
use crate::error::{Error, Result};

/// The most text that is read of a file, if nobody says otherwise.
pub(super) const MOST_BYTES: u64 = 4 << 30;

/// How a CSV file is written: by default, all of it is found out.
///
/// Found out are gzip, UTF-16 and byte-order marks, a first line `sep=;`, the delimiter (comma, semicolon, tab or vertical bar),
/// and for each column its decimal sign, grouped thousands, units and words for missing values. `docs/inputs.md` has the rules,
/// and [`Table::report`](super::Table::report) says what was converted.
///
/// ```
/// use etiology::tables::CsvFormat;
///
/// let text = "sep=;\n;latency [ms];hits;state\n0;20,5;1.024,0;True\n1;7,25;n/a;False\n;;;\n";
/// let table = CsvFormat::default().read(text.as_bytes())?;
/// assert_eq!(table.data.column("latency")?.to_vec(), [0.0205, 0.00725]);
/// assert_eq!(table.data.column("hits")?[0], 1024.0);
/// assert_eq!(table.data.column("state")?.to_vec(), [1.0, 0.0]);
/// assert_eq!(
///     table.report.to_string(),
///     "2 rows of 3 columns; `;` between cells; 1 blank row left out; column 1 of the file has no name and is left out; \
///      decimal commas in `latency`, `hits`; grouped thousands in `hits`; truth values as 1 and 0 in `state`; \
///      `latency` is converted from ms to s; missing in `hits`: 1 `n/a`"
/// );
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CsvFormat {
    /// What separates cells, an ASCII character; found out by default.
    pub delimiter: Option<char>,
    /// `.` or `,`; by default found out for each column. The other one may then group thousands.
    pub decimal: Option<char>,
    /// Which column holds times, to be taken out; none by default.
    pub time: Option<TimeColumn>,
    /// The names of the columns that are needed, if that is known: those are names as they stand, even if they look as if a unit
    /// were part of them, and no other column can be at fault.
    pub needed: Option<Vec<String>>,
    /// The columns whose cells are names even if they look like numbers, such as HTTP statuses: `none` is one of them. What
    /// [`Dataset::with_categories`](crate::Dataset::with_categories) makes of numbers is another matter.
    pub categories: Vec<String>,
    /// The report of a table that this one goes with: see [`like`](Self::like).
    pub like: Option<TableReport>,
    /// The most text that is read, in bytes; 4 GiB by default.
    pub most_bytes: u64,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self {
            delimiter: None,
            decimal: None,
            time: None,
            needed: None,
            categories: Vec::new(),
            like: None,
            most_bytes: MOST_BYTES,
        }
    }
}

impl CsvFormat {
    /// Names the character between cells.
    #[must_use]
    pub fn with_delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// Names the decimal sign, `.` or `,`.
    #[must_use]
    pub fn with_decimal(mut self, decimal: char) -> Self {
        self.decimal = Some(decimal);
        self
    }

    /// Takes a column of times out of the table.
    #[must_use]
    pub fn with_time(mut self, time: TimeColumn) -> Self {
        self.time = Some(time);
        self
    }

    /// Names the columns that are needed, such as the nodes of a graph.
    #[must_use]
    pub fn with_needed<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.needed = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Names columns whose cells are names, whatever they look like.
    #[must_use]
    pub fn with_categories<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.categories = names.into_iter().map(Into::into).collect();
        self
    }

    /// Reads as another table was read: what is ambiguous here is what it was there, and a column of values with a unit here and
    /// without one there, or the other way round, is an error, as nobody knows by how much they differ.
    ///
    /// For the events that go with normal data: an event is a row or two, which say little by themselves.
    ///
    /// ```
    /// use etiology::tables::CsvFormat;
    ///
    /// let normal = CsvFormat::default().read("web;db\n0,5;1,025\n0,7;1,5\n".as_bytes())?;
    /// let slow = CsvFormat::default().like(&normal.report).read("web|db\n2,125|1,750\n".as_bytes())?;
    /// assert_eq!(slow.data.column("web")?[0], 2.125);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[must_use]
    pub fn like(mut self, report: &TableReport) -> Self {
        self.like = Some(report.clone());
        self
    }

    /// Sets how much text may be read, in bytes.
    #[must_use]
    pub fn with_most_bytes(mut self, most_bytes: u64) -> Self {
        self.most_bytes = most_bytes;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let refused = |name, requirement, found: char| {
            Err(Error::InvalidParameter { name, requirement, found: format!("{found:?}") })
        };
        match (self.delimiter, self.decimal) {
            (Some(delimiter), _)
                if !delimiter.is_ascii() || delimiter.is_ascii_alphanumeric() || "\"\r\n\0.-".contains(delimiter) =>
            {
                refused("the delimiter", "an ASCII character that is part of no number, quote or line end", delimiter)
            }
            (_, Some(decimal)) if !matches!(decimal, '.' | ',') => {
                refused("the decimal sign", "a point or a comma", decimal)
            }
            _ => Ok(()),
        }
    }
}
