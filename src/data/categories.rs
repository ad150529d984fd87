//! Columns of text as categories: which are, their levels, and tables in which codes stand for levels.

use std::borrow::Cow;
use std::sync::Arc;

use super::dataset::{Dataset, TextCells};
use super::levels::{Levels, LevelsByName};
use crate::error::{Error, Result};

/// A category must repeat its levels: no more than one level for so many cells.
const CELLS_PER_LEVEL: usize = 2;
/// So many levels are none too many, however few the cells.
const FEW_LEVELS: usize = 2;

/// What a column holds, if all of its cells that are not missing are text: then it is a category. The cells are those with text.
fn levels_of<'c>(cells: impl Iterator<Item = &'c str> + Clone, present: usize) -> Option<Levels> {
    (cells.clone().count() == present).then(|| Levels::of(cells)).flatten()
}

impl Dataset {
    /// The table with another column, of text: a category. A blank cell is missing.
    ///
    /// Text columns of a CSV file are categories without further ado. Booleans written as `True` and `False` are read as 1 and 0, and are
    /// categories if they are named here.
    ///
    /// # Errors
    /// When there is such a column already, or the number of cells is not that of the rows.
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_columns([("price", [10.0, 20.0, 12.0])])?.with_text_column("region", ["EU", "US", "EU"])?;
    /// assert_eq!(data.levels("region").expect("a category").names(), ["EU", "US"]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn with_text_column<T: Into<String>>(
        &self,
        name: impl Into<String>,
        cells: impl IntoIterator<Item = T>,
    ) -> Result<Self> {
        let (name, cells): (String, Vec<String>) = (name.into(), cells.into_iter().map(Into::into).collect());
        if cells.len() != self.rows() {
            let what = format!("column `{name}`");
            return Err(Error::LengthMismatch { what, expected: self.rows(), found: cells.len() });
        }
        let position = self.columns();
        let written = cells.into_iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
        let added = written.map(|(row, cell)| ((position, row), cell.trim().to_owned()));
        let names = self.names().iter().cloned().chain([name]).collect();
        let missing = vec![f64::NAN; self.rows()];
        let columns = self.values().columns().into_iter().map(|column| column.to_vec()).chain([missing]).collect();
        Self::from_parts(
            names,
            columns,
            self.text_cells().iter().map(|(&at, text)| (at, text.clone())).chain(added).collect(),
        )
    }

    /// The table with these columns taken for categories, though some of their cells are numbers: error codes, numbers of branches.
    ///
    /// # Errors
    /// When there is no such column.
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_csv_reader("status,ms\n200,12\n500,900\n200,11\n".as_bytes())?;
    /// assert!(data.levels("status").is_none());
    /// let data = data.with_categories(["status"])?;
    /// assert_eq!(data.levels("status").expect("a category").names(), ["200", "500"]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn with_categories<N: AsRef<str>>(&self, columns: impl IntoIterator<Item = N>) -> Result<Self> {
        let (mut values, mut text_cells) = (self.values().to_owned(), self.text_cells().clone());
        for name in columns {
            let position = self.position_of_any(name.as_ref())?;
            for row in 0..self.rows() {
                let cell = self.cell_as_text(row, position);
                if !cell.is_empty() {
                    text_cells.insert((position, row), cell);
                }
            }
            values.column_mut(position).fill(f64::NAN);
        }
        Ok(Self::from_array_and_text(self.names(), values.view(), text_cells)?.with_places_of(self))
    }

    /// The levels of a column of text, in the order of their names: all cells but missing ones are text. Nothing where the column
    /// holds a number, or there is no such column.
    pub fn levels(&self, column: &str) -> Option<Levels> {
        let position = self.position_of_any(column).ok()?;
        let cells = self.text_cells().range((position, 0)..(position + 1, 0)).map(|(_, text)| text.as_str());
        let numbers = self.values().column(position).iter().filter(|value| !value.is_nan()).count();
        levels_of(cells.clone(), numbers + cells.count())
    }

    /// The table with its categories coded, with the levels that are known and those that its columns of text have otherwise: of the
    /// columns with these names, where they are there. Text of which most cells differ is no category, and stays as it is.
    ///
    /// # Errors
    /// None but a bug's.
    pub(crate) fn coded<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        known: impl Fn(&str) -> Option<Arc<Levels>>,
    ) -> Result<Cow<'_, Self>> {
        let mut coded = Vec::new();
        for name in names {
            let Ok(position) = self.position_of_any(name) else { continue };
            if self.coded_levels(name).is_some() {
                continue;
            }
            let repeated = || self.category(name).map(Arc::new);
            let Some(levels) = known(name).or_else(repeated) else { continue };
            coded.push((name, position, levels));
        }
        if coded.is_empty() {
            return Ok(Cow::Borrowed(self));
        }
        let (mut values, mut text_cells) = (self.values().to_owned(), self.text_cells().clone());
        let mut by_name = self.all_coded_levels().clone();
        for (name, position, levels) in coded {
            for row in 0..self.rows() {
                let cell = self.cell_as_text(row, position);
                values[[row, position]] = if cell.is_empty() { f64::NAN } else { levels.code(&cell) };
                text_cells.remove(&(position, row));
            }
            by_name.insert(name.to_owned(), levels);
        }
        let table = Self::from_array_and_text(self.names(), values.view(), text_cells)?.with_places_of(self);
        Ok(Cow::Owned(table.with_coded_levels(by_name)))
    }

    /// The table with text for the codes of these columns, one list of levels for each by name.
    pub(crate) fn decoded(&self, levels: &LevelsByName) -> Result<Self> {
        self.decoded_with(levels, |_, _| None)
    }

    /// As [`decoded`](Self::decoded), where what is no level has the text that another table with as many rows has there.
    pub(crate) fn decoded_like(&self, levels: &LevelsByName, other: &Self) -> Result<Self> {
        let positions: Vec<(&str, usize)> =
            levels.keys().filter_map(|name| Some((name.as_str(), other.position_of_any(name).ok()?))).collect();
        let decoded = self.decoded_with(levels, |name, row| {
            let &(_, position) = positions.iter().find(|(column, _)| *column == name)?;
            Some(other.cell_as_text(row, position)).filter(|cell| !cell.is_empty())
        })?;
        Ok(decoded.with_places_of(other))
    }

    fn decoded_with(&self, levels: &LevelsByName, unseen: impl Fn(&str, usize) -> Option<String>) -> Result<Self> {
        let (mut values, mut text_cells) = (self.values().to_owned(), TextCells::new());
        for (name, levels) in levels {
            let Ok(position) = self.position_of_any(name) else { continue };
            for (row, value) in values.column_mut(position).iter_mut().enumerate() {
                let level = levels.name(*value).map(str::to_owned);
                if let Some(level) = level.or_else(|| unseen(name, row)) {
                    text_cells.insert((position, row), level);
                }
                *value = f64::NAN;
            }
        }
        Ok(Self::from_array_and_text(self.names(), values.view(), text_cells)?.with_places_of(self))
    }

    /// The levels of a column of text, if they repeat as those of a category do.
    pub(crate) fn category(&self, column: &str) -> Option<Levels> {
        let (position, levels) = (self.position_of_any(column).ok()?, self.levels(column)?);
        let cells = self.text_cells().range((position, 0)..(position + 1, 0)).count();
        (levels.len() <= FEW_LEVELS.max(cells / CELLS_PER_LEVEL)).then_some(levels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Dataset {
        let text = "region,lid,mixed,price\nEU,shut,1,10\nUS,open,x,20\n,shut,2,NA\nEU,shut,x,12\n";
        Dataset::from_csv_reader(text.as_bytes()).unwrap()
    }

    #[test]
    fn columns_of_text_are_categories_and_others_are_not() {
        let data = data();
        assert_eq!(data.levels("region").unwrap().names(), ["EU", "US"]);
        assert_eq!(data.levels("lid").unwrap().names(), ["open", "shut"]);
        assert!(data.levels("mixed").is_none() && data.levels("price").is_none() && data.levels("none").is_none());
    }

    #[test]
    fn codes_stand_for_levels_and_gaps_stay_gaps() {
        let data = data();
        let coded = data.coded(["region", "lid", "price"], |_| None).unwrap();
        let column = coded.column("region").unwrap().to_vec();
        assert_eq!((column[0], column[1], column[3]), (0.0, 1.0, 0.0));
        assert!(column[2].is_nan());
        assert_eq!(coded.column("lid").unwrap().to_vec(), [1.0, 0.0, 1.0, 1.0]);
        assert!(coded.coded_levels("price").is_none() && coded.coded_levels("lid").is_some());
        // What was not asked for is text as before.
        assert!(matches!(coded.column("mixed"), Err(Error::TextColumn { row: 1, .. })));
    }

    #[test]
    fn levels_that_are_known_decide_and_others_are_unseen() {
        let known = Arc::new(Levels::of(["AP", "US"]).unwrap());
        let data = data();
        let coded = data.coded(["region"], |_| Some(Arc::clone(&known))).unwrap();
        assert_eq!(coded.column("region").unwrap().to_vec()[..2], [2.0, 1.0]);
    }

    #[test]
    fn text_that_never_repeats_is_no_category() {
        let names: Vec<String> = (0..10).map(|row| format!("request {row}")).collect();
        let data = Dataset::from_columns([("x", vec![0.0; 10])]).unwrap().with_text_column("id", names).unwrap();
        let error = data.coded(["id"], |_| None).unwrap().column("id").unwrap_err().to_string();
        assert!(error.contains("`id`") && error.contains("half"), "{error}");
    }

    #[test]
    fn what_was_coded_is_text_again() {
        let text = data();
        let data = text.coded(["region"], |_| None).unwrap();
        let decoded = data.decoded(data.all_coded_levels()).unwrap();
        assert_eq!(decoded.levels("region").unwrap().names(), ["EU", "US"]);
    }
}
