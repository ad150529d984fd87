//! The made-up requests of `synthetic_traces` in every format that is read, in the shapes that the tools write.

// Each program that includes this file uses a part of it.
#![allow(dead_code)]

use std::fmt::Write;
use std::io;

use prost::Message;

use crate::otlp_messages::{Resource, ResourceSpans, ScopeSpans, Span, TracesData, Value, attribute};
use crate::synthetic_traces::{SyntheticSpan, request, slow_service};

/// One way to write the same requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One request a line, as the collector's file exporter writes them.
    OtlpLines,
    /// One document.
    Otlp,
    /// Tempo's answers of both versions of its API.
    TempoBatches,
    TempoTrace,
    /// What Jaeger's user interface downloads.
    Jaeger,
    /// Jaeger's API, version 3.
    JaegerResult,
    /// One trace a line.
    JaegerTraces,
    /// Jaeger's spans in Elasticsearch: one document a line, or the answer to a search.
    ElasticsearchLines,
    ElasticsearchHits,
    /// Zipkin's answer for a list of traces, and one span a line.
    Zipkin,
    ZipkinLines,
    /// The collector's file exporter with `format: proto`, messages delimited as protobuf does it, one request.
    ProtobufFourBytes,
    ProtobufVarint,
    ProtobufBare,
}

pub(crate) const FORMATS: [Format; 14] = [
    Format::OtlpLines,
    Format::Otlp,
    Format::TempoBatches,
    Format::TempoTrace,
    Format::Jaeger,
    Format::JaegerResult,
    Format::JaegerTraces,
    Format::ElasticsearchLines,
    Format::ElasticsearchHits,
    Format::Zipkin,
    Format::ZipkinLines,
    Format::ProtobufFourBytes,
    Format::ProtobufVarint,
    Format::ProtobufBare,
];

impl Format {
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::ProtobufFourBytes | Self::ProtobufVarint | Self::ProtobufBare)
    }
}

/// The requests, numbered from 1, in a format.
pub(crate) fn write(format: Format, requests: &[Vec<SyntheticSpan>]) -> Vec<u8> {
    let numbered = || requests.iter().enumerate().map(|(number, spans)| (number as u128 + 1, spans.as_slice()));
    let list = |item: fn(u128, &[SyntheticSpan]) -> String| -> String {
        numbered().map(|(trace, spans)| item(trace, spans)).collect::<Vec<_>>().join(",\n")
    };
    let lines = |item: fn(u128, &[SyntheticSpan]) -> String| -> String {
        numbered().map(|(trace, spans)| item(trace, spans) + "\n").collect()
    };
    let text = match format {
        Format::OtlpLines => lines(|trace, spans| format!("{{\"resourceSpans\":[{}]}}", otlp(trace, spans))),
        Format::Otlp => format!("{{\"resourceSpans\":[{}]}}", list(otlp)),
        Format::TempoBatches => format!("{{\"batches\":[{}]}}", list(otlp)),
        Format::TempoTrace => format!("{{\"trace\":{{\"resourceSpans\":[{}]}},\"status\":\"COMPLETE\"}}", list(otlp)),
        Format::Jaeger => {
            format!("{{\"data\":[{}],\"total\":0,\"limit\":0,\"offset\":0,\"errors\":null}}", list(jaeger))
        }
        Format::JaegerResult => {
            lines(|trace, spans| format!("{{\"result\":{{\"resourceSpans\":[{}]}}}}", otlp(trace, spans)))
        }
        Format::JaegerTraces => lines(jaeger),
        Format::ElasticsearchLines => lines(|trace, spans| elasticsearch(trace, spans).join("\n")),
        Format::ElasticsearchHits => format!(
            "{{\"took\":3,\"timed_out\":false,\"hits\":{{\"total\":{{\"value\":1}},\"hits\":[{}]}}}}",
            list(|trace, spans| elasticsearch(trace, spans).join(","))
        ),
        Format::Zipkin => format!("[{}]", list(|trace, spans| format!("[{}]", zipkin(trace, spans).join(",")))),
        Format::ZipkinLines => lines(|trace, spans| zipkin(trace, spans).join("\n")),
        Format::ProtobufFourBytes => {
            return numbered().flat_map(|(trace, spans)| behind_four_bytes(&protobuf(trace, spans))).collect();
        }
        Format::ProtobufVarint => {
            return numbered()
                .flat_map(|(trace, spans)| protobuf(trace, spans).encode_length_delimited_to_vec())
                .collect();
        }
        Format::ProtobufBare => {
            return numbered().flat_map(|(trace, spans)| protobuf(trace, spans).encode_to_vec()).collect();
        }
    };
    text.into_bytes()
}

fn joined<'a>(spans: &'a [SyntheticSpan], item: impl Fn(&'a SyntheticSpan) -> String) -> String {
    spans.iter().map(item).collect::<Vec<_>>().join(",")
}

fn otlp(trace: u128, spans: &[SyntheticSpan]) -> String {
    joined(spans, |span| {
        let parent = span.parent.map_or(String::new(), |parent| format!("{parent:016x}"));
        format!(
            "{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"{}\"}}}}]}},\
             \"scopeSpans\":[{{\"scope\":{{}},\"spans\":[{{\"traceId\":\"{trace:032x}\",\"spanId\":\"{:016x}\",\
             \"parentSpanId\":\"{parent}\",\"name\":\"GET /\",\"kind\":2,\"startTimeUnixNano\":\"{}\",\
             \"endTimeUnixNano\":\"{}\",\"attributes\":[{{\"key\":\"http.response.status_code\",\
             \"value\":{{\"intValue\":\"200\"}}}}],\"status\":{{}}}}]}}]}}",
            span.service,
            span.id,
            span.start * 1000,
            (span.start + span.duration) * 1000
        )
    })
}

