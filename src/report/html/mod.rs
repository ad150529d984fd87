//! A diagnosis as one self-contained page of HTML.

mod bars;
mod diagnostics;
mod distributions;
mod page;
mod tables;
mod text;

pub use page::{HtmlReport, page_without_answer};
