//! Text for a terminal: what `Display` prints, and a bar chart.

mod assignment;
mod attribution;
mod bars;
mod dataset;
mod diagnosis;
mod evaluation;
mod finding;
mod robust_change;
