//! Traces in every format: the same requests give the same table.

mod damage;
mod foreign;
mod shapes;

use std::io::Write;

use crate::synthetic_traces::{SyntheticSpan, request};
use crate::trace_formats::{FORMATS, Format, protobuf, write};
use etiology::Error;
use etiology::traces::{TraceConfig, Traces};
use flate2::write::GzEncoder;
use prost::Message;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

fn try_read(bytes: impl AsRef<[u8]>) -> Result<Traces, Error> {
    Traces::from_reader(bytes.as_ref(), &TraceConfig::default())
}

fn read(bytes: impl AsRef<[u8]>) -> Traces {
    let shown = String::from_utf8_lossy(bytes.as_ref()).chars().take(300).collect::<String>();
    try_read(bytes).unwrap_or_else(|error| panic!("{shown}: {error}"))
}

fn error(bytes: impl AsRef<[u8]>) -> String {
    let shown = String::from_utf8_lossy(bytes.as_ref()).chars().take(300).collect::<String>();
    try_read(bytes).map_or_else(|error| error.to_string(), |_| panic!("{shown} was read"))
}

fn requests(count: u64) -> Vec<Vec<SyntheticSpan>> {
    (0..count).map(|number| request(11, number, None)).collect()
}

/// Latency and self time of a service in the only row, in milliseconds.
fn times(traces: &Traces, service: &str) -> (f64, f64) {
    let milliseconds = |seconds: f64| (seconds * 1e9).round() / 1e6;
    let (latency, own) = (traces.latencies().column(service), traces.self_times().column(service));
    (milliseconds(latency.unwrap()[0]), milliseconds(own.unwrap()[0]))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// The tables and the calls, which say all that is read.
fn assert_same(read: &Traces, expected: &Traces, what: &str) {
    assert_eq!(read.latencies(), expected.latencies(), "{what}");
    assert_eq!(read.self_times(), expected.self_times(), "{what}");
    assert_eq!(read.service_calls(), expected.service_calls(), "{what}");
    assert_eq!(read.report().spans, expected.report().spans, "{what}");
    assert_eq!(read.report().damaged_lines + u64::from(read.report().truncated), 0, "{what}");
}

#[test]
fn the_same_requests_in_every_format_and_packing_give_the_same_table() {
    let requests = requests(12);
    let expected = read(write(Format::OtlpLines, &requests));
    assert_eq!(expected.report().rows, 12);
    for format in FORMATS {
        let plain = write(format, &requests);
        assert_same(&read(&plain), &expected, &format!("{format:?}"));
        assert_same(&read(gzip(&plain)), &expected, &format!("{format:?}, gzip"));
        assert_same(&read(zstd(&plain)), &expected, &format!("{format:?}, zstd"));
        let (first, second) = plain.split_at(plain.len() / 2);
        assert_same(&read([gzip(first), gzip(second)].concat()), &expected, &format!("{format:?}, two members"));
        // Behind a frame that holds no data, as parallel packers write it.
        let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let frames = [&skipped[..], &zstd(first), &skipped, &zstd(second)].concat();
        assert_same(&read(frames), &expected, &format!("{format:?}, two frames"));
        if format.is_text() {
            let text = String::from_utf8(plain).unwrap();
            assert_same(&read(format!("\u{feff}{text}")), &expected, &format!("{format:?}, BOM"));
            assert_same(&read(text.replace('\n', "\r\n")), &expected, &format!("{format:?}, CRLF"));
            assert_same(&read(format!("\n\n  {text}")), &expected, &format!("{format:?}, blanks before"));
            for (mark, big) in [("\u{feff}", false), ("\u{feff}", true), ("", false), ("", true)] {
                let units = (mark.to_owned() + &text).encode_utf16().collect::<Vec<_>>();
                let bytes = units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                assert_same(&read(bytes.collect::<Vec<u8>>()), &expected, &format!("{format:?}, UTF-16, big: {big}"));
            }
        }
    }
}

/// With an indented line for each value.
fn over_many_lines(document: &str) -> String {
    let mut pretty = String::new();
    let mut in_text = false;
    for character in document.chars() {
        in_text ^= character == '"';
        pretty.push(character);
        if !in_text && "{[,".contains(character) {
            pretty.push_str("\n  ");
        }
    }
    pretty
}

#[test]
fn documents_over_many_lines_are_documents() {
    let requests = requests(30);
    let expected = read(write(Format::OtlpLines, &requests));
    for format in FORMATS.into_iter().filter(|format| format.is_text()) {
        let text = write(format, &requests);
        let text = String::from_utf8(text).unwrap();
        let is_lines = text.starts_with('{') && text.lines().all(|line| line.ends_with('}'));
        let compact = if is_lines { text.lines().map(str::to_owned).collect() } else { vec![text.replace('\n', "")] };
        let pretty: Vec<String> = compact.iter().map(|document| over_many_lines(document)).collect();
        assert_same(&read(pretty.join("\n")), &expected, &format!("{format:?}"));
        assert_same(&read(pretty.concat()), &expected, &format!("{format:?}, without blanks between"));
        assert_same(&read(format!("[{}]", pretty.join(",\n"))), &expected, &format!("{format:?}, in a list"));
        assert_same(&read(compact.join(",\n") + ",\n"), &expected, &format!("{format:?}, with commas behind"));
    }
}

/// The collector's file exporter with `compression: zstd`: each message packed, behind its packed length.
#[test]
fn messages_that_are_packed_one_by_one_are_unpacked() {
    let requests = requests(5);
    let expected = read(write(Format::OtlpLines, &requests));
    let framed = |messages: Vec<Vec<u8>>| -> Vec<u8> {
        let messages =
            messages.into_iter().map(|message| [(message.len() as u32).to_be_bytes().to_vec(), message].concat());
        messages.collect::<Vec<_>>().concat()
    };
    let json = requests.iter().enumerate().map(|(number, spans)| {
        let line = String::from_utf8(write(Format::OtlpLines, std::slice::from_ref(spans))).unwrap();
        line.replace(&format!("{:032x}", 1), &format!("{:032x}", number + 1)).into_bytes()
    });
    let json: Vec<Vec<u8>> = json.collect();
    let protobuf: Vec<Vec<u8>> =
        (1..).zip(&requests).map(|(trace, spans)| protobuf(trace, spans).encode_to_vec()).collect();
    assert_same(&read(framed(json.iter().map(|message| zstd(message)).collect())), &expected, "packed JSON");
    assert_same(&read(framed(json)), &expected, "JSON behind lengths");
    assert_same(&read(framed(protobuf.iter().map(|message| zstd(message)).collect())), &expected, "packed protobuf");
}
