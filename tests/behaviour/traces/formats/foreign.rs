//! What holds no spans is passed over, or explained.

use super::{error, gzip, read, requests, try_read};
use crate::trace_formats::{Format, write};
use etiology::Error;

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
