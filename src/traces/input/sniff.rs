//! What kind of file it is, as its first bytes tell.

use super::decode::ZSTD;
use super::foreign::clipped;
use crate::traces::attributes::beginning;

/// How much is looked at.
pub(super) const LOOKED_AT: usize = 1 << 12;

/// What is shown of it, in bytes.
const SHOWN: usize = 80;

/// The longest message of protobuf.
pub(in crate::traces) const LONGEST_MESSAGE: usize = 16 << 20;

/// How messages of protobuf follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::traces) enum Framing {
    /// Each behind its length in four bytes, the high one first: the collector's file exporter.
    FourBytes,
    /// Each behind its length as protobuf writes numbers: `writeDelimitedTo` and its like.
    Varint,
    /// One message, or several that are as good as one: the body of a request.
    Bare,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    Json,
    Protobuf(Framing),
    /// Nothing that is read: what it seems to be, and what helps.
    Other(String),
}

pub(super) fn kind(head: &[u8]) -> Kind {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    let Some(&first) = first else { return Kind::Empty };
    let is_text = !head.iter().any(|&byte| byte < b' ' && !byte.is_ascii_whitespace());
    // Where lines of a log were cut, a file may begin in the middle of one.
    let is_middle = || first != b'<' && head.windows(2).any(|pair| pair == b"\":");
    if is_text && (matches!(first, b'{' | b'[') || is_middle()) {
        return Kind::Json;
    }
    if let Some(framing) = framing(head) {
        return Kind::Protobuf(framing);
    }
    // A character may be cut at the end of what is looked at.
    let is_unicode = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    Kind::Other(if is_text && is_unicode { text(head, first) } else { binary(head) })
}

/// What may stand at the beginning of a message that is not empty: the field 1 of a request, a packed message, a document.
fn begins_message(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x0a) || bytes.starts_with(&ZSTD) || bytes.first() == Some(&b'{')
}

fn framing(head: &[u8]) -> Option<Framing> {
    if let Some((length, rest)) = head.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if (1..=LONGEST_MESSAGE).contains(&length) && begins_message(rest) {
            return Some(Framing::FourBytes);
        }
    }
    let varint = |bytes: &[u8]| -> Option<(usize, usize)> {
        let end = bytes.iter().take(4).position(|byte| byte & 0x80 == 0)?;
        let value = bytes[..=end].iter().rev().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f));
        Some((value, end + 1))
    };
    // Field 1 of the request holds field 1 or 2 of a resource's spans.
    if let Some((0x0a, rest)) = head.split_first()
        && let Some((length, digits)) = varint(rest)
        && (length == 0 || matches!(rest.get(digits), Some(0x0a | 0x12 | 0x1a)))
    {
        return Some(Framing::Bare);
    }
    let (length, digits) = varint(head)?;
    ((1..=LONGEST_MESSAGE).contains(&length) && begins_message(&head[digits..])).then_some(Framing::Varint)
}

fn text(head: &[u8], first: u8) -> String {
    let text = String::from_utf8_lossy(head);
    let line = text.trim_start().lines().next().unwrap_or_default();
    let shown = clipped(beginning(line, SHOWN));
    if first == b'<' {
        return format!(
            "it is HTML or XML, not JSON (`{shown}`): perhaps the page of a login or of an error, or a user interface's address \
             instead of its API's"
        );
    }
    let cells = line.split([',', ';', '\t']).count();
    if cells > 1 {
        return format!(
            "it looks like a table of {cells} columns (`{shown}`), not like traces: a table of latencies is read as CSV instead"
        );
    }
    format!("it begins with `{shown}`, which is no JSON and no message of OTLP")
}

fn binary(head: &[u8]) -> String {
    let known = [
        (b"PK\x03\x04".as_slice(), "a ZIP archive: unpack it first"),
        (b"PAR1", "a Parquet file: export the traces as JSON instead"),
        (b"BZh", "packed by bzip2: unpack it first, or pack it with gzip or zstd"),
        (b"\xfd7zXZ", "packed by xz: unpack it first, or pack it with gzip or zstd"),
        (b"\x04\x22\x4d\x18", "packed by LZ4: unpack it first, or pack it with gzip or zstd"),
        (b"\x1f\x8b", "packed twice: unpack it first"),
        (&ZSTD, "packed twice: unpack it first"),
    ];
    match known.iter().find(|(magic, _)| head.starts_with(magic)) {
        Some((_, what)) => format!("it is {what}"),
        None => {
            let bytes: Vec<String> = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("its first bytes, {}, are no JSON and no message of OTLP", bytes.join(" "))
        }
    }
}
