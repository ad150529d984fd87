//! The amounts of every invoice, as Parquet or CSV.

use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use etiology::files::UnfinishedFile;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::answers::Answers;
use super::source::{Batch, COUNTRY, ID, VENDOR};
use crate::invoice::NODES;

pub(super) struct ResultFile {
    path: String,
    /// Until the first batch tells the columns.
    file: Option<UnfinishedFile>,
    writer: Option<Writer>,
}

enum Writer {
    Parquet(Box<ArrowWriter<UnfinishedFile>>),
    Csv(Box<csv::Writer<BufWriter<UnfinishedFile>>>),
}

impl ResultFile {
    pub(super) fn create(path: &Path) -> Result<Self, String> {
        let file = UnfinishedFile::create(path).map_err(|error| error.to_string())?;
        Ok(Self { path: path.display().to_string(), file: Some(file), writer: None })
    }

    pub(super) fn write(&mut self, batch: &Batch, answers: &Answers<'_>) -> Result<(), String> {
        self.put(&table(batch, answers)).map_err(|error| format!("`{}` cannot be written: {error}", self.path))
    }

    fn put(&mut self, table: &Result<RecordBatch, arrow_schema::ArrowError>) -> Result<(), Box<dyn std::error::Error>> {
        let table = table.as_ref().map_err(ToString::to_string)?;
        if let Some(file) = self.file.take() {
            self.writer = Some(Writer::new(&self.path, file, table)?);
        }
        match &mut self.writer {
            Some(Writer::Parquet(writer)) => writer.write(table)?,
            Some(Writer::Csv(writer)) => {
                let as_text = |column: &ArrayRef| cast(column, &DataType::Utf8);
                let columns: Vec<ArrayRef> = table.columns().iter().map(as_text).collect::<Result<_, _>>()?;
                let columns: Vec<&StringArray> = columns.iter().map(|column| column.as_string::<i32>()).collect();
                for row in 0..table.num_rows() {
                    let cell =
                        |column: &&StringArray| if column.is_null(row) { "" } else { column.value(row) }.to_owned();
                    writer.write_record(columns.iter().map(cell))?;
                }
            }
            None => {}
        }
        Ok(())
    }

    pub(super) fn close(self) -> Result<(), String> {
        let failed = |error: &dyn std::error::Error| format!("`{}` cannot be written: {error}", self.path);
        let written = match self.writer {
            Some(Writer::Parquet(writer)) => Some(writer.into_inner().map_err(|error| failed(&error))?),
            Some(Writer::Csv(writer)) => {
                let buffer = writer.into_inner().map_err(|error| failed(error.error()))?;
                Some(buffer.into_inner().map_err(|error| failed(error.error()))?)
            }
            None => self.file,
        };
        written.map_or(Ok(()), |file| file.finish().map_err(|error| error.to_string()))
    }
}

impl Writer {
    fn new(path: &str, file: UnfinishedFile, table: &RecordBatch) -> Result<Self, Box<dyn std::error::Error>> {
        if path.to_lowercase().ends_with(".csv") {
            let mut writer = csv::Writer::from_writer(BufWriter::new(file));
            writer.write_record(table.schema().fields().iter().map(|field| field.name().clone()))?;
            return Ok(Self::Csv(Box::new(writer)));
        }
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self::Parquet(Box::new(ArrowWriter::try_new(file, table.schema(), Some(properties))?)))
    }
}

/// A row an invoice: the amount short, the cause that made the most of it, and what each cause made.
fn table(batch: &Batch, answers: &Answers<'_>) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let mut columns: Vec<(String, ArrayRef, bool)> = vec![
        (ID.to_owned(), Arc::new(batch.ids.clone()), true),
        (VENDOR.to_owned(), Arc::new(batch.vendors.clone()), true),
        (COUNTRY.to_owned(), Arc::new(batch.countries.clone()), true),
        ("amount short".to_owned(), numbers(&answers.short), true),
        ("first cause".to_owned(), Arc::new(answers.first.iter().copied().collect::<StringArray>()), true),
    ];
    columns
        .extend(NODES.iter().zip(&answers.amounts).map(|(node, amounts)| ((*node).to_owned(), numbers(amounts), true)));
    columns.push(("rounding".to_owned(), numbers(&answers.rounding), true));
    columns.push(("error".to_owned(), Arc::new(answers.errors.iter().cloned().collect::<StringArray>()), true));
    RecordBatch::try_from_iter_with_nullable(columns)
}

fn numbers(column: &[f64]) -> ArrayRef {
    Arc::new(column.iter().map(|&number| Some(number).filter(|number| !number.is_nan())).collect::<Float64Array>())
}
