//! OTLP JSON: the JSON mapping of `ExportTraceServiceRequest`, as the collector's file exporter writes it, one per line; Tempo
//! answers the same below other names.
//!
//! Names are in camel case, or in snake case as some exporters write them; times in nanoseconds since 1970. Fields that do not
//! matter here are skipped, not stored.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::attributes::Noted;
use super::scalar::{Id, Integer, Scalar};
use crate::traces::attributes::{ProcessAttributes, SpanAttributes};
use crate::traces::input::batch::{Batch, NewSpan, Slot};
use crate::traces::span::SpanKind;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Resource {
    attributes: Noted<ProcessAttributes>,
}

impl Resource {
    pub(super) fn process(self) -> ProcessAttributes {
        self.attributes.0
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OtlpSpan {
    #[serde(rename = "traceId", alias = "trace_id", alias = "traceID")]
    trace: Scalar,
    #[serde(rename = "spanId", alias = "span_id", alias = "spanID")]
    id: Id,
    #[serde(rename = "parentSpanId", alias = "parent_span_id", alias = "parentSpanID")]
    parent: Id,
    #[serde(rename = "startTimeUnixNano", alias = "start_time_unix_nano")]
    start: Integer,
    #[serde(rename = "endTimeUnixNano", alias = "end_time_unix_nano")]
    end: Integer,
    name: Scalar,
    kind: Scalar,
    attributes: Noted<SpanAttributes>,
}

impl OtlpSpan {
    fn add_to(self, batch: &mut Batch<'_>, process: Slot) -> Result<(), String> {
        batch.push(NewSpan {
            trace: self.trace.text().unwrap_or_default(),
            trace_id: self.trace.id(),
            id: self.id.0,
            parent: self.parent.0,
            follows: false,
            kind: kind(&self.kind),
            operation: self.name.text().unwrap_or_default(),
            start: self.start.0,
            end: self.end.0,
            attributes: self.attributes.0,
            process,
        })
    }
}

/// Written by number or by name.
pub(super) fn kind(kind: &Scalar) -> SpanKind {
    match kind.text() {
        Some(name) => SpanKind::of_text(name),
        None => kind.integer().map_or(SpanKind::Unspecified, SpanKind::of_number),
    }
}

/// A resource and its spans, in whichever order they come.
#[derive(Debug, Default)]
pub(super) struct Owner {
    process: Option<Slot>,
    known: bool,
}

impl Owner {
    /// One that is known elsewhere.
    pub(super) fn of(process: Slot) -> Self {
        Self { process: Some(process), known: true }
    }

    pub(super) fn process(&mut self, batch: &mut Batch<'_>) -> Result<Slot, String> {
        match self.process {
            Some(process) => Ok(process),
            None => batch.open_process().inspect(|&process| self.process = Some(process)),
        }
    }

    pub(super) fn describe(&mut self, attributes: ProcessAttributes, batch: &mut Batch<'_>) -> Result<(), String> {
        let process = self.process(batch)?;
        batch.describe(process, attributes);
        self.known = true;
        Ok(())
    }

    pub(super) fn resource<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        batch: &mut Batch<'_>,
    ) -> Result<(), A::Error> {
        let resource = map.next_value::<Option<Resource>>()?.unwrap_or_default();
        self.describe(resource.process(), batch).map_err(A::Error::custom)
    }

    /// No more spans will come.
    pub(super) fn close(&self, batch: &mut Batch<'_>) {
        if let Some(process) = self.process {
            batch.close_process(process);
        }
    }
}

/// A part of a request, by what it is a part of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Level {
    /// The value of `resourceSpans`, a list.
    Resources,
    Resource,
    /// The value of `scopeSpans`, a list.
    Scopes,
    Scope,
    /// The value of `spans`, a list.
    Spans,
}

impl Level {
    fn expected(self) -> &'static str {
        match self {
            Self::Resources => "a list of resource spans",
            Self::Resource => "an object with `resource` and `scopeSpans`",
            Self::Scopes => "a list of scopes",
            Self::Scope => "an object with `spans`",
            Self::Spans => "a list of spans",
        }
    }
}

/// What leads from one part to the next.
#[derive(Debug, Deserialize)]
#[serde(field_identifier)]
enum Field {
    #[serde(rename = "resource")]
    Resource,
    #[serde(
        rename = "scopeSpans",
        alias = "scope_spans",
        alias = "instrumentationLibrarySpans",
        alias = "instrumentation_library_spans"
    )]
    Scopes,
    #[serde(rename = "spans")]
    Spans,
    #[serde(other)]
    Other,
}

/// Reads a part of a request.
pub(super) struct Part<'b, 'c> {
    pub(super) batch: &'b mut Batch<'c>,
    pub(super) owner: &'b mut Owner,
    pub(super) level: Level,
}

impl<'c> Part<'_, 'c> {
    fn below(&mut self, level: Level) -> Part<'_, 'c> {
        Part { batch: self.batch, owner: self.owner, level }
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.level {
            Level::Resource | Level::Scope => deserializer.deserialize_map(self),
            Level::Resources | Level::Scopes | Level::Spans => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Part<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.level.expected())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        match self.level {
            Level::Resources => {
                self.batch.contents.empty_list = true;
                loop {
                    let mut owner = Owner::default();
                    let resource = Part { batch: self.batch, owner: &mut owner, level: Level::Resource };
                    if list.next_element_seed(resource)?.is_none() {
                        return Ok(());
                    }
                    owner.close(self.batch);
                    self.batch.settle(false).map_err(A::Error::custom)?;
                }
            }
            Level::Scopes => {
                while list.next_element_seed(self.below(Level::Scope))?.is_some() {}
                Ok(())
            }
            Level::Spans => {
                while let Some(span) = list.next_element::<OtlpSpan>()? {
                    let process = self.owner.process(self.batch).map_err(A::Error::custom)?;
                    span.add_to(self.batch, process).map_err(A::Error::custom)?;
                    if self.owner.known {
                        self.batch.settle(true).map_err(A::Error::custom)?;
                    }
                }
                Ok(())
            }
            Level::Resource | Level::Scope => {
                Err(A::Error::custom(format!("a list where {} is expected", self.level.expected())))
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if !matches!(self.level, Level::Resource | Level::Scope) {
            return Err(A::Error::custom(format!("invalid type: map, expected {}", self.level.expected())));
        }
        while let Some(field) = map.next_key::<Field>()? {
            match (self.level, field) {
                (Level::Resource, Field::Resource) => self.owner.resource(&mut map, self.batch)?,
                (Level::Resource, Field::Scopes) => map.next_value_seed(self.below(Level::Scopes))?,
                (Level::Scope, Field::Spans) => map.next_value_seed(self.below(Level::Spans))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}
