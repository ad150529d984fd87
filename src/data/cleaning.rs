//! Two plain ways to deal with missing values, for the user to choose between.

use super::dataset::Dataset;
use crate::error::{Error, Result};

impl Dataset {
    /// A copy without the rows in which one of the given columns is missing or infinite. Of a column of text no cell may be blank.
    ///
    /// Name the columns you need, usually `graph.nodes()`: a gap in any other column costs no row.
    ///
    /// # Errors
    /// When there is no such column, it holds numbers and text, or no row is complete.
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_csv_reader("db,api,note\n0.1,0.3,\n,0.5,late\n0.2,0.4,\n".as_bytes())?;
    /// assert_eq!(data.drop_incomplete_rows(["db", "api"])?.rows(), 2);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "dropna")]
    pub fn drop_incomplete_rows<N: AsRef<str>>(&self, columns: impl IntoIterator<Item = N>) -> Result<Self> {
        let position = |name: &str| match self.levels(name) {
            Some(_) => self.position_of_any(name),
            None => self.position(name),
        };
        let positions = columns.into_iter().map(|name| position(name.as_ref())).collect::<Result<Vec<usize>>>()?;
        let values = self.values();
        let is_there =
            |row: usize, column: usize| values[[row, column]].is_finite() || self.text_cell(row, column).is_some();
        let complete = |row: &usize| positions.iter().all(|&column| is_there(*row, column));
        let rows: Vec<usize> = (0..self.rows()).filter(complete).collect();
        self.select_rows(&rows)
    }

    /// A copy in which the missing values (`NaN`) of the given columns are replaced by the mean of
    /// the column's finite ones. Infinite values stay.
    ///
    /// This narrows the column's distribution and weakens its relation to others; prefer
    /// [`drop_incomplete_rows`](Self::drop_incomplete_rows) where enough rows remain.
    ///
    /// # Errors
    /// When there is no such column, it holds text, or it has no finite value at all.
    #[doc(alias = "fillna")]
    pub fn fill_with_mean<N: AsRef<str>>(&self, columns: impl IntoIterator<Item = N>) -> Result<Self> {
        let mut values = self.values().to_owned();
        for position in self.positions(columns)? {
            let mut column = values.column_mut(position);
            let finite: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
            if finite.is_empty() {
                let what = format!("column `{}`", self.names()[position]);
                return Err(Error::Empty { what, expected: "finite value" });
            }
            // Divided before they are summed: the mean of large numbers must not overflow.
            let mean: f64 = finite.iter().map(|value| value / finite.len() as f64).sum();
            column.mapv_inplace(|value| if value.is_nan() { mean } else { value });
        }
        self.with_values(values.view())
    }

    fn positions<N: AsRef<str>>(&self, columns: impl IntoIterator<Item = N>) -> Result<Vec<usize>> {
        columns.into_iter().map(|name| self.position(name.as_ref())).collect()
    }
}
