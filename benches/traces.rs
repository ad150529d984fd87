//! What reading traces costs beside what their parsers alone cost: OTLP as lines of JSON against serde_json, and as protobuf
//! against prost, both into structures of the same fields. Medians of rounds in which they take turns.
//!
//! ```text
//! cargo bench --features traces --bench traces
//! cargo bench --features traces --bench traces -- target/many.jsonl target/many.pb target/many.json
//! cargo bench --features traces --bench traces -- --write-document 1000000 target/one.otlp.json
//! ```
//!
//! The second form reads files, as `slow_requests --write` makes them, and tells the largest resident set after each. A file `.json` is one
//! document of Jaeger's, and one `.otlp.json` a document of OTLP, which the third form writes with so many requests.

#[path = "../examples/shared/otlp_messages.rs"]
mod otlp_messages;
#[path = "../examples/shared/synthetic_traces.rs"]
mod synthetic_traces;
#[path = "../examples/shared/trace_formats.rs"]
mod trace_formats;

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::time::Instant;

use etiology::traces::{TraceConfig, Traces};
use prost::Message;
use serde::Deserialize;
use trace_formats::Format;

/// The fields that are read, as one would have serde read them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read, and not looked at")]
struct Request {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read, and not looked at")]
struct ResourceSpans {
    resource: Resource,
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "read, and not looked at")]
struct Resource {
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "read, and not looked at")]
struct Attribute {
    key: String,
    value: AnyValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read, and not looked at")]
struct AnyValue {
    string_value: Option<String>,
    int_value: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "read, and not looked at")]
struct ScopeSpans {
    spans: Vec<Span>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read, and not looked at")]
struct Span {
    trace_id: String,
    span_id: String,
    parent_span_id: Option<String>,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute>,
}

/// The same of Jaeger's JSON.
#[derive(Deserialize)]
#[allow(dead_code, reason = "read, and not looked at")]
struct Answer {
    data: Vec<Trace>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "read, and not looked at")]
struct Trace {
    spans: Vec<JaegerSpan>,
    processes: BTreeMap<String, JaegerProcess>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read, and not looked at")]
struct JaegerSpan {
    #[serde(rename = "traceID")]
    trace: String,
    #[serde(rename = "spanID")]
    span: String,
    operation_name: String,
    references: Vec<Reference>,
    start_time: u64,
    duration: u64,
    tags: Vec<Tag>,
    #[serde(rename = "processID")]
    process: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read, and not looked at")]
struct Reference {
    ref_type: String,
    #[serde(rename = "traceID")]
    trace: String,
    #[serde(rename = "spanID")]
    span: String,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "read, and not looked at")]
struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read, and not looked at")]
struct JaegerProcess {
    service_name: String,
    tags: Vec<Tag>,
}

fn ours(source: impl Read) {
    let traces = Traces::from_reader(source, &TraceConfig::default()).expect("traces");
    black_box(traces.latencies().rows());
}

fn serde_json_alone(source: impl Read) {
    let mut source = BufReader::with_capacity(1 << 17, source);
    let mut line = Vec::new();
    while source.read_until(b'\n', &mut line).expect("a line") > 0 {
        black_box(serde_json::from_slice::<Request>(&line).expect("JSON").resource_spans.len());
        line.clear();
    }
}

/// A document as a whole, from memory: reading as a stream costs the parser twice as much.
fn document_alone<T: for<'de> Deserialize<'de>>(mut source: impl Read) {
    let mut text = Vec::new();
    source.read_to_end(&mut text).expect("a document");
    black_box(serde_json::from_slice::<T>(&text).expect("JSON"));
}

/// What its parser alone does with a file.
fn alone(path: &str) -> fn(File) {
    match path {
        _ if path.ends_with(".jsonl") => serde_json_alone,
        _ if path.ends_with(".otlp.json") => document_alone::<Request>,
        _ if path.ends_with(".json") => document_alone::<Answer>,
        _ => prost_alone,
    }
}

fn prost_alone(source: impl Read) {
    let mut source = BufReader::with_capacity(1 << 17, source);
    let mut length = [0; 4];
    let mut message = Vec::new();
    while source.read_exact(&mut length).is_ok() {
        message.resize(u32::from_be_bytes(length) as usize, 0);
        source.read_exact(&mut message).expect("a message");
        black_box(otlp_messages::TracesData::decode(message.as_slice()).expect("protobuf").resource_spans.len());
    }
}

/// Seconds that each takes, medians of rounds in which they take turns.
fn medians(rounds: usize, ours: impl Fn(), alone: impl Fn()) -> (f64, f64) {
    let seconds = |run: &dyn Fn()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let mut times: Vec<(f64, f64)> = (0..rounds).map(|_| (seconds(&ours), seconds(&alone))).collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let first = times[rounds / 2].0;
    times.sort_by(|a, b| a.1.total_cmp(&b.1));
    (first, times[rounds / 2].1)
}

fn tell(what: &str, bytes: u64, (ours, alone): (f64, f64)) {
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{what}: {megabytes:.0} MB, read at {:.0} MB/s, parsed alone at {:.0} MB/s: {:.2} times as long",
        megabytes / ours,
        megabytes / alone,
        ours / alone
    );
}

