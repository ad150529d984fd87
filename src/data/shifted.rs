//! Rows put together from cells of other rows.

use super::dataset::{Dataset, TextCells};
use crate::error::Result;

impl Dataset {
    /// A table whose row number k has, in every column, the cell of the row `rows[k]`, shifted by so many rows as is said of that column; missing
    /// where there is no such row.
    pub(crate) fn shifted(&self, rows: &[i64], by: impl Fn(&str) -> i64) -> Result<Self> {
        let (mut columns, mut text_cells) = (Vec::with_capacity(self.columns()), TextCells::new());
        for (column, name) in self.names().iter().enumerate() {
            let by = by(name);
            let from = |row: i64| usize::try_from(row.saturating_add(by)).ok().filter(|&row| row < self.rows());
            let values = self.values();
            columns.push(rows.iter().map(|&row| from(row).map_or(f64::NAN, |row| values[[row, column]])).collect());
            let texts = rows
                .iter()
                .enumerate()
                .filter_map(|(place, &row)| Some(((column, place), self.text_cell(from(row)?, column)?.to_owned())));
            text_cells.extend(texts);
        }
        let shifted = Self::from_parts(self.names().to_vec(), columns, text_cells)?;
        Ok(shifted.with_coded_levels(self.all_coded_levels().clone()))
    }

    /// The rows at these places in this order, and a row without any value where there is nothing.
    pub(crate) fn rows_or_gaps(&self, rows: &[Option<usize>]) -> Result<Self> {
        let rows: Vec<i64> = rows.iter().map(|row| row.map_or(-1, |row| row as i64)).collect();
        self.shifted(&rows, |_| 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_other_rows_are_put_together_and_what_is_not_there_is_missing() {
        let csv = "db,region\n1,EU\n2,US\n3,EU\n";
        let table = Dataset::from_csv_reader(csv.as_bytes()).unwrap();
        let shifted = table.shifted(&[0, 2], |name| -i64::from(name == "db")).unwrap();
        let (first, second) = (shifted.row(0).unwrap(), shifted.row(1).unwrap());
        assert!(first.get("db").unwrap().is_nan());
        assert_eq!(
            (second.get("db"), first.text("region"), second.text("region")),
            (Some(2.0), Some("EU"), Some("EU"))
        );
        let gaps = table.rows_or_gaps(&[Some(1), None]).unwrap();
        assert_eq!((gaps.row(0).unwrap().text("region"), gaps.row(1).unwrap().text("region")), (Some("US"), None));
        assert!(table.shifted(&[], |_| 0).is_err());
        assert!(table.shifted(&[i64::MAX], |_| i64::MAX).unwrap().row(0).unwrap().get("db").unwrap().is_nan());
    }
}
