//! A diagnosis, a change, or a summary of many events, as one self-contained page of HTML.

mod bars;
mod change;
mod contributions;
mod diagnostics;
mod distributions;
mod document;
mod fragment;
mod page;
mod proof;
mod provenance;
mod summary;
mod tables;
mod text;
mod verdict;

pub use change::ChangeReport;
pub use document::page_without_answer;
pub use page::HtmlReport;
pub use summary::SummaryReport;
