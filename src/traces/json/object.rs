//! An object of which nothing is known before it is read: what holds spans is looked for in it, at any depth, and where it has
//! the fields of a span of Jaeger, Zipkin or OTLP, it is one.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::attributes::Attributes;
use super::jaeger::{JaegerProcess, Names, Processes, References};
use super::otlp::{self, Level, Owner, Part, Resource};
use super::scalar::{Lenient, Scalar, passes_over};
use super::zipkin::Endpoint;
use crate::traces::attributes::{Notes, ProcessAttributes, SpanAttributes};
use crate::traces::input::batch::{Batch, NewSpan};
use crate::traces::input::foreign::Foreign;

const NANOSECONDS_PER_MICROSECOND: i64 = 1000;
const MICROSECONDS_PER_MILLISECOND: i64 = 1000;

/// What the spans of one of Jaeger's traces have in common.
#[derive(Debug, Default)]
pub(super) struct Trace {
    names: Names,
    /// Spans with several parents, of which the one in the trace is right.
    ambiguous: Vec<(usize, Vec<u128>)>,
}

/// A place where any value may stand.
pub(super) struct Node<'b, 'c> {
    pub(super) batch: &'b mut Batch<'c>,
    /// The trace of Jaeger whose list of spans this stands in.
    pub(super) trace: Option<&'b mut Trace>,
    /// Texts here say what went wrong.
    pub(super) about_errors: bool,
}

