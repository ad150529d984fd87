//! Jaeger's JSON: `{"data": [{"traceID", "spans", "processes"}]}`, as its user interface downloads and its query API
//! answers. Times are in microseconds; each trace is complete in one place.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::failure::stop;
use super::scalar::Scalar;
use crate::error::{Error, Result};
use crate::traces::attributes::{ProcessAttributes, SpanAttributes};
use crate::traces::collector::{Collector, SpanRecord};
use crate::traces::span::SpanKind;

const NANOSECONDS_PER_MICROSECOND: i64 = 1000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JaegerTrace {
    #[serde(rename = "traceID")]
    id: Scalar,
    spans: Option<Vec<JaegerSpan>>,
    processes: Option<HashMap<String, Process>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Process {
    #[serde(rename = "serviceName")]
    service: Scalar,
    tags: Option<Vec<Tag>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tag {
    key: Scalar,
    value: Scalar,
}

/// Name and text of each tag that has a text.
fn texts(tags: &Option<Vec<Tag>>) -> impl Iterator<Item = (&str, &str)> {
    let tags = tags.as_deref().unwrap_or_default();
    tags.iter().filter_map(|tag| Some((tag.key.text()?, tag.value.text()?)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JaegerSpan {
    #[serde(rename = "traceID")]
    trace: Scalar,
    #[serde(rename = "spanID")]
    id: Scalar,
    /// How old versions wrote what `references` say.
    #[serde(rename = "parentSpanID")]
    parent: Scalar,
    references: Option<Vec<Reference>>,
    #[serde(rename = "startTime")]
    start: Scalar,
    duration: Scalar,
    #[serde(rename = "processID")]
    process_id: Scalar,
    process: Option<Process>,
    #[serde(rename = "operationName")]
    operation: Scalar,
    tags: Option<Vec<Tag>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    #[serde(rename = "refType")]
    kind: Scalar,
    #[serde(rename = "spanID")]
    span: Scalar,
}

impl JaegerSpan {
    /// The parent, and whether this span only follows from it.
    fn parent(&self) -> (Option<u128>, bool) {
        let references = self.references.as_deref().unwrap_or_default();
        let of_kind = |kind: &str| references.iter().find(|reference| reference.kind.text() == Some(kind));
        if let Some(parent) = of_kind("CHILD_OF").and_then(|reference| reference.span.id()).or(self.parent.id()) {
            return (Some(parent), false);
        }
        (of_kind("FOLLOWS_FROM").and_then(|reference| reference.span.id()), true)
    }
}

/// The value of `data`.
pub(super) struct JaegerTraces<'a> {
    pub(super) collector: &'a mut Collector,
    pub(super) failure: &'a mut Option<Error>,
}

impl<'de> DeserializeSeed<'de> for JaegerTraces<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JaegerTraces<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of traces")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(trace) = list.next_element::<JaegerTrace>()? {
            stop(add_trace(&trace, self.collector), self.failure)?;
            self.collector.finish_all_but(0);
        }
        Ok(())
    }
}

fn add_trace(trace: &JaegerTrace, collector: &mut Collector) -> Result<()> {
    for span in trace.spans.as_deref().unwrap_or_default() {
        let trace_id = if trace.id.id().is_some() { &trace.id } else { &span.trace };
        let process = span.process_id.text().and_then(|id| trace.processes.as_ref()?.get(id)).or(span.process.as_ref());
        let process = collector.process(&process.map(Process::attributes).unwrap_or_default())?;
        let mut attributes = SpanAttributes::default();
        texts(&span.tags).for_each(|(key, value)| attributes.note(key, value));
        let (parent, follows) = span.parent();
        let (start, end) = span.times();
        let record = SpanRecord {
            trace: trace_id.text().unwrap_or_default(),
            trace_id: trace_id.id(),
            id: span.id.id(),
            parent,
            follows,
            kind: SpanKind::Unspecified,
            operation: span.operation.text(),
            start,
            end,
        };
        collector.record(&record, &attributes, process)?;
    }
    Ok(())
}

impl Process {
    fn attributes(&self) -> ProcessAttributes {
        let mut attributes = ProcessAttributes::default();
        if let Some(service) = self.service.text() {
            attributes.note("service.name", service);
        }
        texts(&self.tags).for_each(|(key, value)| attributes.note(key, value));
        attributes
    }
}

impl JaegerSpan {
    /// Start and end in nanoseconds; nothing where a time is no number, or so far off that it does not fit.
    fn times(&self) -> (Option<i64>, Option<i64>) {
        let start = self.start.integer().and_then(|start| start.checked_mul(NANOSECONDS_PER_MICROSECOND));
        let duration = self.duration.integer().and_then(|duration| duration.checked_mul(NANOSECONDS_PER_MICROSECOND));
        (start, start.zip(duration).and_then(|(start, duration)| start.checked_add(duration)))
    }
}
