//! `ExportTraceServiceRequest`, which is `TracesData`, too: resources with their scopes with their spans.

use std::borrow::Cow;

use super::wire::{Fields, Malformed, Value};
use crate::traces::attributes::{Notes, ProcessAttributes, SpanAttributes};
use crate::traces::input::batch::{Batch, NewSpan, Slot};
use crate::traces::span::SpanKind;

/// Why a message gave no spans.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is no message of OTLP, or damaged.
    Malformed(&'static str),
    /// The batch takes no more.
    Full(String),
}

impl From<Malformed> for Refusal {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Malformed(what)
    }
}

/// Reads the whole message of a request.
pub(super) fn request(message: &[u8], batch: &mut Batch<'_>) -> Result<(), Refusal> {
    for field in Fields::of(message) {
        if let (1, value) = field? {
            resource_spans(value.bytes()?, batch)?;
        }
    }
    Ok(())
}

/// Reads one resource with its spans, in whichever order they come.
pub(super) fn resource_spans(message: &[u8], batch: &mut Batch<'_>) -> Result<(), Refusal> {
    let process = batch.open_process().map_err(Refusal::Full)?;
    batch.hold();
    let result = parts(message, batch, process);
    batch.release();
    batch.close_process(process);
    result?;
    batch.settle(false).map_err(Refusal::Full)
}

fn parts(message: &[u8], batch: &mut Batch<'_>, process: Slot) -> Result<(), Refusal> {
    for field in Fields::of(message) {
        match field? {
            (1, value) => batch.describe(process, resource(value.bytes()?)?),
            // The second is what scopes were called before.
            (2 | 1000, value) => {
                for field in Fields::of(value.bytes()?) {
                    if let (2, value) = field? {
                        span(value.bytes()?, batch, process)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn resource(message: &[u8]) -> Result<ProcessAttributes, Malformed> {
    let mut process = ProcessAttributes::default();
    for field in Fields::of(message) {
        if let (1, value) = field? {
            attribute(value.bytes()?, &mut process)?;
        }
    }
    Ok(process)
}

/// Takes note of a `KeyValue`. Only text means anything.
fn attribute<N: Notes>(message: &[u8], notes: &mut N) -> Result<(), Malformed> {
    let (mut key, mut value) = (None, None);
    for field in Fields::of(message) {
        match field? {
            (1, name) => key = Some(name.bytes()?),
            (2, any) => value = Some(any.bytes()?),
            _ => {}
        }
    }
    let Some((key, value)) = key.and_then(|key| std::str::from_utf8(key).ok()).zip(value) else { return Ok(()) };
    if N::wants(key) {
        for field in Fields::of(value) {
            if let (1, text) = field? {
                notes.note(key, &text_of(text.bytes()?));
            }
        }
    }
    Ok(())
}

fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// An identifier of this many bytes, of which none or zeros stand for none.
fn identifier(value: Value<'_>, length: usize) -> Result<Option<u128>, Malformed> {
    let bytes = value.bytes()?;
    if !bytes.is_empty() && bytes.len() != length {
        return Err(Malformed("an identifier that is not of 16 bytes for a trace and 8 for a span"));
    }
    Ok(Some(bytes.iter().fold(0, |id, &byte| id << 8 | u128::from(byte))).filter(|&id| id != 0))
}

fn span(message: &[u8], batch: &mut Batch<'_>, process: Slot) -> Result<(), Refusal> {
    let (mut trace_id, mut id, mut parent) = (None, None, None);
    let (mut name, mut kind, mut start, mut end) = (&[][..], SpanKind::Unspecified, None, None);
    let mut attributes = SpanAttributes::default();
    for field in Fields::of(message) {
        match field? {
            (1, value) => trace_id = identifier(value, 16)?,
            (2, value) => id = identifier(value, 8)?,
            (4, value) => parent = identifier(value, 8)?,
            (5, value) => name = value.bytes()?,
            (6, value) => kind = SpanKind::of_number(value.varint()?.try_into().unwrap_or(0)),
            (7, value) => start = i64::try_from(value.fixed64()?).ok(),
            (8, value) => end = i64::try_from(value.fixed64()?).ok(),
            (9, value) => attribute(value.bytes()?, &mut attributes)?,
            _ => {}
        }
    }
    let mut digits = [0; 32];
    let trace = hexadecimal(trace_id.unwrap_or(0), &mut digits);
    let operation = text_of(name);
    let (operation, follows) = (operation.trim(), false);
    let span = NewSpan { trace, trace_id, id, parent, follows, kind, operation, start, end, attributes, process };
    batch.push(span).map_err(Refusal::Full)
}

/// The identifier as people read it.
fn hexadecimal(id: u128, digits: &mut [u8; 32]) -> &str {
    for (position, digit) in digits.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(id >> (124 - 4 * position)) as usize & 15];
    }
    std::str::from_utf8(digits).unwrap_or_default()
}

/// Whether a message that holds no spans is one of metrics or logs: its outer levels are those of a request.
pub(super) fn is_other_signal(message: &[u8]) -> bool {
    let below = |message, number| match Fields::of(message).flatten().find(|&(found, _)| found == number) {
        Some((_, Value::Bytes(bytes))) => Some(bytes),
        _ => None,
    };
    let Some(item) = below(message, 1).and_then(|resource| below(resource, 2)).and_then(|scope| below(scope, 2)) else {
        return false;
    };
    let fields: Result<Vec<_>, _> = Fields::of(item).take(16).collect();
    fields.is_ok_and(|fields| {
        let is_log = |field: &(u64, Value<'_>)| matches!(field, (1 | 11, Value::Fixed64(_)));
        let is_metric = |field: &(u64, Value<'_>)| matches!(field, (5 | 7 | 9 | 10 | 11, Value::Bytes(_)));
        fields.iter().any(is_log) || fields.iter().any(is_metric)
    })
}
