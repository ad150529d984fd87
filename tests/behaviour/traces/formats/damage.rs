//! What is damaged costs itself alone, and what cannot be read says what was found and what helps.

use super::*;

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

/// The collector's file exporter with `compression: zstd`: each message packed, behind its packed length.
#[test]
fn what_cannot_be_read_says_what_was_found_and_what_helps() {
    for (input, words) in [
        ("", ["is empty", "Zipkin"]),
        (" \n\t ", ["is empty", "Zipkin"]),
        (r#"{"data": [], "total": 0, "errors": null}"#, ["without any trace", "longer time"]),
        (r#"{"resourceSpans": []}"#, ["without any trace", "another service"]),
        (r#"{"data": ["web", "api"], "total": 2}"#, ["without any trace", "longer time"]),
        ("[]", ["no spans", "longer time"]),
        ("{}", ["no spans", "another service"]),
        (
            r#"{"data":null,"total":0,"errors":[{"code":404,"msg":"trace not found"}]}"#,
            ["`trace not found`", "is there"],
        ),
        (r#"{"error":{"httpCode":404,"message":"no traces found"}}"#, ["`no traces found`", "is there"]),
        (
            r#"{"traces":[{"traceID":"1","rootServiceName":"web","durationMs":7}],"metrics":{}}"#,
            ["search", "/api/v2/traces/"],
        ),
        (
            r#"[[{"trace_id":1,"span_id":2,"service":"web","resource":"GET /","start":3,"duration":4}]]"#,
            ["Datadog", "receiver"],
        ),
        (r#"{"Traces":[{"Id":"1-5","Segments":[{"Id":"a","Document":"{}"}]}]}"#, ["X-Ray", "receiver"]),
        (
            r#"{"trace_id":"1-58406520-a006","id":"6b","start_time":1.5,"end_time":2.5,"name":"web"}"#,
            ["X-Ray", "receiver"],
        ),
        (
            r#"{"name":"GET","context":{"trace_id":"0x1","span_id":"0x2"},"start_time":"2026-01-31T00:00:00Z"}"#,
            ["console", "OTLP"],
        ),
        (r#"[{"traceId":"1","id":"2","name":"x","binaryAnnotations":[]}]"#, ["Zipkin", "/api/v2/traces"]),
        (r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, ["Prometheus", "metrics"]),
        (r#"{"name": "shop", "nodes": [1, 2], "version": 3}"#, ["no spans", "`nodes`, `version`"]),
        ("<!DOCTYPE html>\n<html><head>", ["HTML", "API"]),
        ("time;web;api\n1;2;3\n", ["table of 3 columns", "CSV"]),
        ("trace not found", ["`trace not found`", "no JSON"]),
        ("\u{1b}[31mred\u{1b}", ["1b 5b 33", "no JSON"]),
        ("PK\u{3}\u{4}xxxxx", ["ZIP", "unpack"]),
        ("{", ["EOF while parsing", "at line 1"]),
        (r#"{"resourceSpans": [{"scopeSpans": {}}]}"#, ["expected a list of scopes", "line 1 column"]),
        ("{\"data\": [}]}", ["expected value", "line 1 column 11"]),
    ] {
        let message = error(input);
        assert!(words.iter().all(|word| message.contains(word)), "{input}: {message}");
        assert!(!message.contains('\u{1b}'), "{message}");
    }
    assert!(matches!(try_read("{}"), Err(Error::TraceFile { .. })));
    let bytes = error([0x93, 0x4e, 0x55, 0x4d]);
    assert!(bytes.contains("93 4e 55 4d"), "{bytes}");
    let twice = error(gzip(&gzip(b"{}")));
    assert!(twice.contains("packed twice"), "{twice}");
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
