//! Traces of a made-up shop of twenty services, in OTLP JSON and in Jaeger's JSON, whose self times are known.
//!
//! Every service first works for itself, then goes through its stages: the calls of one stage start together, and the
//! next stage starts when all have answered. So latency = self time + Σ over stages of the slowest call. Times are whole
//! microseconds, which is what Jaeger resolves. The same seed gives the same bytes.

// Each program that includes this file uses a part of it.
#![allow(dead_code)]

use std::io::{self, Write};

/// A service with its usual self time in microseconds, and the stages of its calls.
struct Service {
    name: &'static str,
    usual_self_time: f64,
    stages: &'static [&'static [Service]],
}

const fn leaf(name: &'static str, usual_self_time: f64) -> Service {
    Service { name, usual_self_time, stages: &[] }
}

const fn caller(name: &'static str, usual_self_time: f64, stages: &'static [&'static [Service]]) -> Service {
    Service { name, usual_self_time, stages }
}

const AUTH: Service = caller("auth", 2_000.0, &[&[leaf("auth-db", 3_000.0)], &[leaf("tokens", 800.0)]]);
const CATALOG: Service = caller("catalog", 3_000.0, &[&[leaf("catalog-db", 9_000.0)], &[leaf("cache", 500.0)]]);
const PROFILE: Service = caller("profile", 1_000.0, &[&[leaf("profile-db", 4_000.0)]]);
const RECOMMEND: Service = caller("recommend", 4_000.0, &[&[PROFILE], &[leaf("recommend-db", 3_000.0)]]);
const CART: Service = caller("cart", 2_000.0, &[&[leaf("cart-db", 5_000.0)]]);
const PAYMENT: Service = caller("payment", 3_000.0, &[&[leaf("bank", 20_000.0)]]);
const STOCK: Service = caller("stock", 2_000.0, &[&[leaf("stock-db", 6_000.0)]]);
const MAIL: Service = caller("mail", 1_500.0, &[&[leaf("templates", 700.0)]]);
const CHECKOUT: Service = caller("checkout", 3_000.0, &[&[PAYMENT, STOCK], &[MAIL]]);
const WEBSITE: Service = caller("website", 5_000.0, &[&[AUTH], &[CATALOG, RECOMMEND, CART], &[CHECKOUT]]);

/// One span, in microseconds.
#[derive(Debug, Clone)]
pub(crate) struct SyntheticSpan {
    pub(crate) id: u64,
    pub(crate) parent: Option<u64>,
    pub(crate) service: &'static str,
    pub(crate) start: u64,
    pub(crate) duration: u64,
    pub(crate) self_time: u64,
}

/// The spans of a request, the root first. A slow service takes forty times as long as usual for itself.
pub(crate) fn request(seed: u64, number: u64, slow_service: Option<&str>) -> Vec<SyntheticSpan> {
    let mut request = Request { spans: Vec::new(), slow_service, random: mix(seed) ^ mix(number + 1) };
    request.serve(&WEBSITE, None, 1_760_000_000_000_000 + 1_000_000 * number);
    request.spans
}

struct Request<'a> {
    spans: Vec<SyntheticSpan>,
    slow_service: Option<&'a str>,
    random: u64,
}

