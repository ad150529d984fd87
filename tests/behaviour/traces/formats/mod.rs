//! Traces in every format: the same requests give the same table, what is damaged costs itself alone, what is no trace is explained,
//! and nothing is read without an end.

mod damage;

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
