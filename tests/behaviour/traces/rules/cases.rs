//! What single rules are for, in traces as real systems write them.

use etiology::Error;
use etiology::traces::{TraceConfig, Traces};

use super::random_traces::Kind::{Client, Consumer, Internal, None as Kindless, Producer, Server};
use super::random_traces::{Kind, RawSpan, SERVICES, written};

const WEB: usize = 0;
const API: usize = 1;

/// A span of (identifier, parent or 0, kind, service, start, length) in ticks of 100 microseconds.
fn span((id, parent, kind, service, start, length): (u64, u64, Kind, usize, i64, i64)) -> RawSpan {
    let parent = (parent > 0).then_some(parent);
    RawSpan {
        id,
        parent,
        follows: false,
        kind,
        service,
        instance: 0,
        start,
        length: Some(length),
        peer: None,
        database: false,
    }
}

fn document(traces: &[String]) -> String {
    format!("{{\"data\":[{}]}}", traces.join(","))
}

fn read_with(spans: &[RawSpan], config: &TraceConfig) -> Traces {
    Traces::from_reader(document(&[written(1, spans)]).as_bytes(), config).unwrap()
}

fn read(spans: &[(u64, u64, Kind, usize, i64, i64)]) -> Traces {
    read_with(&spans.iter().copied().map(span).collect::<Vec<_>>(), &TraceConfig::default())
}

/// Latency and self time in ticks.
fn times(traces: &Traces, service: &str) -> (i64, i64) {
    let of = |table: &etiology::Dataset| super::ticks(table.column(service).unwrap()[0]);
    (of(traces.latencies()), of(traces.self_times()))
}

#[test]
fn a_callee_whose_clock_is_ahead_or_behind_is_within_its_call() {
    for skew in [-50_000, -5_000, -200, -20, 0, 18, 22, 500, 5_000, 50_000] {
        let traces = read(&[
            (1, 0, Server, WEB, 0, 1000),
            (2, 1, Client, WEB, 100, 800),
            (3, 2, Server, API, 120 + skew, 760),
            // What it calls itself moves with it, and is no background.
            (4, 3, Internal, API, 300 + skew, 300),
            (5, 3, Client, API, 700 + skew, 100),
            (6, 5, Server, 2, 720 + skew, 60),
        ]);
        assert_eq!(
            [times(&traces, "web"), times(&traces, "api"), times(&traces, "cart")],
            [(1000, 240), (760, 700), (60, 60)]
        );
        assert!(traces.background().is_none() && traces.report().clamped_spans == 0, "{}", traces.report());
    }
}

#[test]
fn two_processes_differ_by_one_offset_wherever_one_does() {
    // Both calls fit with offsets of 80 to 100, and of these 90 is the middle: what is parallel stays parallel.
    let call = |id, start, begun| [(id, 1, Client, WEB, start, 200), (id + 1, id, Server, API, begun, 180)];
    let [first, second] = [call(2, 100, 20), call(4, 200, 120)];
    let root = (1, 0, Server, WEB, 0, 1000);
    let parallel = [root, first[0], first[1], second[0], second[1]];
    assert_eq!(times(&read(&parallel), "api"), (280, 280));
    // Where no offset does for both, each is fitted by itself.
    let torn = [root, first[0], (3, 2, Server, API, 900, 180), second[0], second[1]];
    assert_eq!(times(&read(&torn), "api"), (280, 280));
    // A callee that is longer than its call worked on when the caller had given up.
    let given_up =
        [root, (2, 1, Client, WEB, 100, 200), (3, 2, Server, API, 110, 5000), (4, 3, Client, API, 150, 4000)];
    let given_up = read(&given_up);
    assert_eq!((times(&given_up, "web"), times(&given_up, "api")), ((1000, 810), (190, 190)));
    // Without kinds, a span that begins before its caller shows that clocks differ, and one that begins after it nothing.
    let kindless = |start| read(&[(1, 0, Kindless, WEB, 1000, 100), (2, 1, Kindless, API, start, 50)]);
    assert_eq!((times(&kindless(0), "api"), times(&kindless(1090), "api")), ((50, 50), (50, 50)));
    assert_eq!(
        (kindless(1200).latencies().names(), kindless(1200).report().background_spans),
        (&["web".to_owned()][..], 1)
    );
}

