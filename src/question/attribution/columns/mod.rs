//! Many events in columns: attributed without an object for each, answered column by column.

mod attribute;
mod result;

pub use result::{AttributedColumns, RankedNode};