impl<'b, 'c> Node<'b, 'c> {
    pub(super) fn anywhere(batch: &'b mut Batch<'c>) -> Self {
        Self { batch, trace: None, about_errors: false }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        loop {
            let (trace, about_errors) = (self.trace.as_deref_mut(), self.about_errors);
            if list.next_element_seed(Node { batch: self.batch, trace, about_errors })?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { batch, mut trace, .. } = self;
        let mut object = Object { first: batch.len(), ..Object::default() };
        while let Some(key) = map.next_key::<Scalar>()? {
            object.field(key.text().unwrap_or_default(), &mut map, batch, trace.as_deref_mut())?;
        }
        object.finish(batch, trace).map_err(A::Error::custom)
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.about_errors {
            self.batch.contents.complain(text);
        }
        Ok(())
    }

    passes_over!((); scalars);
}

/// The fields of spans in all formats.
#[derive(Default)]
struct Object {
    /// How many spans the batch had before.
    first: usize,
    holds_spans: bool,
    own: Trace,
    owner: Owner,
    attributes: SpanAttributes,
    references: References,
    trace: Scalar,
    /// `spanID` of Jaeger, `spanId` of OTLP.
    span: Scalar,
    /// `id` of Zipkin.
    id: Scalar,
    parent: Scalar,
    name: Scalar,
    kind: Scalar,
    /// Jaeger's start, in microseconds.
    start: Scalar,
    start_milliseconds: Scalar,
    /// Zipkin's start, in microseconds.
    timestamp: Scalar,
    duration: Scalar,
    /// OTLP's start, in nanoseconds.
    start_nanoseconds: Scalar,
    end_nanoseconds: Scalar,
    holds_batch: bool,
    has_endpoint: bool,
    has_service: bool,
}

impl Object {
    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        batch: &mut Batch<'_>,
        trace: Option<&mut Trace>,
    ) -> Result<(), A::Error> {
        let error = A::Error::custom::<String>;
        match key {
            "resourceSpans" | "resource_spans" | "batches" => {
                self.holds_spans = true;
                let level = Level::Resources;
                return map.next_value_seed(Part { batch, owner: &mut Owner::default(), level });
            }
            "scopeSpans" | "scope_spans" | "instrumentationLibrarySpans" | "instrumentation_library_spans" => {
                self.holds_spans = true;
                self.hold(batch);
                return map.next_value_seed(Part { batch, owner: &mut self.owner, level: Level::Scopes });
            }
            "spans" => {
                self.holds_spans = true;
                self.hold(batch);
                let trace = Some(&mut self.own);
                return map.next_value_seed(Node { batch, trace, about_errors: false });
            }
            "processes" => {
                self.hold(batch);
                return map.next_value_seed(Processes { batch, names: &mut self.own.names });
            }
            "resource" => {
                let process = map.next_value::<Lenient<Resource>>()?.0.map(Resource::process);
                return self.describe(process, batch).map_err(error);
            }
            "process" => {
                let process = map.next_value::<Lenient<JaegerProcess>>()?.0.map(JaegerProcess::attributes);
                return self.describe(process, batch).map_err(error);
            }
            "processID" | "processId" => {
                let name = map.next_value::<Scalar>()?;
                if let Some((name, trace)) = name.text().zip(trace) {
                    self.hold(batch);
                    self.owner = Owner::of(trace.names.process(name, batch).map_err(error)?);
                }
                return Ok(());
            }
            "localEndpoint" => {
                self.has_endpoint = true;
                let process = map.next_value::<Lenient<Endpoint>>()?.0.map(Endpoint::process);
                return self.describe(process, batch).map_err(error);
            }
            "remoteEndpoint" => {
                let endpoint = map.next_value::<Lenient<Endpoint>>()?.0.unwrap_or_default();
                self.attributes.note("peer.service", endpoint.service());
                return Ok(());
            }
            "tags" | "tag" | "attributes" => return map.next_value_seed(Attributes(&mut self.attributes)),
            "references" => self.references = map.next_value()?,
            "resourceMetrics" | "resource_metrics" | "resourceLogs" | "resource_logs" | "resourceProfiles" => {
                batch.contents.other_signals = true;
                map.next_value::<IgnoredAny>()?;
            }
            "logs" | "annotations" | "events" | "links" | "warnings" => drop(map.next_value::<IgnoredAny>()?),
            "msg" | "message" => {
                let text = map.next_value::<Scalar>()?;
                batch.contents.complain(text.text().unwrap_or_default());
            }
            "error" | "errors" => return map.next_value_seed(Node { batch, trace: None, about_errors: true }),
            "data" | "result" | "trace" => {
                batch.contents.key(key);
                batch.contents.empty_list = true;
                return map.next_value_seed(Node::anywhere(batch));
            }
            _ => match self.scalar(key) {
                Some(scalar) => *scalar = map.next_value()?,
                None => {
                    self.has_service |= key == "service";
                    batch.contents.unknown_key(key);
                    return map.next_value_seed(Node::anywhere(batch));
                }
            },
        }
        Ok(())
    }

    fn describe(&mut self, process: Option<ProcessAttributes>, batch: &mut Batch<'_>) -> Result<(), String> {
        let Some(process) = process else { return Ok(()) };
        self.hold(batch);
        self.owner.describe(process, batch)
    }

    /// The batch keeps all spans and processes while this object refers to them by their place.
    fn hold(&mut self, batch: &mut Batch<'_>) {
        if !self.holds_batch {
            self.holds_batch = true;
            batch.hold();
        }
    }

    fn release(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        if self.holds_batch {
            self.holds_batch = false;
            batch.release();
        }
        batch.settle(false)
    }

    fn scalar(&mut self, key: &str) -> Option<&mut Scalar> {
        Some(match key {
            "traceID" | "traceId" | "trace_id" => &mut self.trace,
            "spanID" | "spanId" | "span_id" => &mut self.span,
            "id" => &mut self.id,
            "parentSpanID" | "parentSpanId" | "parent_span_id" | "parentId" => &mut self.parent,
            "operationName" | "name" => &mut self.name,
            "kind" => &mut self.kind,
            "startTime" => &mut self.start,
            "startTimeMillis" => &mut self.start_milliseconds,
            "timestamp" => &mut self.timestamp,
            "duration" => &mut self.duration,
            "startTimeUnixNano" | "start_time_unix_nano" => &mut self.start_nanoseconds,
            "endTimeUnixNano" | "end_time_unix_nano" => &mut self.end_nanoseconds,
            _ => return None,
        })
    }

