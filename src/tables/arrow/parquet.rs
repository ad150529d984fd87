//! A Parquet file as a source of tables.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::array;
use super::batches::{add_batch, plain_origin};
use crate::data::RowLines;
use crate::error::{Error, Result};
use crate::input::limited;
use crate::tables::columns::Gathered;
use crate::tables::format::CsvFormat;
use crate::tables::read::{Table, read_table};
use crate::tables::report::Origin;
use crate::tables::source::TableSource;

const MAGIC: &[u8] = b"PAR1";
/// Rows in a batch.
const BATCH: usize = 8192;

/// Whether a file that begins like this is one of Parquet. The letters alone may be those of a column's name.
pub(in crate::tables) fn is_parquet(start: &[u8]) -> bool {
    let is_cut = |error: std::str::Utf8Error| error.error_len().is_none();
    let is_text = !start.contains(&0) && std::str::from_utf8(start).map_or_else(is_cut, |_| true);
    start.starts_with(MAGIC) && !is_text
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

    fn read_batch(&mut self, columns: &mut [Gathered], lines: &mut RowLines) -> Result<bool> {
        let next = guarded(self.file, || self.reader.next().transpose())?;
        let Some(batch) = next.map_err(|error| damaged(self.file, &error))? else { return Ok(false) };
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

/// The reader of Parquet panics in some places where a file is damaged: for whoever calls, that is an error like others.
fn guarded<R>(file: &str, read: impl FnOnce() -> R) -> Result<R> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|_| Error::Csv {
        origin: file.to_owned(),
        message: "this Parquet file cannot be read: it is damaged where its reader expects it the least".to_owned(),
    })
}

/// Reads a Parquet file whole: its contents are at its end. Columns of text are categories, whatever their cells look like.
pub(in crate::tables) fn read_parquet(reader: impl Read, file: &str, format: &CsvFormat) -> Result<Table> {
    let failed = |error: ParquetError| damaged(file, &error);
    let mut bytes = Vec::new();
    limited(reader, format.most_bytes, "").read_to_end(&mut bytes).map_err(|error| damaged(file, &error))?;
    // The types of Parquet are enough, and one thing less that may be damaged.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let open = || -> std::result::Result<_, ParquetError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes::Bytes::from(bytes), options)?;
        let schema = builder.schema().clone();
        Ok((schema, builder.with_batch_size(BATCH).build()?))
    };
    let (schema, reader) = guarded(file, open)?.map_err(failed)?;
    let names = schema.fields().iter().map(|field| field.name().clone()).collect();
    let categories: Vec<String> = format.categories.iter().cloned().chain(array::text_columns(&schema)).collect();
    let format = format.clone().with_categories(categories);
    read_table(&mut ParquetSource { names, reader, file }, file, &format)
}
