//! Jaeger's JSON: `{"data": [{"traceID", "spans", "processes"}]}`, as its user interface downloads and its query API
//! answers. Times are in microseconds; each trace is complete in one place.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::failure::stop;
use super::scalar::Scalar;
use crate::error::{Error, Result};
use crate::traces::collector::Collector;
use crate::traces::span::{Interval, Span};

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
        collector.report.spans += 1;
        let trace_id = if trace.id.id().is_some() { &trace.id } else { &span.trace };
        let (Some(key), Some(id), Some(interval)) = (trace_id.id(), span.id.id(), interval(span)) else {
            collector.report.unreadable_spans += 1;
            continue;
        };
        let process = span.process_id.text().and_then(|id| trace.processes.as_ref()?.get(id)).or(span.process.as_ref());
        let name = process.and_then(|process| process.service.text());
        collector.report.unnamed_services += u64::from(name.is_none());
        collector.report.negative_durations += u64::from(span.duration.integer() < Some(0));
        let service = collector.service(name)?;
        let (parent, follows) = span.parent();
        let text = trace_id.text().unwrap_or_default();
        collector.add(key, text, Span { id, parent, follows, service, interval });
    }
    Ok(())
}

/// In nanoseconds; nothing where a time is no number, or so far off that it does not fit.
fn interval(span: &JaegerSpan) -> Option<Interval> {
    let start = span.start.integer()?.checked_mul(NANOSECONDS_PER_MICROSECOND)?;
    let duration = span.duration.integer()?.checked_mul(NANOSECONDS_PER_MICROSECOND)?;
    Some(Interval::new(start, start.checked_add(duration)?))
}
