//! A Parquet file as a source of tables.

use std::io::Read;

use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::array;
use super::batches::{add_batch, plain_origin};
use crate::error::{Error, Result};
use crate::tables::columns::Gathered;
use crate::tables::format::CsvFormat;
use crate::tables::read::{Table, read_table};
use crate::tables::report::Origin;
use crate::tables::source::TableSource;

const MAGIC: &[u8] = b"PAR1";
/// Rows in a batch.
const BATCH: usize = 8192;

/// Whether a file that begins like this is one of Parquet.
pub(in crate::tables) fn is_parquet(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

struct ParquetSource<'f> {
    names: Vec<String>,
    reader: ParquetRecordBatchReader,
    file: &'f str,
}

impl TableSource for ParquetSource<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read_batch(&mut self, columns: &mut [Gathered], lines: &mut Vec<u64>) -> Result<bool> {
        let damaged = |error: &dyn std::error::Error| damaged(self.file, error);
        let Some(batch) = self.reader.next().transpose().map_err(|error| damaged(&error))? else { return Ok(false) };
        add_batch(&batch, columns, lines, self.file)?;
        Ok(true)
    }

    fn origin(&self) -> Origin {
        plain_origin()
    }
}

fn damaged(file: &str, error: &dyn std::error::Error) -> Error {
    Error::Csv { origin: file.to_owned(), message: format!("this Parquet file cannot be read: {error}") }
}

/// Reads a Parquet file whole: its contents are at its end. Columns of text are categories, whatever their cells look like.
pub(in crate::tables) fn read_parquet(reader: impl Read, file: &str, format: &CsvFormat) -> Result<Table> {
    let failed = |error: ParquetError| damaged(file, &error);
    let mut bytes = Vec::new();
    let most = format.most_bytes;
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| damaged(file, &error))?;
    if bytes.len() as u64 > most {
        return Err(Error::Csv {
            origin: file.to_owned(),
            message: format!("it has more than {most} bytes, which is the limit"),
        });
    }
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).map_err(failed)?;
    let schema = builder.schema().clone();
    let reader = builder.with_batch_size(BATCH).build().map_err(failed)?;
    let names = schema.fields().iter().map(|field| field.name().clone()).collect();
    let categories: Vec<String> = format.categories.iter().cloned().chain(array::text_columns(&schema)).collect();
    let format = format.clone().with_categories(categories);
    read_table(&mut ParquetSource { names, reader, file }, file, &format)
}
