//! The table itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array2, ArrayView1, ArrayView2, ShapeBuilder};

use super::levels::{Levels, LevelsByName};
use super::names::ColumnNames;
use super::observation::Observation;
use super::places::RowPlaces;
use crate::error::{Error, Result, list_with_guess};
use crate::numeric::linalg::select_rows;

/// A table of observations: rows × named columns of `f64`, each column in its own unit.
///
/// Names are unique and not blank, there is at least one row and one column, and all columns are
/// equally long: that is checked when the table is made. Values may be missing (`NaN`) or
/// infinite as long as nobody needs them: a column is checked when it is used, so columns that a
/// causal graph does not name may hold anything, text in a CSV file included. A column that is text
/// throughout is a *category*: see [`levels`](Self::levels).
///
/// Tables are equal if their names and cells are, wherever they come from.
#[derive(Debug, Clone)]
#[doc(alias = "DataFrame")]
pub struct Dataset {
    names: Arc<ColumnNames>,
    /// rows × columns in column-major order, so that a column is contiguous.
    values: Array2<f64>,
    text_cells: TextCells,
    places: Option<Arc<RowPlaces>>,
    /// The levels of the columns whose values are codes.
    coded: LevelsByName,
}

/// The cells of a CSV file that are not numbers, by column and row.
pub(crate) type TextCells = BTreeMap<(usize, usize), String>;

impl PartialEq for Dataset {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names && self.values == other.values && self.text_cells == other.text_cells
    }
}

/// All columns, one after another. Each is gone once it is copied, so that no table is in memory twice.
fn joined(columns: Vec<Vec<f64>>) -> Vec<f64> {
    let cells = columns.iter().map(Vec::len).sum::<usize>();
    let mut columns = columns.into_iter();
    let mut all = columns.next().unwrap_or_default();
    all.reserve_exact(cells - all.len());
    columns.for_each(|column| all.extend_from_slice(&column));
    all
}

