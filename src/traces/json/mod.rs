//! The JSON of traces and of dependencies, in every way in which tools write it.

mod attributes;
mod dependencies;
mod document;
mod documents;
mod identifier;
mod jaeger;
mod object;
mod otlp;
mod scalar;
mod zipkin;

pub(super) use documents::{read, read_message};