#[test]
fn what_nobody_waits_for_is_background_with_all_below_it() {
    for start in [10, 500, 990, 999, 1000, 1001, 5000] {
        let traces = read(&[
            (1, 0, Server, WEB, 0, 1000),
            (2, 1, Internal, WEB, start, 50_000),
            (3, 2, Client, WEB, start + 10, 40_000),
            (4, 3, Server, API, start + 20, 30_000),
        ]);
        assert_eq!((times(&traces, "web"), traces.latencies().columns()), ((1000, 1000), 1));
        let background = traces.background().unwrap();
        assert_eq!(super::ticks(background.column("api").unwrap()[0]), 30_000);
        assert!(traces.service_calls().is_empty());
    }
    // Whoever consumes a message works for nobody, even while the request runs; who sent it waited for the broker.
    let message = read(&[
        (1, 0, Server, WEB, 0, 1000),
        (2, 1, Producer, WEB, 100, 20),
        (3, 2, Consumer, API, 110, 300),
        (4, 3, Client, API, 150, 100),
    ]);
    assert_eq!((times(&message, "web"), message.latencies().columns()), ((1000, 1000), 1));
    // An end that is late by chance is cut.
    let ragged = read(&[(1, 0, Server, WEB, 0, 1000), (2, 1, Internal, WEB, 100, 905), (3, 2, Client, WEB, 200, 600)]);
    assert_eq!((ragged.report().background_spans, ragged.report().clamped_spans), (0, 1));
}

#[test]
fn the_sides_of_a_call_may_share_an_identifier_in_any_order() {
    let caller = [(1, 0, Server, WEB, 0, 1000), (2, 1, Client, WEB, 100, 800)];
    let callee = [(2, 1, Server, API, 120, 760), (4, 2, Client, API, 200, 500)];
    for kindless in [false, true] {
        for spans in [[caller, callee].concat(), [callee, caller].concat()] {
            let spans: Vec<_> = spans
                .into_iter()
                .map(|span| if kindless { (span.0, span.1, Kindless, span.3, span.4, span.5) } else { span })
                .collect();
            let traces = read(&spans);
            assert_eq!((times(&traces, "web"), times(&traces, "api")), ((1000, 240), (760, 760)));
            assert_eq!((traces.report().paired_spans, traces.report().duplicate_spans), (1, 0));
            assert_eq!(traces.causal_graph().parents("web").unwrap(), ["api"]);
        }
    }
}

#[test]
fn the_root_of_a_request_is_the_server_span_that_names_no_parent() {
    let web = (1, 0, Server, WEB, 100, 1000);
    for other in [(2, 9, Server, API, 70, 400), (2, 0, Internal, API, 70, 400), (2, 9, Internal, API, 70, 400)] {
        for spans in [[web, other], [other, web]] {
            let traces = read(&spans);
            assert_eq!((traces.operations()[0].service.as_str(), times(&traces, "api")), ("web", (400, 400)));
        }
    }
    // What called it may be in no trace, but not where it is within its process.
    assert_eq!(times(&read(&[(1, 9, Server, WEB, 0, 50)]), "web"), (50, 50));
    let lost = document(&[written(1, &[span((1, 9, Internal, WEB, 0, 50))]), written(2, &[span(web)])]);
    let lost = Traces::from_reader(lost.as_bytes(), &TraceConfig::default()).unwrap();
    assert_eq!((lost.latencies().rows(), lost.report().traces_without_root), (1, 1));
}

#[test]
fn what_has_no_spans_is_known_from_those_that_call_it() {
    let query = |id, parent, peer| RawSpan { peer: Some(peer), ..span((id, parent, Client, WEB, 100, 800)) };
    let root = span((1, 0, Server, WEB, 0, 1000));
    let database =
        [root.clone(), query(2, 1, "postgres"), query(3, 2, "10.0.0.7"), span((4, 3, Internal, WEB, 200, 100))];
    let traces = read_with(&database, &TraceConfig::default());
    assert_eq!((times(&traces, "web"), times(&traces, "postgres")), ((1000, 200), (800, 800)));
    assert_eq!((traces.latencies().columns(), traces.report().peer_calls), (2, 1));
    let without = read_with(&database, &TraceConfig::default().with_peers(false));
    assert_eq!((times(&without, "web"), without.latencies().columns()), ((1000, 1000), 1));
    // Who answers with a span is not counted twice, whatever it was called by; nor does its other name take up room.
    let answered = [root, query(2, 1, "api.internal"), span((3, 2, Server, API, 120, 760))];
    let traces = read_with(&answered, &TraceConfig::default().with_max_services(2));
    assert_eq!((times(&traces, "api"), traces.latencies().columns()), ((760, 760), 2));
    let few = TraceConfig::default().with_max_services(1);
    let error = Traces::from_reader(document(&[written(1, &database)]).as_bytes(), &few).unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { name: "max_services", .. }), "{error}");
    assert!(error.to_string().contains("peers"), "{error}");
}

