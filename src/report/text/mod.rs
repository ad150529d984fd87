//! Text for a terminal: what `Display` prints, and a bar chart.

mod acting;
mod assignment;
mod attribution;
mod bars;
mod change;
mod dataset;
mod diagnosis;
mod evaluation;
mod finding;
mod influence;
mod proof;
mod rows;
mod summary;
mod table;

pub use attribution::AttributionText;
pub use diagnosis::DiagnosisText;
pub(super) use proof::times;
pub(super) use summary::first_causes;