/// What instrumentation of HTTP servers writes.
const ATTRIBUTES: [(&str, &str); 9] = [
    ("http.request.method", "GET"),
    ("url.scheme", "https"),
    ("url.path", "/api/v1/orders/17"),
    ("http.route", "/api/v1/orders/{order}"),
    ("server.address", "shop.example.org"),
    ("client.address", "203.0.113.7"),
    ("network.protocol.version", "1.1"),
    ("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("thread.name", "http-nio-8080-exec-3"),
];

/// The largest resident set so far, where the system tells it.
fn largest_resident_set() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim().to_owned()
}

/// One document of OTLP, of so many requests.
fn write_document(path: &str, requests: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "{{\"resourceSpans\":[")?;
    for number in 0..requests {
        let mut line = Vec::new();
        synthetic_traces::write_otlp(&mut line, number, &synthetic_traces::request(7, number, None))?;
        let list = line.trim_ascii().strip_prefix(b"{\"resourceSpans\":[").and_then(|rest| rest.strip_suffix(b"]}"));
        file.write_all(if number > 0 { b"," } else { b"" })?;
        file.write_all(list.expect("a request of OTLP"))?;
    }
    write!(file, "]}}")?;
    file.flush()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [option, requests, path] = arguments.as_slice()
        && option == "--write-document"
    {
        return write_document(path, requests.parse().expect("a number of requests")).expect("a file");
    }
    let files = arguments;
    for path in &files {
        let open = || File::open(path).expect("the file");
        let bytes = open().metadata().expect("its size").len();
        ours(open());
        println!("{path}: largest resident set after reading it once {}", largest_resident_set());
        tell(path, bytes, medians(3, || ours(open()), || alone(path)(open())));
    }
    if files.is_empty() {
        let requests: Vec<_> = (0..1000).map(|number| synthetic_traces::request(7, number, None)).collect();
        for (what, attributes) in [("one attribute", &ATTRIBUTES[..0]), ("ten attributes", &ATTRIBUTES[..])] {
            let json = String::from_utf8(trace_formats::write(Format::OtlpLines, &requests)).expect("text");
            let further: String = attributes
                .iter()
                .map(|(key, value)| format!("{{\"key\":\"{key}\",\"value\":{{\"stringValue\":\"{value}\"}}}},"))
                .collect();
            let json =
                json.replace("\"attributes\":[{\"key\":\"http", &format!("\"attributes\":[{further}{{\"key\":\"http"));
            let times = medians(11, || ours(json.as_bytes()), || serde_json_alone(json.as_bytes()));
            tell(&format!("lines of JSON, spans of {what}"), json.len() as u64, times);
            let mut protobuf = Vec::new();
            for (trace, spans) in (1..).zip(&requests) {
                let mut message = trace_formats::protobuf(trace, spans);
                let spans =
                    message.resource_spans.iter_mut().flat_map(|of| &mut of.scope_spans).flat_map(|of| &mut of.spans);
                let text = |value: &str| otlp_messages::Value::Text(value.to_owned());
                spans.for_each(|span| {
                    span.attributes
                        .extend(attributes.iter().map(|(key, value)| otlp_messages::attribute(key, text(value))));
                });
                protobuf.extend((message.encoded_len() as u32).to_be_bytes());
                message.encode(&mut protobuf).expect("room");
            }
            let times = medians(11, || ours(protobuf.as_slice()), || prost_alone(protobuf.as_slice()));
            tell(&format!("protobuf, spans of {what}"), protobuf.len() as u64, times);
        }
    }
}
