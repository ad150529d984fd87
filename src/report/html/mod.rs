//! A diagnosis, a change, or a summary of many events, as one self-contained page of HTML.

mod bars;
mod change;
mod diagnostics;
mod distributions;
mod page;
mod proof;
mod summary;
mod tables;
mod text;

pub use change::ChangeReport;
pub use page::{HtmlReport, page_without_answer};
pub use summary::SummaryReport;
