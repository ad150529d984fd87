//! A file of messages: each behind its length, packed or not, or the body of one request of any length.

use std::io::Read;

use super::request::{self, Refusal};
use super::wire;
use crate::error::{Error, Result};
use crate::traces::collector::Collector;
use crate::traces::input::batch::Batch;
use crate::traces::input::decode::{ZSTD, unpacked_message};
use crate::traces::input::findings::Findings;
use crate::traces::input::sniff::{Framing, LONGEST_MESSAGE};
use crate::traces::input::window::Window;
use crate::traces::json;

/// The longest length, and the key of a field before it.
const LONGEST_HEAD: usize = 16;

/// Reads all messages.
///
/// # Errors
/// When the stream fails, or there are too many services.
pub(in crate::traces) fn read<R: Read>(
    window: &mut Window<R>,
    framing: Framing,
    origin: &str,
    collector: &mut Collector,
    findings: &mut Findings,
) -> Result<()> {
    let malformed = |message: String| Error::TraceFile { origin: origin.to_owned(), message };
    let mut number = 0;
    loop {
        window.fill(LONGEST_HEAD).map_err(|error| malformed(error.to_string()))?;
        if window.ahead().is_empty() {
            return Ok(());
        }
        number += 1;
        let (offset, place) = (
            window.offset(),
            match framing {
                Framing::Bare => "resource",
                Framing::FourBytes | Framing::Varint => "message",
            },
        );
        let message = match head(window.ahead(), framing) {
            Ok((skipped, length)) => {
                window.take(skipped);
                window.fill(length).map_err(|error| malformed(error.to_string()))?;
                window.ahead().get(..length).ok_or("it is longer than what is left of the file".to_owned())
            }
            Err(what) => Err(what),
        };
        let message = match message {
            Ok(message) => message,
            // Nothing tells where the next message begins.
            Err(what) => {
                let what = format!("{place} {number} at byte {offset}: {what}");
                collector.report.truncated = true;
                return findings.damage(number, 0, true, &what, &mut collector.report).map_err(malformed);
            }
        };
        let length = message.len();
        if let Err(what) = one(message, framing, collector, findings)? {
            let what = format!("{place} {number} at byte {offset}: {what}");
            findings.damage(number, length as u64, true, &what, &mut collector.report).map_err(malformed)?;
        }
        window.take(length);
        collector.finish_beyond_limit();
    }
}

/// The length of what comes before a message, and of the message.
fn head(ahead: &[u8], framing: Framing) -> std::result::Result<(usize, usize), String> {
    let varint = |bytes| match wire::varint(bytes) {
        Ok(Some((value, digits))) => Ok((digits, usize::try_from(value).unwrap_or(usize::MAX))),
        Ok(None) => Err("its length ends too early".to_owned()),
        Err(wire::Malformed(what)) => Err(what.to_owned()),
    };
    let (skipped, length) = match framing {
        Framing::FourBytes => match ahead.first_chunk::<4>() {
            Some(&length) => (4, u32::from_be_bytes(length) as usize),
            None => return Err("its length ends too early".to_owned()),
        },
        Framing::Varint => varint(ahead)?,
        Framing::Bare => {
            if ahead.first() != Some(&0x0a) {
                return Err("another field than the spans of a resource".to_owned());
            }
            let (digits, length) = varint(&ahead[1..])?;
            (1 + digits, length)
        }
    };
    if length > LONGEST_MESSAGE {
        return Err(format!(
            "it is of {length} bytes, and at most {LONGEST_MESSAGE} are read: let the exporter write smaller batches"
        ));
    }
    Ok((skipped, length))
}

/// Reads one message; or says why it cannot be read.
fn one(
    message: &[u8],
    framing: Framing,
    collector: &mut Collector,
    findings: &mut Findings,
) -> Result<std::result::Result<(), String>> {
    let unpacked: Vec<u8>;
    let mut message = message;
    if message.starts_with(&ZSTD) {
        match unpacked_message(message, LONGEST_MESSAGE) {
            Ok(bytes) => unpacked = bytes,
            Err(what) => return Ok(Err(what)),
        }
        message = &unpacked;
    }
    if message.first() == Some(&b'{') {
        return json::read_message(message, collector, findings);
    }
    let mut batch = Batch::in_parts(collector, Default::default(), 0);
    let result = match framing {
        Framing::Bare => request::resource_spans(message, &mut batch),
        Framing::FourBytes | Framing::Varint => request::request(message, &mut batch),
    };
    if let Some(failure) = batch.take_failure() {
        return Err(failure);
    }
    let what = match result {
        Ok(()) => None,
        Err(Refusal::Full(what)) => Some(what),
        Err(Refusal::Malformed(what)) => Some(what.to_owned()),
    };
    if let Some(what) = what {
        batch.discard();
        if !request::is_other_signal(message) {
            return Ok(Err(what));
        }
        batch.contents.spans = 0;
        batch.contents.other_signals = true;
    }
    let contents = batch.finish()?;
    findings.document(contents, &mut collector.report);
    Ok(Ok(()))
}
