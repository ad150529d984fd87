//! Invoices and payments from a file of Parquet, a batch at a time.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use etiology::data::{EventColumn, EventColumns};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::invoice::NODES;

pub(super) const ID: &str = "invoice";
pub(super) const VENDOR: &str = "vendor";
pub(super) const COUNTRY: &str = "country";
/// The node that carries the fault that was built in, where one was; and what that makes by itself.
pub(super) const BUILT_IN: &str = "built-in cause";
pub(super) const BUILT_IN_AMOUNT: &str = "built-in amount";

/// Rows in a batch.
const BATCH: usize = 16_384;

/// The column of a node's figures as the invoice has them.
pub(super) fn due_column(node: &str) -> String {
    format!("{node} due")
}

/// The column of a node's figures as they were paid.
pub(super) fn paid_column(node: &str) -> String {
    format!("{node} paid")
}

/// A file whose batches are read one after another.
pub(super) struct Source {
    reader: ParquetRecordBatchReader,
    file: String,
    has_built_in: bool,
}

/// Some invoices, column by column.
pub(super) struct Batch {
    pub(super) ids: StringArray,
    pub(super) vendors: StringArray,
    pub(super) countries: StringArray,
    due: Vec<Float64Array>,
    paid: Vec<Float64Array>,
    pub(super) built_in: Option<(StringArray, Float64Array)>,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = format!("`{}`", path.display());
        let failed = |error: &dyn std::error::Error| format!("{file} cannot be read: {error}");
        let opened = File::open(path).map_err(|error| failed(&error))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|error| failed(&error))?;
        let names: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let figures = NODES.into_iter().flat_map(|node| [due_column(node), paid_column(node)]);
        let needed: Vec<String> = [ID, VENDOR, COUNTRY].map(str::to_owned).into_iter().chain(figures).collect();
        if let Some(missing) = needed.iter().find(|name| !names.contains(name)) {
            return Err(format!("{file} has no column `{missing}`; it has {}", names.join(", ")));
        }
        let has_built_in = [BUILT_IN, BUILT_IN_AMOUNT].iter().all(|name| names.iter().any(|other| other == name));
        let is_read = |name: &String| needed.contains(name) || [BUILT_IN, BUILT_IN_AMOUNT].contains(&name.as_str());
        let places = names.iter().enumerate().filter(|(_, name)| is_read(name)).map(|(place, _)| place);
        let mask = ProjectionMask::roots(builder.parquet_schema(), places);
        let reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|error| failed(&error))?;
        Ok(Self { reader, file, has_built_in })
    }

    fn batch(&self, batch: &RecordBatch) -> Result<Batch, String> {
        let column = |name: &str, data_type: &DataType| -> Result<ArrayRef, String> {
            let found = batch.column_by_name(name).ok_or_else(|| format!("{} has no column `{name}`", self.file))?;
            cast(found, data_type).map_err(|error| format!("column `{name}` of {}: {error}", self.file))
        };
        let text = |name: &str| Ok::<_, String>(column(name, &DataType::Utf8)?.as_string::<i32>().clone());
        let numbers = |name: &str| {
            let numbers = column(name, &DataType::Float64)?;
            Ok::<_, String>(numbers.as_primitive::<Float64Type>().clone())
        };
        Ok(Batch {
            ids: text(ID)?,
            vendors: text(VENDOR)?,
            countries: text(COUNTRY)?,
            due: NODES.iter().map(|node| numbers(&due_column(node))).collect::<Result<_, _>>()?,
            paid: NODES.iter().map(|node| numbers(&paid_column(node))).collect::<Result<_, _>>()?,
            built_in: match self.has_built_in {
                true => Some((text(BUILT_IN)?, numbers(BUILT_IN_AMOUNT)?)),
                false => None,
            },
        })
    }
}

impl Iterator for Source {
    type Item = Result<Batch, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.reader.next()?.map_err(|error| format!("{} cannot be read: {error}", self.file));
        Some(next.and_then(|batch| self.batch(&batch)))
    }
}

impl Batch {
    pub(super) fn rows(&self) -> usize {
        self.ids.len()
    }

    /// What an invoice comes to.
    pub(super) fn due_payment(&self, row: usize) -> f64 {
        self.due.last().filter(|due| due.is_valid(row)).map_or(f64::NAN, |due| due.value(row))
    }

    /// The invoices as due and as paid, one after the other, under the names of the nodes.
    pub(super) fn with_sides<R>(&self, ask: impl FnOnce([&EventColumns<'_>; 2]) -> R) -> etiology::Result<R> {
        let [due, paid] = [&self.due, &self.paid].map(|side| side.iter().map(with_gaps).collect::<Vec<_>>());
        let [due, paid] = [&due, &paid].map(|side| {
            let columns = side.iter().map(|column| EventColumn::Numbers(column));
            EventColumns::new(NODES.into_iter().zip(columns))
        });
        Ok(ask([&due?, &paid?]))
    }
}

/// Null is `NaN`, which is missing.
fn with_gaps(column: &Float64Array) -> Cow<'_, [f64]> {
    match column.null_count() {
        0 => Cow::Borrowed(column.values()),
        _ => Cow::Owned(column.iter().map(|value| value.unwrap_or(f64::NAN)).collect()),
    }
}

/// A cell of text, unless it is missing.
pub(super) fn cell(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
