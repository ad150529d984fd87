//! A diagnosis, or a change, as one self-contained page of HTML.

mod bars;
mod change;
mod diagnostics;
mod distributions;
mod page;
mod tables;
mod text;

pub use change::ChangeReport;
pub use page::{HtmlReport, page_without_answer};
