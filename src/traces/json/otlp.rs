//! OTLP JSON: the JSON mapping of `ExportTraceServiceRequest`, as the collector's file exporter writes it, one per line.
//!
//! Names are in camel case, or in snake case as some exporters write them; identifiers hexadecimal; times in nanoseconds
//! since 1970, as text or numbers. Fields that do not matter here are skipped, not stored.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::failure::stop;
use super::scalar::Scalar;
use crate::error::{Error, Result};
use crate::traces::attributes::{ProcessAttributes, SpanAttributes};
use crate::traces::collector::{Collector, Process, SpanRecord};
use crate::traces::span::SpanKind;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resource {
    attributes: Option<Vec<Attribute>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attribute {
    key: Scalar,
    value: Option<AttributeValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AttributeValue {
    #[serde(rename = "stringValue", alias = "string_value")]
    text: Scalar,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OtlpSpan {
    #[serde(rename = "traceId", alias = "trace_id")]
    trace: Scalar,
    #[serde(rename = "spanId", alias = "span_id")]
    id: Scalar,
    #[serde(rename = "parentSpanId", alias = "parent_span_id")]
    parent: Scalar,
    #[serde(rename = "startTimeUnixNano", alias = "start_time_unix_nano")]
    start: Scalar,
    #[serde(rename = "endTimeUnixNano", alias = "end_time_unix_nano")]
    end: Scalar,
    name: Scalar,
    kind: Scalar,
    attributes: Option<Vec<Attribute>>,
}

/// Name and text of each attribute that has a text.
fn texts(attributes: &Option<Vec<Attribute>>) -> impl Iterator<Item = (&str, &str)> {
    let attributes = attributes.as_deref().unwrap_or_default();
    attributes.iter().filter_map(|attribute| Some((attribute.key.text()?, attribute.value.as_ref()?.text.text()?)))
}

impl Resource {
    fn process(&self) -> ProcessAttributes {
        let mut process = ProcessAttributes::default();
        texts(&self.attributes).for_each(|(key, value)| process.note(key, value));
        process
    }
}

/// The value of `resourceSpans`.
pub(super) struct ResourceSpansList<'a> {
    pub(super) collector: &'a mut Collector,
    pub(super) failure: &'a mut Option<Error>,
}

/// One element of it: a service and its spans.
struct ResourceSpans<'a> {
    collector: &'a mut Collector,
    failure: &'a mut Option<Error>,
}

/// The value of `scopeSpans`, and what is within it.
struct Spans<'a> {
    collector: &'a mut Collector,
    sink: &'a mut Sink,
    failure: &'a mut Option<Error>,
    level: Level,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    Scopes,
    Scope,
    Spans,
}

/// Where spans go: to their service, or aside while it is not known, since `resource` may come after them.
struct Sink {
    process: Option<Process>,
    aside: Vec<OtlpSpan>,
}

impl<'de> DeserializeSeed<'de> for ResourceSpansList<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ResourceSpansList<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of resource spans")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { collector, failure } = self;
        while list.next_element_seed(ResourceSpans { collector, failure })?.is_some() {}
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for ResourceSpans<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ResourceSpans<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `resource` and `scopeSpans`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { collector, failure } = self;
        let mut sink = Sink { process: None, aside: Vec::new() };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "resource" => {
                    let resource = map.next_value::<Option<Resource>>()?.unwrap_or_default();
                    sink.process = Some(stop(collector.process(&resource.process()), failure)?);
                }
                "scopeSpans" | "scope_spans" | "instrumentationLibrarySpans" => {
                    map.next_value_seed(Spans { collector, sink: &mut sink, failure, level: Level::Scopes })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if !sink.aside.is_empty() {
            let process = match sink.process {
                Some(process) => process,
                None => stop(collector.process(&ProcessAttributes::default()), failure)?,
            };
            for span in &sink.aside {
                stop(add(span, process, collector), failure)?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Spans<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.level == Level::Scope { deserializer.deserialize_map(self) } else { deserializer.deserialize_any(self) }
    }
}

impl<'de> Visitor<'de> for Spans<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.level {
            Level::Scopes => "a list of scopes",
            Level::Scope => "an object with `spans`",
            Level::Spans => "a list of spans",
        })
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { collector, sink, failure, level } = self;
        if level == Level::Scopes {
            while list.next_element_seed(Spans { collector, sink, failure, level: Level::Scope })?.is_some() {}
            return Ok(());
        }
        while let Some(span) = list.next_element::<OtlpSpan>()? {
            match sink.process {
                Some(process) => stop(add(&span, process, collector), failure)?,
                None => sink.aside.push(span),
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { collector, sink, failure, level } = self;
        if level != Level::Scope {
            let expected = if level == Level::Scopes { "a list of scopes" } else { "a list of spans" };
            return Err(A::Error::custom(format!("invalid type: map, expected {expected}")));
        }
        while let Some(key) = map.next_key::<String>()? {
            if key == "spans" {
                map.next_value_seed(Spans { collector, sink, failure, level: Level::Spans })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

fn add(span: &OtlpSpan, process: Process, collector: &mut Collector) -> Result<()> {
    let mut attributes = SpanAttributes::default();
    texts(&span.attributes).for_each(|(key, value)| attributes.note(key, value));
    let record = SpanRecord {
        trace: span.trace.text().unwrap_or_default(),
        trace_id: span.trace.id(),
        id: span.id.id(),
        parent: span.parent.id(),
        follows: false,
        kind: span.kind(),
        operation: span.name.text(),
        start: span.start.integer(),
        end: span.end.integer(),
    };
    collector.record(&record, &attributes, process)
}

impl OtlpSpan {
    /// Written by number or by name.
    fn kind(&self) -> SpanKind {
        match self.kind.text() {
            Some(name) => SpanKind::of_text(name),
            None => self.kind.integer().map_or(SpanKind::Unspecified, SpanKind::of_number),
        }
    }
}