#[test]
fn a_short_trace_identifier_is_the_low_half_of_a_long_one() {
    let long = "463ac35c9f6413ad48485a3953bb6124";
    let with_id =
        |id: &str, span: RawSpan| written(1, &[span]).replace("\"traceID\":\"1\"", &format!("\"traceID\":\"{id}\""));
    let (web, api) = (span((1, 0, Server, WEB, 0, 1000)), span((2, 1, Server, API, 100, 700)));
    let otlp = |id: &str, span: &RawSpan| {
        format!(
            "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"{}\"}}}}]}},\
             \"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"{id}\",\"spanId\":\"{:016x}\",\"parentSpanId\":\"{}\",\"kind\":2,\
             \"startTimeUnixNano\":{},\"endTimeUnixNano\":{}}}]}}]}}]}}\n",
            SERVICES[span.service],
            span.id,
            span.parent.map_or(String::new(), |parent| format!("{parent:016x}")),
            100_000 * span.start,
            100_000 * (span.start + span.length.unwrap())
        )
    };
    for (first, second) in [(long, &long[16..]), (&long[16..], long)] {
        let lines = otlp(first, &web) + &otlp(second, &api);
        let traces = Traces::from_reader(lines.as_bytes(), &TraceConfig::default()).unwrap();
        assert_eq!((traces.latencies().rows(), times(&traces, "web")), (1, (1000, 300)));
        assert_eq!(
            (traces.trace_id(0), traces.row_of(&long[16..]), traces.row_of(long)),
            (Some(long), Some(0), Some(0))
        );
    }
    // Two long ones are two traces, whatever their low halves.
    let other = format!("{}{}", "1".repeat(16), &long[16..]);
    let two = document(&[with_id(long, web.clone()), with_id(&other, web)]);
    assert_eq!(Traces::from_reader(two.as_bytes(), &TraceConfig::default()).unwrap().latencies().rows(), 2);
}

#[test]
fn ends_that_are_missing_negative_or_wrapped_are_not_known() {
    let web = span((1, 0, Server, WEB, 0, 1000));
    let call = [web.clone(), span((2, 1, Server, API, 100, 777)), span((3, 2, Server, 2, 200, 50))];
    let finished = written(2, &call);
    for end in ["-20", "null", "18446744073709551596", "\"soon\"", "90000000000000"] {
        let lost = |trace: &str, length: &str| {
            trace.replace(&format!("\"duration\":{length}"), &format!("\"duration\":{end}"))
        };
        let config = TraceConfig::default();
        let alone = Traces::from_reader(document(&[lost(&written(1, &call), "77700")]).as_bytes(), &config).unwrap();
        assert_eq!((alone.report().unfinished_spans, times(&alone, "cart")), (1, (50, 50)), "{end}");
        assert_eq!(alone.latencies().column("web").unwrap()[0], 0.1);
        assert!(alone.self_times().column("web").unwrap()[0].is_nan());
        // No row knows what it took.
        assert_eq!(alone.latencies().names(), ["web", "cart"]);
        let both = document(&[lost(&written(1, &call), "77700"), finished.clone()]);
        let both = Traces::from_reader(both.as_bytes(), &config).unwrap();
        let api = both.latencies().column("api").unwrap();
        assert!(api[0].is_nan() && api[1] == 0.0777, "{api}");
        // How long a request took without an end nobody knows: it was not fast.
        let rows = document(&[lost(&written(1, &call), "100000"), finished.clone()]);
        let rows = Traces::from_reader(rows.as_bytes(), &config).unwrap();
        assert_eq!((rows.report().unfinished_roots, rows.latencies().rows()), (1, 1));
    }
    // Within a process that has a finished span around it, nothing is lost.
    let inner = RawSpan { length: None, ..span((2, 1, Client, WEB, 100, 0)) };
    let inner = read_with(&[web, inner, span((3, 2, Server, API, 200, 50))], &TraceConfig::default());
    assert_eq!((times(&inner, "web"), times(&inner, "api")), ((1000, 950), (50, 50)));
}
