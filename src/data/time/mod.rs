//! The times of rows: which column holds them, spans of them, and what was just before a moment.

mod column;
mod spans;
mod timeline;

pub use column::{RowTimes, TimeColumn};
pub use timeline::Timeline;

pub(crate) use spans::moment;
