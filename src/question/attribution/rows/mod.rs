//! Several rows as one event: an incident lasts minutes, and each of its rows alone may be hardly unusual.

mod attribute;
mod result;
mod statistic;
mod together;

pub use result::{RowsAttribution, RowsContribution};
pub use statistic::RowStatistic;
