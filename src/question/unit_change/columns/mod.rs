//! Many pairs of rows in columns: explained without an object for each, answered column by column.

mod change;
mod result;

pub use result::{RankedChange, UnitChangeColumns};
