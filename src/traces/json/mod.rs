//! The JSON of traces and of dependencies, in every way in which tools write it.

mod dependencies;
mod document;
mod failure;
mod jaeger;
mod otlp;
mod scalar;

pub(super) use document::read;
