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
use crate::traces::collector::Collector;
use crate::traces::span::{Interval, Span};

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
}

impl Resource {
    fn name(&self) -> Option<&str> {
        let attributes = self.attributes.as_deref().unwrap_or_default();
        let named = attributes.iter().find(|attribute| attribute.key.text() == Some("service.name"))?;
        named.value.as_ref()?.text.text()
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
    service: Option<Service>,
    aside: Vec<OtlpSpan>,
}

#[derive(Debug, Clone, Copy)]
struct Service {
    number: u32,
    named: bool,
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
        let mut sink = Sink { service: None, aside: Vec::new() };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "resource" => {
                    let resource = map.next_value::<Option<Resource>>()?.unwrap_or_default();
                    sink.service = Some(stop(Service::of(&resource, collector), failure)?);
                }
                "scopeSpans" | "scope_spans" | "instrumentationLibrarySpans" => {
                    map.next_value_seed(Spans { collector, sink: &mut sink, level: Level::Scopes })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if !sink.aside.is_empty() {
            let service = match sink.service {
                Some(service) => service,
                None => stop(Service::of(&Resource::default(), collector), failure)?,
            };
            sink.aside.iter().for_each(|span| add(span, service, collector));
        }
        Ok(())
    }
}

impl Service {
    fn of(resource: &Resource, collector: &mut Collector) -> Result<Self> {
        let name = resource.name();
        Ok(Self { number: collector.service(name)?, named: name.is_some() })
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
        let Self { collector, sink, level } = self;
        if level == Level::Scopes {
            while list.next_element_seed(Spans { collector, sink, level: Level::Scope })?.is_some() {}
            return Ok(());
        }
        while let Some(span) = list.next_element::<OtlpSpan>()? {
            match sink.service {
                Some(service) => add(&span, service, collector),
                None => sink.aside.push(span),
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { collector, sink, level } = self;
        if level != Level::Scope {
            let expected = if level == Level::Scopes { "a list of scopes" } else { "a list of spans" };
            return Err(A::Error::custom(format!("invalid type: map, expected {expected}")));
        }
        while let Some(key) = map.next_key::<String>()? {
            if key == "spans" {
                map.next_value_seed(Spans { collector, sink, level: Level::Spans })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

fn add(span: &OtlpSpan, service: Service, collector: &mut Collector) {
    collector.report.spans += 1;
    let times = span.start.integer().zip(span.end.integer());
    let (Some(trace), Some(id), Some((start, end))) = (span.trace.id(), span.id.id(), times) else {
        collector.report.unreadable_spans += 1;
        return;
    };
    collector.report.unnamed_services += u64::from(!service.named);
    collector.report.negative_durations += u64::from(end < start);
    let interval = Interval::new(start, end);
    let span_of_trace = Span { id, parent: span.parent.id(), follows: false, service: service.number, interval };
    collector.add(trace, span.trace.text().unwrap_or_default(), span_of_trace);
}
