//! What Jaeger's spans have that others have not: processes by a name within their trace, and references instead of a parent.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::attributes::Noted;
use super::scalar::Scalar;
use crate::traces::attributes::{Notes, ProcessAttributes};
use crate::traces::input::batch::{Batch, Slot};

/// A span with more parents than this is no span.
const MOST_REFERENCES: usize = 64;

/// A process, as a trace lists it and as documents in Elasticsearch have it within the span.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct JaegerProcess {
    #[serde(rename = "serviceName", alias = "service_name")]
    service: Scalar,
    tags: Noted<ProcessAttributes>,
    tag: Noted<ProcessAttributes>,
}

impl JaegerProcess {
    pub(super) fn attributes(self) -> ProcessAttributes {
        let Noted(mut attributes) = self.tags;
        if attributes == ProcessAttributes::default() {
            attributes = self.tag.0;
        }
        if let Some(service) = self.service.text() {
            attributes.service = None;
            attributes.note("service.name", service);
        }
        attributes
    }
}

/// The processes of a trace, by the names that its spans give them.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<Box<str>, Slot>);

impl Names {
    pub(super) fn process(&mut self, name: &str, batch: &mut Batch<'_>) -> Result<Slot, String> {
        if let Some(&process) = self.0.get(name) {
            return Ok(process);
        }
        let process = batch.open_process()?;
        self.0.insert(name.into(), process);
        Ok(process)
    }
}

/// The value of `processes`.
pub(super) struct Processes<'b, 'c> {
    pub(super) batch: &'b mut Batch<'c>,
    pub(super) names: &'b mut Names,
}

impl<'de> DeserializeSeed<'de> for Processes<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Processes<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with the trace's processes")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Scalar>()? {
            let attributes = map.next_value::<Option<JaegerProcess>>()?.unwrap_or_default().attributes();
            let process = self.names.process(name.text().unwrap_or_default(), self.batch);
            self.batch.describe(process.map_err(A::Error::custom)?, attributes);
        }
        Ok(())
    }
}

/// The spans that a span refers to.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Spans that wait for this one, each with its trace if that is named.
    parents: Vec<(Option<u128>, u128)>,
    /// A span that does not wait.
    follows_from: Option<u128>,
}

impl References {
    /// The spans of the same trace that wait for this one.
    pub(super) fn parents(&self, trace: Option<u128>) -> impl Iterator<Item = u128> {
        let within = move |named: Option<u128>| trace.is_none() || named.is_none() || named == trace;
        self.parents.iter().filter(move |(named, _)| within(*named)).map(|&(_, span)| span)
    }

    pub(super) fn follows_from(&self) -> Option<u128> {
        self.follows_from
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    #[serde(rename = "refType", alias = "ref_type")]
    kind: Scalar,
    #[serde(rename = "traceID", alias = "traceId")]
    trace: Scalar,
    #[serde(rename = "spanID", alias = "spanId")]
    span: Scalar,
}

impl<'de> Deserialize<'de> for References {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferencesVisitor)
    }
}

struct ReferencesVisitor;

impl<'de> Visitor<'de> for ReferencesVisitor {
    type Value = References;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of references")
    }

    fn visit_unit<E>(self) -> Result<References, E> {
        Ok(References::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<References, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(References::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<References, A::Error> {
        let mut references = References::default();
        while let Some(reference) = list.next_element::<Option<Reference>>()? {
            let Some((reference, span)) = reference.and_then(|named| named.span.id().map(|span| (named, span))) else {
                continue;
            };
            match reference.kind.text() {
                Some("FOLLOWS_FROM") => drop(references.follows_from.get_or_insert(span)),
                // The kind is left out where it is the usual one.
                Some("CHILD_OF") | None if references.parents.len() < MOST_REFERENCES => {
                    references.parents.push((reference.trace.id(), span));
                }
                _ => {}
            }
        }
        Ok(references)
    }
}
