//! What a person or a program reads: tables and bar charts for a terminal, a page of HTML, drawings of the causal graph, CSV,
//! and JSON through serde.

mod drawing;
mod escape;
mod format;
mod html;
mod label;
mod text;
mod unit;
mod units;

pub use crate::wording::{visible_json, visible_name, visible_text};
pub use format::{DiagnosisInBrief, FirstOfVerdict, GrafanaAnnotation};
pub use html::{ChangeReport, HtmlReport, SummaryReport, page_without_answer};
pub use text::{AttributionText, DiagnosisText};
pub use unit::Unit;
pub use units::Units;
