//! The way of a file of traces: unpacked, told what it is, read, and, where no spans are found, explained.

use std::io::{self, Read};

use super::decode::unpacked;
use super::findings::Findings;
use super::sniff::{self, Kind};
use super::window::Window;
use crate::error::{Error, Result};
use crate::traces::collector::Collector;
use crate::traces::{json, protobuf};

/// What a file of traces is, as a message names it.
const EXPECTED: &str = "JSON of OTLP, Tempo, Jaeger or Zipkin, or protobuf of OTLP";

/// Reads all documents of a file.
pub(in crate::traces) fn read(reader: impl Read, origin: &str, collector: &mut Collector) -> Result<()> {
    let malformed = |message: String| Error::TraceFile { origin: origin.to_owned(), message };
    let failed = |error: io::Error| malformed(error.to_string());
    let mut window = Window::new(unpacked(reader).map_err(failed)?);
    window.fill(sniff::LOOKED_AT).map_err(failed)?;
    let looked_at = window.ahead().len().min(sniff::LOOKED_AT);
    let mut findings = Findings::default();
    match sniff::kind(&window.ahead()[..looked_at]) {
        // Blanks may be long.
        Kind::Empty | Kind::Json => json::read(&mut window, origin, collector, &mut findings)?,
        Kind::Protobuf(framing) => protobuf::read(&mut window, framing, origin, collector, &mut findings)?,
        Kind::Other(what) => return Err(malformed(what)),
    }
    collector.finish_all_but(0);
    collector.report.truncated |= window.broken().is_some();
    if collector.report.spans > 0 {
        return Ok(());
    }
    Err(malformed(match window.broken() {
        Some(broken) => broken.to_owned(),
        None => findings.explanation(EXPECTED),
    }))
}
