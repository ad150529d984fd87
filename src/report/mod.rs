//! What a person or a program reads: tables and bar charts for a terminal, a page of HTML, drawings of the causal graph, CSV,
//! and JSON through serde.

mod assignment;
mod bars;
mod colour;
mod csv;
mod dataset;
mod diagnosis;
mod dot;
mod escape;
mod evaluation;
mod finding;
mod html;
mod json;
mod label;
mod layout;
mod mermaid;
mod number;
mod picture;
mod svg;
mod table;

pub use html::HtmlReport;
