//! Traces in every format: the same requests give the same table, what is damaged costs itself alone, what is no trace is explained,
//! and nothing is read without an end.

use std::io::{Read, Write};

use crate::otlp_messages::{Resource, ResourceSpans, ScopeSpans, Span, TracesData, Value, attribute};
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

/// `web` SERVER from 0 to 100 ms, calls `api` from 10 to 90 ms, in one document of each shape.
#[test]
fn spans_are_found_in_the_shapes_that_exporters_write() {
    let resource = |name: &str| {
        format!(r#""resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{name}"}}}}]}}"#)
    };
    let (web, api) = (resource("web"), resource("api"));
    let ids = |span: &str| format!(r#""traceId":"0000000000000000000000000000000a","spanId":"000000000000000{span}""#);
    let (first, second) = (ids("1"), ids("2"));
    let scopes = |web_span: &str, api_span: &str| {
        format!(
            r#"{{"resourceSpans":[{{{web},"scopeSpans":[{{"spans":[{{{web_span}}}]}}]}},
            {{{api},"scopeSpans":[{{"spans":[{{{api_span},"parentSpanId":"0000000000000001"}}]}}]}}]}}"#
        )
    };
    let time = |start: &str, end: &str| format!(r#""startTimeUnixNano":{start},"endTimeUnixNano":{end}"#);
    let span = |ids: &str, start: &str, end: &str| format!("{ids},{}", time(start, end));
    let shapes = [
        // Numbers and text.
        scopes(&span(&first, "0", "100000000"), &span(&second, "\"10000000\"", "\"90000000\"")),
        // JavaScript's long numbers, with text in them or not.
        scopes(
            &span(&first, r#"{"low":0,"high":0,"unsigned":true}"#, r#"{"low":100000000,"high":0}"#),
            &span(&second, r#"{"low":"10000000","high":"0"}"#, r#"{"high":0,"low":90000000}"#),
        ),
        scopes(&span(&first, "0.0", "1e8"), &span(&second, "1.0e7", "9e7")),
        // Bytes in base64, as the usual mapping of protobuf to JSON has them.
        scopes(
            &span(r#""traceId":"AAAAAAAAAAAAAAAAAAAACg==","spanId":"AAAAAAAAAAE=""#, "0", "100000000"),
            &span(r#""traceId":"AAAAAAAAAAAAAAAAAAAACg==","spanId":"AAAAAAAAAAI=""#, "10000000", "90000000"),
        )
        .replace("0000000000000001", "AAAAAAAAAAE="),
        // Snake case, and scopes as they were called before.
        scopes(&span(&first, "0", "100000000"), &span(&second, "10000000", "90000000"))
            .replace("resourceSpans", "resource_spans")
            .replace("scopeSpans", "instrumentation_library_spans")
            .replace("traceId", "trace_id")
            .replace("spanId", "span_id")
            .replace("parentSpanId", "parent_span_id")
            .replace("startTimeUnixNano", "start_time_unix_nano")
            .replace("endTimeUnixNano", "end_time_unix_nano"),
        // A resource a line, without the list around it.
        format!(
            "{{{web},\"scopeSpans\":[{{\"spans\":[{{{}}}]}}]}}\n{{\"scopeSpans\":[{{\"spans\":[{{{},\"parentSpanId\":\"1\"}}]}}],{api}}}",
            span(&first, "0", "100000000"),
            span(&second, "10000000", "90000000")
        ),
        // A span a line, its resource in it.
        format!(
            "{{{},{web}}}\n{{{},\"parentSpanId\":\"1\",\"resource\":{{\"attributes\":{{\"service.name\":\"api\"}}}}}}",
            span(&first, "0", "100000000"),
            span(&second, "10000000", "90000000")
        ),
        // Deeper than anybody writes it.
        format!(
            r#"{{"answer":[{{"of":{{"the":{}}}}}]}}"#,
            scopes(&span(&first, "0", "100000000"), &span(&second, "10000000", "90000000"))
        ),
        // Jaeger, with a parent from before there were references, and the times as text.
        r#"{"traceID":"a","processes":{"p1":{"serviceName":"web"},"p2":{"serviceName":"api","tags":null}},"spans":[
            {"traceID":"a","spanID":"1","startTime":0,"duration":"100000","processID":"p1","references":null},
            {"traceID":"a","spanID":"2","parentSpanID":"1","startTime":"10000","duration":80000,"processID":"p2"}]}"#
            .to_owned(),
        // Jaeger in Elasticsearch, with coarse times alone and tags in an object.
        r#"{"_source":{"traceID":"a","spanID":"1","startTimeMillis":0,"duration":100000,"process":{"serviceName":"web"},
            "tags":{"span.kind":"server"}}}
           {"_source":{"traceID":"a","spanID":"2","references":[{"refType":"CHILD_OF","traceID":"a","spanID":"1"}],
            "startTimeMillis":10,"startTime":10000,"duration":80000,"process":{"serviceName":"api"}}}"#
            .to_owned(),
        // Zipkin, identifiers in capitals.
        r#"[{"traceId":"00000000000000000A","id":"1","timestamp":0,"duration":100000,"localEndpoint":{"serviceName":"web"}},
            {"traceId":"a","id":"2","parentId":"0000000000000001","timestamp":10000,"duration":80000,"tags":null,
             "localEndpoint":{"serviceName":"api"}}]"#
            .to_owned(),
    ];
    for shape in shapes {
        let traces = read(&shape);
        assert_eq!((times(&traces, "web"), times(&traces, "api")), ((100.0, 20.0), (80.0, 80.0)), "{shape}");
        assert_eq!((traces.report().rows, traces.report().spans), (1, 2), "{shape}");
    }
}

