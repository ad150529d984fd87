//! Traces and dependencies: what the files may be, what the spans in them mean, and what becomes of them.

mod dependencies;
mod formats;
mod rules;
mod table;
