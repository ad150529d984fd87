//! Feature `arrow`: batches of Arrow as tables, and tables as batches. Feature `parquet`: files of them.

mod array;
mod batches;
#[cfg(feature = "parquet")]
mod parquet;

#[cfg(feature = "parquet")]
pub(super) use parquet::{is_parquet, read_parquet};
