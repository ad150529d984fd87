//! Events in columns that somebody else owns.

use std::sync::Arc;

use super::dataset::{Dataset, TextCells};
use super::names::ColumnNames;
use super::observation::Observation;
use crate::error::{Error, Result, list_with_guess};

/// One column of [`EventColumns`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum EventColumn<'c> {
    /// Numbers in the column's own unit; `NaN` for a missing value.
    Numbers(&'c [f64]),
    /// The levels of a category; nothing, or a blank, for a missing one.
    Text(&'c [Option<&'c str>]),
}

impl EventColumn<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Text(text) => text.len(),
        }
    }
}

impl<'c> From<&'c [f64]> for EventColumn<'c> {
    fn from(numbers: &'c [f64]) -> Self {
        Self::Numbers(numbers)
    }
}

impl<'c> From<&'c [Option<&'c str>]> for EventColumn<'c> {
    fn from(text: &'c [Option<&'c str>]) -> Self {
        Self::Text(text)
    }
}

/// Events as named columns of one length, borrowed from whoever holds them: a data frame, a batch of a query engine.
///
/// ```
/// use etiology::data::{EventColumn, EventColumns};
///
/// let (api, region) = ([1.04, 0.2], [Some("EU"), None]);
/// let events = EventColumns::new([("api", EventColumn::Numbers(&api)), ("region", EventColumn::Text(&region))])?;
/// assert_eq!(events.rows(), 2);
/// assert!(EventColumns::new([("api", EventColumn::Numbers(&api)), ("db", EventColumn::Numbers(&api[..1]))]).is_err());
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct EventColumns<'c> {
    names: Arc<ColumnNames>,
    columns: Vec<EventColumn<'c>>,
    rows: usize,
}

impl<'c> EventColumns<'c> {
    /// Events from pairs of name and column.
    ///
    /// # Errors
    /// When there are no columns, a name is blank or repeated, or the columns differ in length.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, EventColumn<'c>)>) -> Result<Self> {
        let (names, columns): (Vec<String>, Vec<EventColumn<'c>>) =
            columns.into_iter().map(|(name, column)| (name.into(), column)).unzip();
        let names = Arc::new(ColumnNames::new(names)?);
        let rows = columns[0].len();
        for (name, column) in names.as_slice().iter().zip(&columns) {
            if column.len() != rows {
                let what = format!("column `{name}`");
                return Err(Error::LengthMismatch { what, expected: rows, found: column.len() });
            }
        }
        Ok(Self { names, columns, rows })
    }

    /// These columns as a table of its own, with one copy of every number. Text is a category, as in
    /// [`Dataset::with_text_column`].
    ///
    /// # Errors
    /// When there are no rows.
    ///
    /// ```
    /// use etiology::data::{EventColumn, EventColumns};
    ///
    /// let (api, region) = ([1.04, 0.2], [Some("EU"), None]);
    /// let events = EventColumns::new([("api", EventColumn::Numbers(&api)), ("region", EventColumn::Text(&region))])?;
    /// let data = events.to_dataset()?;
    /// assert_eq!(data.column("api")?.to_vec(), [1.04, 0.2]);
    /// assert_eq!(data.row(0)?.text("region"), Some("EU"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn to_dataset(&self) -> Result<Dataset> {
        let mut text = TextCells::new();
        for (column, cells) in self.columns.iter().enumerate() {
            let EventColumn::Text(cells) = cells else { continue };
            let cells = cells.iter().enumerate().filter_map(|(row, cell)| Some(((column, row), cell.map(str::trim)?)));
            text.extend(cells.filter(|(_, cell)| !cell.is_empty()).map(|(place, cell)| (place, cell.to_owned())));
        }
        // Of the right size at once, so that no number is copied twice.
        let mut values = Vec::with_capacity(self.columns.len() * self.rows);
        for column in &self.columns {
            match column {
                EventColumn::Numbers(numbers) => values.extend_from_slice(numbers),
                EventColumn::Text(_) => values.resize(values.len() + self.rows, f64::NAN),
            }
        }
        Dataset::of_column_after_column(Arc::clone(&self.names), self.rows, values, text)
    }

    /// The number of events.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> &[String] {
        self.names.as_slice()
    }

    /// One of the events by itself.
    ///
    /// # Errors
    /// When there is no such row.
    pub fn row(&self, row: usize) -> Result<Observation> {
        if row >= self.rows {
            return Err(Error::RowOutOfRange { row, rows: self.rows });
        }
        let mut event = self.blank();
        self.read(row, &mut event);
        Ok(event)
    }

    /// # Errors
    /// When there is no column of this name.
    pub(crate) fn check_has(&self, name: &str) -> Result<()> {
        if self.names.position(name).is_some() {
            return Ok(());
        }
        Err(Error::MissingColumn { column: name.to_owned(), available: list_with_guess(self.names(), name) })
    }

    /// The columns with these names alone, so that nothing else is read for every event.
    ///
    /// # Errors
    /// When none of them is there.
    pub(crate) fn only(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let columns = self.names().iter().zip(&self.columns).filter(|(name, _)| is_wanted(name));
        Self::new(columns.map(|(name, &column)| (name.as_str(), column)))
    }

    /// An event of which nothing is known yet: for [`read`](Self::read), which overwrites it row by row.
    pub(crate) fn blank(&self) -> Observation {
        Observation::from_row(Arc::clone(&self.names), vec![f64::NAN; self.columns.len()], Vec::new())
    }

    /// Makes a [`blank`](Self::blank) event, or one that held another row, this row.
    pub(crate) fn read(&self, row: usize, event: &mut Observation) {
        event.overwrite(self.columns.iter().map(|column| match column {
            EventColumn::Numbers(numbers) => (numbers[row], None),
            EventColumn::Text(text) => (f64::NAN, text[row].map(str::trim).filter(|cell| !cell.is_empty())),
        }));
    }
}
