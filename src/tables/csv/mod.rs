//! Text with a separator between cells, as a source of tables.

mod delimiter;
mod foreign;
mod records;
mod source;

pub(super) use source::{CsvSource, is_unnamed};
