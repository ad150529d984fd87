//! Traces as OpenTelemetry, Tempo, Jaeger and Zipkin have them, and dependencies as Jaeger and Zipkin answer.
//!
//! [`Traces`] holds a table of latencies, the call graph, and formulas derived from sequential and parallel calls.

mod attributes;
mod collector;
mod columns;
mod config;
mod formulas;
mod input;
mod json;
mod open;
mod operations;
mod protobuf;
mod report;
mod request;
mod services;
mod span;
mod structure;
mod table;

pub use config::{Absent, TraceConfig};
pub use formulas::FormulaFit;
pub use operations::{MixedOperations, RootOperation};
pub use report::TraceReport;
pub use services::ServiceLabels;
pub use structure::{ServiceCall, SiblingCalls};
pub use table::Traces;
