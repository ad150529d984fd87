//! What is damaged costs itself alone, and nothing is read without an end.

use std::io::Read;

use super::{assert_same, gzip, read, requests, try_read, zstd};
use crate::trace_formats::{Format, write};
use etiology::Error;
use etiology::traces::{TraceConfig, Traces};

/// What is longer than a document that is held is read as a stream.
#[test]
fn long_documents_give_the_same_table_and_count_up_to_where_they_are_cut() {
    let requests = requests(900);
    let expected = read(write(Format::OtlpLines, &requests));
    for format in [Format::Otlp, Format::Jaeger, Format::Zipkin] {
        let text = write(format, &requests);
        assert!(text.len() > 5 << 20, "{format:?}: {} bytes are not long", text.len());
        assert_same(&read(&text), &expected, &format!("{format:?}"));
        let cut = read(&text[..text.len() - text.len() / 4]);
        assert!(cut.report().truncated, "{format:?}");
        assert!((650..=676).contains(&cut.report().rows), "{format:?}: {}", cut.report().rows);
        assert!(cut.report().unnamed_services == 0, "{format:?}");
    }
}

#[test]
fn a_line_cut_anywhere_costs_that_line_alone() {
    let requests = requests(4);
    let text = String::from_utf8(write(Format::OtlpLines, &requests[..3])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let short = &lines[1][..700];
    let rows = |traces: &Traces| -> Vec<String> {
        (0..traces.latencies().rows()).map(|row| traces.trace_id(row).unwrap().to_owned()).collect()
    };
    for cut in 1..short.len() {
        let (start, end) = (&short[..cut], &short[cut..]);
        let traces = read(format!("{}\n{start}\n{}\n", lines[0], lines[2]));
        assert_eq!(rows(&traces), [format!("{:032x}", 1), format!("{:032x}", 3)], "cut after {start}");
        assert_eq!(
            (traces.report().damaged_lines, traces.report().first_damaged_line),
            (1, Some(2)),
            "cut after {start}"
        );
        let traces = read(format!("{}\n{}\n{start}", lines[0], lines[2]));
        assert_eq!(rows(&traces).len(), 2, "ends after {start}");
        assert!(traces.report().truncated, "ends after {start}");
        // A file that begins in the middle of a line, as rotated logs do.
        if let Ok(traces) = try_read(format!("{end}\n{}\n{}\n", lines[0], lines[2])) {
            assert_eq!(rows(&traces), [format!("{:032x}", 1), format!("{:032x}", 3)], "begins with {end}");
        } else {
            assert!(!end.contains("\":"), "begins with {end}");
        }
    }
    let overwritten = lines[1].replace("GET /", "GET \u{0}");
    let traces = read([lines[0], &overwritten, lines[2], "oops"].join("\n"));
    assert_eq!((traces.report().damaged_lines, traces.report().rows), (2, 2));
    assert!(traces.report().to_string().contains("the first that is damaged is number 2"), "{}", traces.report());
}

#[test]
fn damaged_messages_and_packed_files_count_up_to_the_damage_or_without_it() {
    let requests = requests(12);
    let framed = write(Format::ProtobufFourBytes, &requests);
    let first = 4 + u32::from_be_bytes(framed[..4].try_into().unwrap()) as usize;
    let mut damaged = framed.clone();
    damaged[first + 4] = 0x0b;
    let traces = read(&damaged);
    assert_eq!(
        (traces.report().rows, traces.report().damaged_lines, traces.report().first_damaged_line),
        (11, 1, Some(2))
    );
    let cut = read(&framed[..framed.len() - 3]);
    assert!(cut.report().truncated && cut.report().rows == 11, "{}", cut.report());
    for packed in [gzip(&write(Format::OtlpLines, &requests)), zstd(&write(Format::OtlpLines, &requests))] {
        let cut = try_read(&packed[..packed.len() - packed.len() / 5]);
        if let Ok(cut) = cut {
            assert!(cut.report().truncated && cut.report().rows < 12, "{}", cut.report());
        }
    }
    let two_frames = [gzip(&write(Format::OtlpLines, &requests)), vec![0x1f, 0x8b, 8, 0, 1]].concat();
    let traces = read(two_frames);
    assert!(traces.report().truncated && traces.report().rows == 12, "{}", traces.report());
}

/// Reads the same bytes again and again, and fails the test where too many are wanted.
struct Endless<'a> {
    before: &'a [u8],
    again: &'a [u8],
    given: usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        assert!(self.given < 200 << 20, "200 MiB of {:?} were read", String::from_utf8_lossy(self.again));
        for byte in buffer.iter_mut() {
            *byte = match self.before.get(self.given) {
                Some(&byte) => byte,
                None => self.again[(self.given - self.before.len()) % self.again.len()],
            };
            self.given += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn input_without_an_end_is_an_error() {
    for (before, again) in [
        ("", "\0"),
        ("", " "),
        ("", "\n"),
        ("", "y\n"),
        ("", "{\n"),
        ("", "[\n"),
        ("", "{\"a\":\n"),
        ("", "{\"a\":1,\n"),
        ("\"", "x"),
        ("{\"", "x"),
        ("{\"resourceSpans\":[", "{},"),
        (
            "{\"resourceSpans\":[{\"resource\":{\"attributes\":[",
            "{\"key\":\"host.name\",\"value\":{\"stringValue\":\"x\"}},",
        ),
        ("{\"data\":[{\"processes\":{", "\"a\":{},"),
        ("{\"data\":[{\"spans\":[", "{},"),
        ("{\"data\":[{\"spans\":[{\"spanID\":\"1\",\"references\":[", "{\"spanID\":\"2\"},"),
        ("[", "1,"),
        ("[", "[],"),
        ("{\"a\":[", "\"b\","),
        ("\n", "\u{7f}\u{7f}\n"),
    ] {
        let source = Endless { before: before.as_bytes(), again: again.as_bytes(), given: 0 };
        let result = Traces::from_reader(source, &TraceConfig::default());
        assert!(matches!(result, Err(Error::TraceFile { .. })), "{before}{again}");
    }
    // A packed file of nothing.
    for bomb in [gzip(&vec![0; 8 << 20]), zstd(&vec![b' '; 8 << 20]), gzip(&vec![b'{'; 20 << 20])] {
        assert!(matches!(try_read(bomb), Err(Error::TraceFile { .. })));
    }
}
