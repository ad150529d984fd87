//! The top of a JSON document of either format, read piece by piece: a document is never held as a whole.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::jaeger::JaegerTraces;
use super::otlp::ResourceSpansList;
use crate::error::{Error, Result};
use crate::traces::collector::Collector;

/// What a file of traces is, as a message names it.
const EXPECTED: &str = "an OTLP JSON object with `resourceSpans` or a Jaeger JSON object with `data`";

/// Reads all documents, one after another with blanks or line ends between them.
pub(in crate::traces) fn read(reader: impl Read, origin: &str, collector: &mut Collector) -> Result<()> {
    let malformed = |message: String| Error::TraceFile { origin: origin.to_owned(), message };
    let mut input = serde_json::Deserializer::from_reader(reader);
    let mut complete_documents = 0_u64;
    loop {
        match input.end() {
            Ok(()) => break,
            Err(error) if error.is_io() => return Err(malformed(error.to_string())),
            Err(_) => {}
        }
        let mut failure = None;
        let document = Document { collector, failure: &mut failure };
        match document.deserialize(&mut input) {
            Ok(()) => complete_documents += 1,
            Err(error) => {
                if let Some(failure) = failure {
                    return Err(failure);
                }
                if !(error.is_eof() && complete_documents > 0) {
                    return Err(malformed(error.to_string()));
                }
                collector.report.truncated = true;
                break;
            }
        }
        collector.finish_beyond_limit();
    }
    collector.finish_all_but(0);
    if complete_documents == 0 {
        return Err(malformed(format!("it is empty, but {EXPECTED} was expected")));
    }
    Ok(())
}

/// One document. An error of ours is put into `failure`, since serde would keep nothing of it but its text.
struct Document<'a> {
    collector: &'a mut Collector,
    failure: &'a mut Option<Error>,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { collector, failure } = self;
        let mut known = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "resourceSpans" | "resource_spans" => {
                    map.next_value_seed(ResourceSpansList { collector, failure })?;
                    known = true;
                }
                "data" => {
                    map.next_value_seed(JaegerTraces { collector, failure })?;
                    known = true;
                }
                // Both may stand before or after the traces, or for an answer without any.
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if known { Ok(()) } else { Err(A::Error::custom(format!("expected {EXPECTED}"))) }
    }
}
