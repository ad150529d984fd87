//! Spans in the shapes that exporters and answers have, each told by what it holds.

use super::{read, times};
use crate::otlp_messages::{Resource, ResourceSpans, ScopeSpans, Span, TracesData, Value, attribute};
use etiology::traces::{TraceConfig, Traces};
use prost::Message;

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

/// One that is too long to be held, with more resources than may wait for their spans at any time.
#[test]
fn a_long_document_may_have_any_number_of_resources() {
    const RESOURCES: usize = 100_001;
    let resource = |number: usize| {
        format!(
            "{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"s{}\"}}}}]}},\"scopeSpans\":\
             [{{\"spans\":[{{\"traceId\":\"{:032x}\",\"spanId\":\"{:016x}\",\"startTimeUnixNano\":\"5\",\"endTimeUnixNano\":\"9\"}}]}}]}}",
            number % 3,
            number / 3 + 1,
            number + 1
        )
    };
    let list: Vec<String> = (0..RESOURCES).map(resource).collect();
    let json = format!("{{\"resourceSpans\":[{}]}}", list.join(","));
    let traces = Traces::from_reader(json.as_bytes(), &TraceConfig::default()).unwrap();
    assert_eq!((traces.report().spans, traces.report().rows), (RESOURCES as u64, RESOURCES.div_ceil(3) as u64));
    assert_eq!(traces.latencies().names().len(), 3);
}
