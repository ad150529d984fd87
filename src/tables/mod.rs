//! From files to tables: what programs write where a number is meant, and a report of what was converted.
//!
//! A `TableSource` (in `source`) yields named columns in batches; `csv` is one. `columns` gathers the batches and decides,
//! once a column is whole, what its cells mean; `cells` reads a single one.

#[cfg(feature = "arrow")]
mod arrow;
mod cells;
mod columns;
mod csv;
mod entry;
mod format;
mod long;
mod pairs;
mod read;
mod repeated;
mod report;
mod source;
mod time_column;

pub use crate::input::Encoding;
pub use format::CsvFormat;
pub use read::Table;
pub use report::{Ambiguity, ColumnReport, LeftOut, LeftOutColumn, RepeatedName, TableReport, UnitReport};

pub(crate) use cells::unit_named;
pub(crate) use pairs::{PairHeaders, read_pairs, read_pairs_path};