impl Dataset {
    /// A table from `rows × columns` values and a name for each column.
    ///
    /// # Errors
    /// When there are no rows or columns, a name is blank or repeated, or the number of names is
    /// not the number of columns.
    ///
    /// ```
    /// use etiology::Dataset;
    /// use ndarray::array;
    ///
    /// let data = Dataset::from_array(["db", "api"], array![[0.1, 0.3], [0.2, 0.5]].view())?;
    /// assert_eq!((data.rows(), data.columns()), (2, 2));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn from_array<N: Into<String>>(
        names: impl IntoIterator<Item = N>,
        values: ArrayView2<'_, f64>,
    ) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        Self::from_array_and_text(&names, values, TextCells::new())
    }

    /// A table from pairs of name and column.
    ///
    /// # Errors
    /// When there are no rows or columns, a name is blank or repeated, or the columns are not
    /// equally long.
    pub fn from_columns<N: Into<String>, C: Into<Vec<f64>>>(columns: impl IntoIterator<Item = (N, C)>) -> Result<Self> {
        let (names, columns) = columns.into_iter().map(|(name, column)| (name.into(), column.into())).unzip();
        Self::from_parts(names, columns, TextCells::new())
    }

    pub(crate) fn from_parts(names: Vec<String>, columns: Vec<Vec<f64>>, text_cells: TextCells) -> Result<Self> {
        let names = ColumnNames::new(names)?;
        if names.len() != columns.len() {
            return Err(Error::LengthMismatch {
                what: "the list of column names".to_owned(),
                expected: columns.len(),
                found: names.len(),
            });
        }
        let rows = columns[0].len();
        for (name, column) in names.as_slice().iter().zip(&columns) {
            if column.len() != rows {
                let what = format!("column `{name}`");
                return Err(Error::LengthMismatch { what, expected: rows, found: column.len() });
            }
        }
        Self::of_column_after_column(Arc::new(names), rows, joined(columns), text_cells)
    }

    /// The table of so many rows with the values of its first column, then those of its second, and so on.
    ///
    /// # Errors
    /// When there are no rows.
    pub(super) fn of_column_after_column(
        names: Arc<ColumnNames>,
        rows: usize,
        values: Vec<f64>,
        text_cells: TextCells,
    ) -> Result<Self> {
        if rows == 0 {
            return Err(Error::Empty { what: "the data".to_owned(), expected: "row" });
        }
        // As many numbers as fill the columns, so it never fails.
        let values = Array2::from_shape_vec((rows, names.len()).f(), values).unwrap_or_default();
        Ok(Self { names, values, text_cells, places: None, coded: LevelsByName::new() })
    }

    /// This table, with what is known of the file that it was read from.
    pub(crate) fn with_places(mut self, places: RowPlaces) -> Self {
        self.places = Some(Arc::new(places));
        self
    }

    /// Where a row stands in the file that it was read from, as in `normal.csv, line 7`; nothing if it is of no file.
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_csv_reader("db,api\n0.1,0.3\n\n,\n0.2,0.4\n".as_bytes())?;
    /// assert_eq!(data.place_of_row(1).as_deref(), Some("CSV input, line 5"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn place_of_row(&self, row: usize) -> Option<String> {
        self.places.as_ref()?.of_row(row)
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.values.nrows()
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.values.ncols()
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> &[String] {
        self.names.as_slice()
    }

    /// All values, rows × columns.
    pub fn values(&self) -> ArrayView2<'_, f64> {
        self.values.view()
    }

    /// The values of a column, with `NaN` for missing ones.
    ///
    /// # Errors
    /// When there is no such column, or it holds text.
    pub fn column(&self, name: &str) -> Result<ArrayView1<'_, f64>> {
        let position = self.position(name)?;
        Ok(self.values.column(position))
    }

    /// The values of a column that must be numbers, present and finite throughout.
    ///
    /// # Errors
    /// When there is no such column, it holds text, or a value is missing or infinite.
    pub fn finite_column(&self, name: &str) -> Result<ArrayView1<'_, f64>> {
        self.column_without(name, |value| !value.is_finite())
    }

    /// The values of a column that must be numbers and finite, but may be missing (`NaN`).
    pub(crate) fn column_with_gaps(&self, name: &str) -> Result<ArrayView1<'_, f64>> {
        self.column_without(name, f64::is_infinite)
    }

    /// The values of a column, none of which may be bad.
    fn column_without(&self, name: &str, is_bad: impl Fn(f64) -> bool) -> Result<ArrayView1<'_, f64>> {
        let column = self.column(name)?;
        let Some(first_row) = column.iter().position(|&value| is_bad(value)) else {
            return Ok(column);
        };
        Err(Error::NonFiniteColumn {
            column: name.to_owned(),
            missing: column.iter().filter(|value| value.is_nan()).count(),
            infinite: column.iter().filter(|value| value.is_infinite()).count(),
            rows: self.rows(),
            first_row,
            details: self.place_of_row(first_row).map_or_else(String::new, |place| format!(", {place}")),
        })
    }

    /// A row, counted from 0.
    ///
    /// # Errors
    /// When there is no such row.
    pub fn row(&self, row: usize) -> Result<Observation> {
        if row >= self.rows() {
            return Err(Error::RowOutOfRange { row, rows: self.rows() });
        }
        Ok(self.observation(row))
    }

    /// All rows, in order.
    pub fn observations(&self) -> impl ExactSizeIterator<Item = Observation> + '_ {
        (0..self.rows()).map(|row| self.observation(row))
    }

    fn observation(&self, row: usize) -> Observation {
        let text = |column: usize| self.text_cells.get(&(column, row)).map(|text| (column, text.clone()));
        let text = if self.text_cells.is_empty() { Vec::new() } else { (0..self.columns()).filter_map(text).collect() };
        Observation::from_row(Arc::clone(&self.names), self.values.row(row).to_vec(), text)
    }

    /// The first so many rows, or all where there are fewer. `Display` shows them as a table.
    ///
    /// # Errors
    /// When no row is asked for: a table has at least one.
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_columns([("db", [0.1, 0.2, 0.3])])?;
    /// assert_eq!(data.head(2)?.column("db")?.to_vec(), [0.1, 0.2]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn head(&self, rows: usize) -> Result<Self> {
        if rows == 0 {
            let (name, requirement) = ("the number of first rows", "at least 1");
            return Err(Error::InvalidParameter { name, requirement, found: rows.to_string() });
        }
        self.select_rows(&(0..rows.min(self.rows())).collect::<Vec<_>>())
    }

    /// The rows of a range, counted from 0, as a table of their own.
    ///
    /// # Errors
    /// When the range is empty or goes beyond the last row.
    ///
    /// ```
    /// let data = etiology::Dataset::from_columns([("db", [0.1, 0.2, 0.3, 0.4])])?;
    /// assert_eq!(data.between(1..3)?.column("db")?.to_vec(), [0.2, 0.3]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn between(&self, rows: std::ops::Range<usize>) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::Empty {
                what: format!("the range of rows {}..{}", rows.start, rows.end),
                expected: "row",
            });
        }
        if rows.end > self.rows() {
            return Err(Error::RowOutOfRange { row: rows.end - 1, rows: self.rows() });
        }
        self.select_rows(&rows.collect::<Vec<usize>>())
    }

    /// Some rows, counted from 0, in this order, as a table of their own.
    ///
    /// # Errors
    /// When there are none, one is there twice, or one is beyond the last.
    ///
    /// ```
    /// let data = etiology::Dataset::from_columns([("db", [0.1, 0.2, 0.3, 0.4])])?;
    /// assert_eq!(data.rows_at(&[0, 3])?.column("db")?.to_vec(), [0.1, 0.4]);
    /// assert_eq!(data.rows_at(&[3, 0])?.column("db")?.to_vec(), [0.4, 0.1]);
    /// assert!(data.rows_at(&[3, 3]).is_err() && data.rows_at(&[4]).is_err());
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn rows_at(&self, rows: &[usize]) -> Result<Self> {
        let mut ascending = rows.to_vec();
        ascending.sort_unstable();
        let Some(&last) = ascending.last() else {
            return Err(Error::Empty { what: "the list of rows".to_owned(), expected: "row" });
        };
        if let Some(pair) = ascending.windows(2).find(|pair| pair[0] == pair[1]) {
            let (name, requirement) = ("the rows", "there once each");
            return Err(Error::InvalidParameter { name, requirement, found: format!("{} twice", pair[0]) });
        }
        if last >= self.rows() {
            return Err(Error::RowOutOfRange { row: last, rows: self.rows() });
        }
        self.select_rows(rows)
    }

    /// What a CSV file has in the place of a number.
    pub(crate) fn text_cell(&self, row: usize, column: usize) -> Option<&str> {
        self.text_cells.get(&(column, row)).map(String::as_str)
    }

    /// The position of a column that must be there and hold numbers.
    pub(super) fn position(&self, name: &str) -> Result<usize> {
        let position = self.position_of_any(name)?;
        match self.text_cells.range((position, 0)..(position + 1, 0)).next() {
            None => Ok(position),
            Some((&(_, row), _)) => Err(self.text_column(position, row)),
        }
    }

    /// The error of a column whose first cell of text is in a row.
    fn text_column(&self, position: usize, first_row: usize) -> Error {
        let fault = self.places.as_ref().and_then(|places| places.fault(position));
        let row = fault.and_then(|fault| fault.row).unwrap_or(first_row);
        let text = self.text_cell(row, position).map(str::to_owned);
        let place = self.place_of_row(row).map(|place| format!(" ({place})"));
        let why = fault.filter(|fault| !fault.why.is_empty()).map(|fault| format!(": {}", fault.why));
        Error::TextColumn {
            column: self.names()[position].clone(),
            row,
            text: text.unwrap_or_else(|| self.values[[row, position]].to_string()),
            details: place.into_iter().chain(why).collect(),
        }
    }

    /// The position of a column that must be there, whatever it holds.
    pub(in crate::data) fn position_of_any(&self, name: &str) -> Result<usize> {
        let missing =
            || Error::MissingColumn { column: name.to_owned(), available: list_with_guess(self.names(), name) };
        self.names.position(name).ok_or_else(missing)
    }

    /// The cells that are not numbers.
    pub(crate) fn text_cells(&self) -> &TextCells {
        &self.text_cells
    }

    /// The levels that the values of a column are codes of, if they are.
    pub(crate) fn coded_levels(&self, name: &str) -> Option<&Arc<Levels>> {
        self.coded.get(name)
    }

    /// The levels of all columns whose values are codes.
    pub(crate) fn all_coded_levels(&self) -> &LevelsByName {
        &self.coded
    }

    /// This table, with the places in a file that the rows of another have, which has as many.
    pub(super) fn with_places_of(self, other: &Self) -> Self {
        Self { places: other.places.clone(), ..self }
    }

    /// The table with the values of these columns taken for codes.
    pub(crate) fn with_coded_levels(self, coded: LevelsByName) -> Self {
        Self { coded, ..self }
    }

    /// A table of these columns with only the rows at the given positions, in this order, each of them once.
    pub(in crate::data) fn select_rows(&self, rows: &[usize]) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::Empty { what: "the data without its incomplete rows".to_owned(), expected: "row" });
        }
        let kept: BTreeMap<usize, usize> = match self.text_cells.is_empty() {
            true => BTreeMap::new(),
            false => rows.iter().enumerate().map(|(kept, &row)| (row, kept)).collect(),
        };
        let text_cells = self
            .text_cells
            .iter()
            .filter_map(|(&(column, row), text)| kept.get(&row).map(|&kept| ((column, kept), text.clone())));
        let values = select_rows(self.values.view(), rows);
        let selected = Self::from_array_and_text(self.names(), values.view(), text_cells.collect())?;
        let places = self.places.as_ref().map(|places| Arc::new(places.select(rows)));
        Ok(Self { places, ..selected }.with_coded_levels(self.coded.clone()))
    }

    /// A table of these columns with other values.
    pub(crate) fn with_values(&self, values: ArrayView2<'_, f64>) -> Result<Self> {
        let changed = Self::from_array_and_text(self.names(), values, self.text_cells.clone())?;
        Ok(Self { places: self.places.clone(), ..changed }.with_coded_levels(self.coded.clone()))
    }

    pub(super) fn from_array_and_text(
        names: &[String],
        values: ArrayView2<'_, f64>,
        text_cells: TextCells,
    ) -> Result<Self> {
        let columns = values.columns().into_iter().map(|column| column.to_vec()).collect();
        Self::from_parts(names.to_vec(), columns, text_cells)
    }
}
