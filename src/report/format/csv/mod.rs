//! Answers as CSV: one line for each node, feature or figure.

mod acting;
mod attributions;
mod cells;
mod changes;
mod structure;
mod summary;
