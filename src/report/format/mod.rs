//! What programs read: JSON and other formats of serde, and CSV.

mod csv;
mod json;
