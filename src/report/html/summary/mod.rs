//! The page of a summary of many events.

mod causes;
mod events;
mod levels;
mod report;

pub use report::SummaryReport;
