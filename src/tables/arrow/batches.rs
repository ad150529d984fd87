//! Batches of Arrow in memory: a `Dataset` from them, and one as a batch.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::ArrowError;

use super::array;
use crate::data::{Dataset, RowLines};
use crate::error::{Error, Result};
use crate::input::Encoding;
use crate::tables::columns::Gathered;
use crate::tables::format::CsvFormat;
use crate::tables::read::read_table;
use crate::tables::report::Origin;
use crate::tables::source::TableSource;

/// What messages call batches that are of no file.
const BATCHES: &str = "Arrow batches";

/// What a table without text of its own turned out to be.
pub(super) fn plain_origin() -> Origin {
    Origin { delimiter: ',', encoding: Encoding::Utf8, gzip: false, blank_rows: 0, long_form: false }
}

/// Adds the columns of a batch, and numbers its rows.
pub(super) fn add_batch(batch: &RecordBatch, columns: &mut [Gathered], lines: &mut RowLines, file: &str) -> Result<()> {
    let first = lines.len() as u64 + 1;
    (first..first + batch.num_rows() as u64).for_each(|line| lines.push(line));
    for ((array, field), column) in batch.columns().iter().zip(batch.schema().fields()).zip(columns) {
        array::add(array, column).map_err(|error| Error::Csv {
            origin: file.to_owned(),
            message: format!("column `{}` cannot be read: {error}", field.name()),
        })?;
    }
    Ok(())
}

struct Batches<'b> {
    names: Vec<String>,
    batches: std::slice::Iter<'b, RecordBatch>,
}

impl TableSource for Batches<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read_batch(&mut self, columns: &mut [Gathered], lines: &mut RowLines) -> Result<bool> {
        let Some(batch) = self.batches.next() else { return Ok(false) };
        add_batch(batch, columns, lines, BATCHES)?;
        Ok(true)
    }

    fn origin(&self) -> Origin {
        plain_origin()
    }
}

impl Dataset {
    /// A table from batches of Arrow, all with the same columns. Numbers are numbers, truth values 1 and 0, text is a category, and null is missing;
    /// names are as they stand.
    ///
    /// # Errors
    /// When there are no batches, rows or columns; the batches have different columns; or a name is blank or repeated.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    /// use etiology::Dataset;
    ///
    /// let paid: ArrayRef = Arc::new(Int64Array::from(vec![Some(90), None]));
    /// let region: ArrayRef = Arc::new(StringArray::from(vec!["EU", "US"]));
    /// let batch = RecordBatch::try_from_iter([("paid", paid), ("region", region)])?;
    /// let data = Dataset::from_record_batches(&[batch])?;
    /// assert!(data.column("paid")?[0] == 90.0 && data.column("paid")?[1].is_nan());
    /// assert_eq!(data.levels("region").map(|levels| levels.names().to_vec()), Some(vec!["EU".to_owned(), "US".to_owned()]));
    /// assert_eq!(Dataset::from_record_batches(&[data.to_record_batch()?])?.to_csv(), data.to_csv());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_record_batches(batches: &[RecordBatch]) -> Result<Self> {
        let invalid = |message: String| Error::Csv { origin: BATCHES.to_owned(), message };
        let Some(first) = batches.first() else {
            return Err(Error::Empty { what: "the data".to_owned(), expected: "batch" });
        };
        let schema = first.schema();
        if let Some(other) = batches.iter().find(|batch| batch.schema().fields() != schema.fields()) {
            return Err(invalid(format!(
                "the batches have different columns: {} and {}",
                schema.fields().iter().map(|field| field.to_string()).collect::<Vec<_>>().join(", "),
                other.schema().fields().iter().map(|field| field.to_string()).collect::<Vec<_>>().join(", ")
            )));
        }
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let format = CsvFormat::default().with_needed(names.clone()).with_categories(array::text_columns(&schema));
        let mut source = Batches { names, batches: batches.iter() };
        Ok(read_table(&mut source, BATCHES, &format)?.data)
    }

    /// The table as a batch of Arrow: a column of numbers as `Float64` with null for missing values, a column that holds text as `Utf8`.
    ///
    /// # Errors
    /// None but a bug's.
    pub fn to_record_batch(&self) -> std::result::Result<RecordBatch, ArrowError> {
        let with_text: HashSet<usize> = self.text_cells().keys().map(|&(column, _)| column).collect();
        let columns = self.names().iter().enumerate().map(|(position, name)| {
            let array: ArrayRef = if with_text.contains(&position) {
                let cells = (0..self.rows()).map(|row| Some(self.cell_as_text(row, position)));
                Arc::new(cells.map(|cell| cell.filter(|cell| !cell.is_empty())).collect::<StringArray>())
            } else {
                let values = self.values();
                let values = values.column(position);
                Arc::new(
                    values.iter().map(|&value| Some(value).filter(|value| !value.is_nan())).collect::<Float64Array>(),
                )
            };
            (name, array, true)
        });
        RecordBatch::try_from_iter_with_nullable(columns)
    }
}