    /// Whether it has what tells a span from other objects: an identifier, and when it began.
    fn is_span(&self) -> bool {
        let has_start =
            [&self.start, &self.start_milliseconds, &self.start_nanoseconds].iter().any(|time| !time.is_absent());
        (!self.span.is_absent() && has_start)
            || (!self.id.is_absent() && !self.trace.is_absent() && (!self.timestamp.is_absent() || self.has_endpoint))
    }

    fn finish(mut self, batch: &mut Batch<'_>, trace: Option<&mut Trace>) -> Result<(), String> {
        if self.is_span() || (trace.is_some() && !self.holds_spans) {
            self.add_span(batch, trace)?;
        } else if self.holds_spans {
            if !self.trace.is_absent() {
                self.resolve(batch);
                batch.complete_trace(self.first, self.trace.id(), self.trace.text().unwrap_or_default());
            }
        } else {
            self.owner.close(batch);
            if !self.trace.is_absent() && !self.span.is_absent() && self.has_service {
                batch.contents.foreign.get_or_insert(Foreign::Datadog);
            } else if self.trace.text().is_some_and(|trace| trace.starts_with("1-")) && !self.id.is_absent() {
                batch.contents.foreign.get_or_insert(Foreign::XRay);
            }
        }
        self.release(batch)
    }

    /// Gives each span with several parents the one that is in the trace.
    fn resolve(&mut self, batch: &mut Batch<'_>) {
        for (span, parents) in std::mem::take(&mut self.own.ambiguous) {
            if let Some(&parent) = parents.iter().find(|&&parent| batch.has_span(self.first, parent)) {
                batch.set_parent(span, parent);
            }
        }
    }

    fn add_span(&mut self, batch: &mut Batch<'_>, trace: Option<&mut Trace>) -> Result<(), String> {
        let trace_id = self.trace.id();
        let parents: Vec<u128> = self.references.parents(trace_id).collect();
        let parent = parents.first().copied().or(self.parent.id());
        let follows = parent.is_none() && self.references.follows_from().is_some();
        let (start, end) = self.times();
        self.hold(batch);
        let process = self.owner.process(batch)?;
        let position = batch.len();
        batch.push(NewSpan {
            trace: self.trace.text().unwrap_or_default(),
            trace_id,
            id: self.span.id().or(self.id.id()),
            parent: parent.or(self.references.follows_from()),
            follows,
            kind: otlp::kind(&self.kind),
            operation: self.name.text().unwrap_or_default(),
            start,
            end,
            attributes: std::mem::take(&mut self.attributes),
            process,
        })?;
        if let Some(trace) = trace.filter(|_| parents.len() > 1) {
            trace.ambiguous.push((position, parents));
        }
        Ok(())
    }

    /// Start and end in nanoseconds; nothing where a time is no number, or so far off that it does not fit.
    fn times(&self) -> (Option<i64>, Option<i64>) {
        if !self.start_nanoseconds.is_absent() {
            return (self.start_nanoseconds.integer(), self.end_nanoseconds.integer());
        }
        let nanoseconds = |microseconds: i64| microseconds.checked_mul(NANOSECONDS_PER_MICROSECOND);
        let coarse = self.start_milliseconds.integer();
        let coarse = coarse.and_then(|milliseconds| milliseconds.checked_mul(MICROSECONDS_PER_MILLISECOND));
        let start = self.start.integer().or(self.timestamp.integer()).or(coarse).and_then(nanoseconds);
        let duration = self.duration.integer().and_then(nanoseconds);
        (start, start.zip(duration).and_then(|(start, duration)| start.checked_add(duration)))
    }
}
