//! What a person or a program reads: tables and bar charts for a terminal, JSON through serde.

mod assignment;
mod bars;
mod diagnosis;
mod evaluation;
mod finding;
mod json;
mod number;
mod table;
