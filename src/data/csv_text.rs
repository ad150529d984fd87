//! A table as the text of a CSV file, with all digits.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::dataset::Dataset;
use crate::error::{Error, Result};

impl Dataset {
    /// The table as CSV text: a header line, then a line per row.
    ///
    /// Reading it gives the same table: numbers have as many digits as tell their bits, missing values are empty cells (but for
    /// one `NaN` where all of a row are missing, as blank rows are none), and text stays text. White space around a name is lost,
    /// and a name that ends in a unit in brackets, as in `latency [ms]`, is read as a name and a unit, unless it is
    /// [needed](crate::tables::CsvFormat::with_needed) as it stands.
    ///
    /// Names and cells that a spreadsheet would take for a formula are left as they are: import the text as text.
    ///
    /// ```
    /// use etiology::Dataset;
    ///
    /// let data = Dataset::from_columns([("db", [0.1, f64::NAN]), ("api", [0.1 + 0.2, 1.0])])?;
    /// assert_eq!(data.to_csv(), "db,api\n0.1,0.30000000000000004\n,1\n");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let rows = (0..self.rows()).map(|row| {
            let mut cells: Vec<String> = (0..self.columns()).map(|column| self.cell_as_text(row, column)).collect();
            if cells.iter().all(String::is_empty) {
                cells[0].push_str("NaN");
            }
            line(&cells)
        });
        [first_line(self.names()).to_owned(), line(self.names())].into_iter().chain(rows).collect()
    }

    /// Writes [`to_csv`](Self::to_csv) to a file that is not there yet, as [`File::create_new`] does.
    ///
    /// What is there already stays as it is; remove it first to replace it.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] when there is such a file already, or it cannot be written; then there is none.
    pub fn to_csv_path(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let failed =
            |error: std::io::Error| Error::CannotWrite { path: path.display().to_string(), message: error.to_string() };
        let mut file = File::create_new(path).map_err(failed)?;
        file.write_all(self.to_csv().as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
            // Half a table would be read as a shorter one. The first failure is the one to tell.
            let _ = fs::remove_file(path);
            failed(error)
        })
    }

    /// What a cell is written as; blank where it is missing.
    pub(crate) fn cell_as_text(&self, row: usize, column: usize) -> String {
        if let Some(text) = self.text_cell(row, column) {
            return text.to_owned();
        }
        let value = self.values()[[row, column]];
        if value.is_nan() {
            return String::new();
        }
        // The shortest text that reads as the same number: `1e300` rather than 301 digits, and `1` rather than `1.0`.
        let text = format!("{value:?}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    }
}

/// Nothing, unless the only name looks like a line that names the delimiter: then such a line.
fn first_line(names: &[String]) -> &'static str {
    match names {
        [only] if only.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep=")) => "sep=,\n",
        _ => "",
    }
}

/// A line of cells.
fn line(cells: &[String]) -> String {
    cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n"
}

/// A cell, in quotes where a reader could take a part of it for something else: one that finds out the delimiter, or the format.
fn quoted(cell: &str) -> Cow<'_, str> {
    let is_plain = !cell.contains([',', ';', '\t', '|', '"', '\n', '\r'])
        && !cell.starts_with(['{', '[', '<', '%'])
        && cell.trim().len() == cell.len();
    if is_plain { Cow::Borrowed(cell) } else { Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\""))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(text: &str) {
        let data = Dataset::from_csv_reader(text.as_bytes()).unwrap();
        assert_eq!(data.to_csv(), text);
    }

    #[test]
    fn what_was_read_is_written_and_read_again() {
        same("db,api\n0.1,1e300\n,-0\n5e-324,inf\n");
        same("\"a, b\",\"say \"\"so\"\"\",note\n1,2,late\n3,,\"on\n two lines\"\n");
        same("\"a;b\"\n1\n");
        same("sep=,\n\"sep=;\"\n1\n");
        same("\"{a\",b|c\n1,2\n".replace("b|c", "\"b|c\"").as_str());
        // A row of missing values is no blank row.
        same("a,b\n1,\nNaN,\n2,3\n");
    }

    #[test]
    fn every_bit_comes_back() {
        let values: Vec<f64> = (1..=2_000_u64)
            .map(|seed| f64::from_bits(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            .filter(|value| !value.is_nan())
            .collect();
        let data = Dataset::from_columns([("a", values.clone())]).unwrap();
        let read = Dataset::from_csv_reader(data.to_csv().as_bytes()).unwrap();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&read.column("a").unwrap().to_vec()), bits(&values));
    }

    #[test]
    fn no_file_is_written_over() {
        let path = std::env::temp_dir().join(format!("etiology_to_csv_path_{}.csv", std::process::id()));
        let [first, second] = [[1.0], [2.0]].map(|column| Dataset::from_columns([("a", column)]).unwrap());
        first.to_csv_path(&path).unwrap();
        let message = second.to_csv_path(&path).unwrap_err().to_string();
        let kept = Dataset::from_csv_path(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(kept, first);
        assert!(message.starts_with("cannot write ") && message.contains("etiology_to_csv_path"), "{message}");
        let nowhere = first.to_csv_path(path.join("below.csv")).unwrap_err().to_string();
        assert!(nowhere.starts_with("cannot write "), "{nowhere}");
    }
}