#[test]
fn of_several_parents_the_one_in_the_trace_counts() {
    let trace = |references: &str| {
        format!(
            r#"{{"data":[{{"traceID":"a","processes":{{"p1":{{"serviceName":"web"}},"p2":{{"serviceName":"api"}}}},"spans":[
            {{"traceID":"a","spanID":"2","startTime":10,"duration":80,"processID":"p2","references":[{references}]}},
            {{"traceID":"a","spanID":"1","startTime":0,"duration":100,"processID":"p1"}}]}}]}}"#
        )
    };
    let reference =
        |trace: &str, span: &str| format!(r#"{{"refType":"CHILD_OF","traceID":"{trace}","spanID":"{span}"}}"#);
    for references in [
        [reference("b", "1"), reference("a", "1")].join(","),
        [reference("a", "7"), reference("a", "1")].join(","),
        [r#"{"refType":"FOLLOWS_FROM","traceID":"a","spanID":"1"}"#.to_owned(), reference("a", "1")].join(","),
    ] {
        let traces = read(trace(&references));
        assert_eq!(traces.service_calls().len(), 1, "{references}");
        assert_eq!(traces.report().orphan_spans, 0, "{references}");
    }
    // A link to another trace is no parent.
    assert_eq!(read(trace(&reference("b", "9"))).report().orphan_spans, 0);
}

#[test]
fn lines_of_metrics_and_logs_are_passed_over_and_counted() {
    let spans = String::from_utf8(write(Format::OtlpLines, &requests(2))).unwrap();
    let metrics = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"exemplars":[
        {"traceId":"1","spanId":"2","timeUnixNano":"3"}]}]}}]}]}]}"#
        .replace('\n', " ");
    let logs =
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"1","spanId":"2","startTimeUnixNano":"3"}]}]}]}"#;
    let traces = read(format!("{metrics}\n{spans}{logs}\n{logs}\n"));
    assert_eq!((traces.report().rows, traces.report().other_documents, traces.report().spans), (2, 3, 40));
    assert!(traces.report().is_clean());
    let message = error(format!("{metrics}\n{logs}\n"));
    assert!(message.contains("metrics, logs or profiles"), "{message}");

    // As messages, whose outer levels are those of spans: a metric has a name first and then data, a log record begins with a time.
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8], bytes].concat();
    let metric = [field(1, b"http.server.duration"), field(5, &field(1, &[0x19, 0, 0, 0, 0, 0, 0, 0, 0]))].concat();
    let log = [&[9_u8, 1, 2, 3, 4, 5, 6, 7, 8], field(5, b"x").as_slice()].concat();
    let message = |item: &[u8]| field(1, &[field(1, b""), field(2, &field(2, item))].concat());
    let framed = |message: &[u8]| [&(message.len() as u32).to_be_bytes(), message].concat();
    let file = [
        framed(&message(&metric)),
        write(Format::ProtobufFourBytes, &requests(2)),
        framed(&message(&log)),
        framed(&message(&metric)),
    ];
    let traces = read(file.concat());
    let report = traces.report();
    assert_eq!((report.rows, report.other_documents, report.damaged_lines), (2, 3, 0), "{report}");
    let message = error(framed(&message(&log)));
    assert!(message.contains("metrics, logs or profiles"), "{message}");
}

#[test]
fn a_message_of_other_spans_than_the_shop_is_read() {
    let trace = 0x5b8e_fff7_9803_8103_d269_b633_813f_c60c_u128;
    let span = |id: u64, parent: u64, name: &str, start: u64, end: u64| Span {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: id.to_be_bytes().to_vec(),
        parent_span_id: if parent == 0 { Vec::new() } else { parent.to_be_bytes().to_vec() },
        name: name.to_owned(),
        kind: 1,
        start_time_unix_nano: start,
        end_time_unix_nano: end,
        attributes: vec![attribute("ok", Value::Bool(true)), attribute("share", Value::Double(0.5))],
    };
    let service = |name: &str, spans: Vec<Span>| ResourceSpans {
        resource: Some(Resource {
            attributes: vec![
                attribute("host.cores", Value::Integer(4)),
                attribute("service.name", Value::Text(name.to_owned())),
            ],
        }),
        scope_spans: vec![ScopeSpans { spans }, ScopeSpans::default()],
        schema_url: "https://example.org/1".to_owned(),
    };
    let data = TracesData {
        resource_spans: vec![
            service("web", vec![span(1, 0, "GET", 1_000, 2_001_000)]),
            service("b\u{e4}r", vec![span(2, 1, "", 501_000, 1_001_000), span(3, 2, "x", 601_000, 701_000)]),
        ],
    };
    let traces = read(data.encode_to_vec());
    assert_eq!((times(&traces, "web"), times(&traces, "b\u{e4}r")), ((2.0, 1.5), (0.5, 0.5)));
    assert_eq!(traces.row_of("5b8efff798038103d269b633813fc60c"), Some(0));
}

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