const KIND: &str = "{\"key\":\"span.kind\",\"type\":\"string\",\"value\":\"server\"}";

fn references(trace: u128, span: &SyntheticSpan) -> String {
    span.parent.map_or(String::new(), |parent| {
        format!("{{\"refType\":\"CHILD_OF\",\"traceID\":\"{trace:032x}\",\"spanID\":\"{parent:016x}\"}}")
    })
}

fn jaeger(trace: u128, spans: &[SyntheticSpan]) -> String {
    let mut processes = String::new();
    for (position, span) in spans.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let _ = write!(processes, "{comma}\"p{position}\":{{\"serviceName\":\"{}\",\"tags\":[]}}", span.service);
    }
    let list = joined(spans, |span| {
        format!(
            "{{\"traceID\":\"{trace:032x}\",\"spanID\":\"{:016x}\",\"operationName\":\"GET /\",\"references\":[{}],\
             \"startTime\":{},\"duration\":{},\"tags\":[{KIND}],\"logs\":[],\"processID\":\"p{}\",\"warnings\":null}}",
            span.id,
            references(trace, span),
            span.start,
            span.duration,
            span.id - 1
        )
    });
    format!("{{\"traceID\":\"{trace:032x}\",\"spans\":[{list}],\"processes\":{{{processes}}},\"warnings\":null}}")
}

fn elasticsearch(trace: u128, spans: &[SyntheticSpan]) -> Vec<String> {
    let document = |span: &SyntheticSpan| {
        format!(
            "{{\"_index\":\"jaeger-span-2026-01-31\",\"_id\":\"x\",\"_score\":1,\"_source\":{{\"traceID\":\"{trace:032x}\",\
             \"spanID\":\"{:016x}\",\"flags\":1,\"operationName\":\"GET /\",\"references\":[{}],\"startTime\":{},\
             \"startTimeMillis\":{},\"duration\":{},\"tags\":[],\"tag\":{{\"span@kind\":\"server\",\"http@url\":\"/\"}},\
             \"logs\":[],\"process\":{{\"serviceName\":\"{}\",\"tags\":[],\"tag\":{{\"hostname\":\"h\"}}}}}}}}",
            span.id,
            references(trace, span),
            span.start,
            span.start / 1000,
            span.duration,
            span.service
        )
    };
    spans.iter().map(document).collect()
}

fn zipkin(trace: u128, spans: &[SyntheticSpan]) -> Vec<String> {
    let span = |span: &SyntheticSpan| {
        let parent = span.parent.map_or(String::new(), |parent| format!("\"parentId\":\"{parent:016x}\","));
        format!(
            "{{\"traceId\":\"{trace:016x}\",{parent}\"id\":\"{:016x}\",\"kind\":\"SERVER\",\"name\":\"get /\",\
             \"timestamp\":{},\"duration\":{},\"localEndpoint\":{{\"serviceName\":\"{}\",\"ipv4\":\"10.0.0.1\"}},\
             \"remoteEndpoint\":{{\"ipv4\":\"10.0.0.9\",\"port\":41}},\"annotations\":[{{\"timestamp\":1,\"value\":\"x\"}}],\
             \"tags\":{{\"http.method\":\"GET\"}}}}",
            span.id, span.start, span.duration, span.service
        )
    };
    spans.iter().map(span).collect()
}

fn behind_four_bytes(message: &TracesData) -> Vec<u8> {
    let message = message.encode_to_vec();
    [(message.len() as u32).to_be_bytes().to_vec(), message].concat()
}

/// So many requests as the collector's file exporter writes protobuf, the last `slow` of them with a slow `catalog-db`.
pub(crate) fn write_messages(mut out: impl io::Write, seed: u64, requests: u64, slow: u64) -> io::Result<()> {
    for number in 0..requests {
        let spans = request(seed, number, slow_service(number, requests, slow));
        out.write_all(&behind_four_bytes(&protobuf(u128::from(number) + 1, &spans)))?;
    }
    Ok(())
}

/// One request, with its spans as messages.
pub(crate) fn protobuf(trace: u128, spans: &[SyntheticSpan]) -> TracesData {
    let resource_spans = spans.iter().map(|span| ResourceSpans {
        resource: Some(Resource { attributes: vec![attribute("service.name", Value::Text(span.service.to_owned()))] }),
        scope_spans: vec![ScopeSpans {
            spans: vec![Span {
                trace_id: trace.to_be_bytes().to_vec(),
                span_id: span.id.to_be_bytes().to_vec(),
                parent_span_id: span.parent.map_or(Vec::new(), |parent| parent.to_be_bytes().to_vec()),
                name: "GET /".to_owned(),
                kind: 2,
                start_time_unix_nano: span.start * 1000,
                end_time_unix_nano: (span.start + span.duration) * 1000,
                attributes: vec![attribute("http.response.status_code", Value::Integer(200))],
            }],
        }],
        schema_url: String::new(),
    });
    TracesData { resource_spans: resource_spans.collect() }
}
