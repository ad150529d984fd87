//! OTLP as protobuf: the messages of the collector's file exporter, and bodies of requests.
//!
//! The wire format is read in place: a message becomes spans without a structure between, so that what a damaged or hostile
//! message costs is bounded by its length. Generated structures take up to a hundred times that of a message of empty spans.

mod messages;
mod request;
mod wire;

pub(super) use messages::read;