impl Request<'_> {
    /// Adds the span of a service and all below it; returns when it ends.
    fn serve(&mut self, service: &Service, parent: Option<u64>, start: u64) -> u64 {
        let slowness = if self.slow_service == Some(service.name) { 40.0 } else { 1.0 };
        // Half of it fixed, half exponential.
        let self_time = (slowness * service.usual_self_time * (0.5 - 0.5 * self.uniform().ln())).round() as u64;
        let position = self.spans.len();
        let id = position as u64 + 1;
        self.spans.push(SyntheticSpan { id, parent, service: service.name, start, duration: 0, self_time });
        let mut now = start + self_time;
        for stage in service.stages {
            now = stage.iter().map(|callee| self.serve(callee, Some(id), now)).max().unwrap_or(now);
        }
        self.spans[position].duration = now - start;
        now
    }

    /// Uniform in (0, 1].
    fn uniform(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ((mix(self.random) >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

/// The finaliser of SplitMix64.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A trace as one line of OTLP JSON, as the collector's file exporter writes it.
pub(crate) fn write_otlp(mut out: impl Write, trace: u64, spans: &[SyntheticSpan]) -> io::Result<()> {
    write!(out, "{{\"resourceSpans\":[")?;
    for (position, span) in spans.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let parent = span.parent.map_or(String::new(), |parent| format!("{parent:016x}"));
        let (start, end) = (span.start * 1000, (span.start + span.duration) * 1000);
        write!(
            out,
            "{comma}{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"{}\"}}}}]}},\
             \"scopeSpans\":[{{\"scope\":{{\"name\":\"shop\"}},\"spans\":[{{\"traceId\":\"{:032x}\",\"spanId\":\"{:016x}\",\
             \"parentSpanId\":\"{parent}\",\"name\":\"GET /\",\"kind\":2,\"startTimeUnixNano\":\"{start}\",\
             \"endTimeUnixNano\":\"{end}\",\"attributes\":[{{\"key\":\"http.response.status_code\",\
             \"value\":{{\"intValue\":\"200\"}}}}],\"status\":{{}}}}]}}]}}",
            span.service,
            trace + 1,
            span.id
        )?;
    }
    writeln!(out, "]}}")
}

/// A trace as Jaeger's JSON has it, an element of `data`.
pub(crate) fn write_jaeger(mut out: impl Write, trace: u64, spans: &[SyntheticSpan]) -> io::Result<()> {
    write!(out, "{{\"traceID\":\"{:032x}\",\"spans\":[", trace + 1)?;
    for (position, span) in spans.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let reference = |parent: u64| {
            format!("{{\"refType\":\"CHILD_OF\",\"traceID\":\"{:032x}\",\"spanID\":\"{parent:016x}\"}}", trace + 1)
        };
        let references = span.parent.map_or(String::new(), reference);
        write!(
            out,
            "{comma}{{\"traceID\":\"{:032x}\",\"spanID\":\"{:016x}\",\"operationName\":\"GET /\",\"references\":[{references}],\
             \"startTime\":{},\"duration\":{},\"tags\":[],\"logs\":[],\"processID\":\"p{position}\",\"warnings\":null}}",
            trace + 1,
            span.id,
            span.start,
            span.duration
        )?;
    }
    write!(out, "],\"processes\":{{")?;
    for (position, span) in spans.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        write!(out, "{comma}\"p{position}\":{{\"serviceName\":\"{}\",\"tags\":[]}}", span.service)?;
    }
    write!(out, "}},\"warnings\":null}}")
}

/// OTLP JSON lines of so many requests, the last `slow` of them with a slow `catalog-db`.
pub(crate) fn write_otlp_lines(mut out: impl Write, seed: u64, requests: u64, slow: u64) -> io::Result<()> {
    for number in 0..requests {
        write_otlp(&mut out, number, &request(seed, number, slow_service(number, requests, slow)))?;
    }
    Ok(())
}

/// The same requests as one document of Jaeger's JSON.
pub(crate) fn write_jaeger_document(mut out: impl Write, seed: u64, requests: u64, slow: u64) -> io::Result<()> {
    write!(out, "{{\"data\":[")?;
    for number in 0..requests {
        write!(out, "{}", if number == 0 { "" } else { ",\n" })?;
        write_jaeger(&mut out, number, &request(seed, number, slow_service(number, requests, slow)))?;
    }
    writeln!(out, "],\"total\":0,\"errors\":null}}")
}

pub(crate) fn slow_service(number: u64, requests: u64, slow: u64) -> Option<&'static str> {
    (number + slow >= requests).then_some("catalog-db")
}
