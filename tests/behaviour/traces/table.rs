//! Traces as other tools write them: tables, graphs, known mechanisms, and what is broken in them.

use crate::synthetic_traces;
use crate::synthetic_traces::{request, write_jaeger_document, write_otlp_lines};
use etiology::traces::{Absent, FormulaFit, TraceConfig, Traces};
use etiology::{AttributionConfig, CausalGraph, Error};
use proptest::prelude::*;

const REQUESTS: u64 = 200;

fn otlp(slow: u64) -> String {
    let mut text = Vec::new();
    write_otlp_lines(&mut text, 7, REQUESTS, slow).unwrap();
    String::from_utf8(text).unwrap()
}

fn jaeger(slow: u64) -> String {
    let mut text = Vec::new();
    write_jaeger_document(&mut text, 7, REQUESTS, slow).unwrap();
    String::from_utf8(text).unwrap()
}

fn read(json: &str) -> Traces {
    Traces::from_reader(json.as_bytes(), &TraceConfig::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn read_error(json: &str) -> Error {
    Traces::from_reader(json.as_bytes(), &TraceConfig::default())
        .map_or_else(|error| error, |_| panic!("{json} was read"))
}

/// A Jaeger document of one trace: (identifier, parent or "", service, start, duration) in microseconds.
fn jaeger_trace(spans: &[(&str, &str, &str, i64, i64)]) -> String {
    let mut processes = Vec::new();
    let mut list = Vec::new();
    for (position, (id, parent, service, start, duration)) in spans.iter().enumerate() {
        processes.push(format!("\"p{position}\":{{\"serviceName\":\"{service}\"}}"));
        let reference = format!("{{\"refType\":\"CHILD_OF\",\"spanID\":\"{parent}\"}}");
        let references = if parent.is_empty() { String::new() } else { reference };
        list.push(format!(
            "{{\"spanID\":\"{id}\",\"references\":[{references}],\"startTime\":{start},\"duration\":{duration},\
             \"processID\":\"p{position}\"}}"
        ));
    }
    let (list, processes) = (list.join(","), processes.join(","));
    format!("{{\"data\":[{{\"traceID\":\"abc\",\"spans\":[{list}],\"processes\":{{{processes}}}}}]}}")
}

/// Inclusive and self time of a service in the only row, in microseconds.
fn times(traces: &Traces, service: &str) -> (i64, i64) {
    let microseconds = |value: f64| (value * 1e6).round() as i64;
    let (latency, own) =
        (traces.latencies().column(service).unwrap()[0], traces.self_times().column(service).unwrap()[0]);
    (microseconds(latency), microseconds(own))
}

#[test]
fn both_formats_give_the_same_table_and_it_is_what_was_simulated() {
    let (from_otlp, from_jaeger) = (read(&otlp(3)), read(&jaeger(3)));
    assert_eq!(from_otlp.latencies(), from_jaeger.latencies());
    assert_eq!(from_otlp.self_times(), from_jaeger.self_times());
    assert_eq!(from_otlp.service_calls(), from_jaeger.service_calls());
    assert_eq!(from_otlp.sibling_calls(), from_jaeger.sibling_calls());
    assert!(from_otlp.report().is_clean() && from_jaeger.report().is_clean(), "{}", from_otlp.report());
    assert_eq!((from_otlp.report().rows, from_otlp.report().spans), (REQUESTS, 20 * REQUESTS));
    for number in 0..REQUESTS {
        let slow = (number + 3 >= REQUESTS).then_some("catalog-db");
        for span in request(7, number, slow) {
            let row = number as usize;
            assert_eq!(from_otlp.latencies().column(span.service).unwrap()[row], (span.duration * 1000) as f64 / 1e9);
            assert_eq!(from_otlp.self_times().column(span.service).unwrap()[row], (span.self_time * 1000) as f64 / 1e9);
        }
    }
}

#[test]
fn the_call_graph_and_parallel_calls_are_recognised() {
    let traces = read(&otlp(0));
    let graph = traces.causal_graph();
    assert_eq!((graph.node_count(), graph.edge_count()), (20, 19));
    assert_eq!(graph.parents("payment").unwrap(), ["bank"]);
    assert!(traces.service_calls().iter().all(|call| call.calls == REQUESTS && call.requests == REQUESTS));
    let parallel: Vec<(&str, &str)> = traces
        .sibling_calls()
        .iter()
        .filter(|pair| pair.is_parallel())
        .map(|pair| (pair.first.as_str(), pair.second.as_str()))
        .collect();
    assert_eq!(parallel, [("catalog", "recommend"), ("catalog", "cart"), ("recommend", "cart"), ("payment", "stock")]);
}

#[test]
fn the_noise_that_known_mechanisms_recover_is_the_self_time() {
    let traces = read(&otlp(0));
    let (model, fits) = traces.known_model(1e-9).unwrap();
    let website = fits.iter().find(|fit| fit.service == "website").unwrap();
    assert_eq!(website.formula, "auth + max(catalog, recommend, cart) + checkout");
    assert!(fits.iter().all(|fit: &FormulaFit| fit.known && fit.exact_share == 1.0 && fit.requests == 200), "{fits:?}");
    let fitted = model.assign_mechanisms(traces.latencies()).unwrap().fit(traces.latencies()).unwrap();
    for row in 0..REQUESTS as usize {
        let noise = fitted.estimate_noise(&traces.latencies().row(row).unwrap()).unwrap();
        for service in traces.latencies().names() {
            let own = traces.self_times().column(service).unwrap()[row];
            assert!((noise.get(service).unwrap() - own).abs() < 1e-12, "{service} in row {row}");
        }
    }
}

#[test]
fn a_slow_database_is_found_from_the_traces_alone() {
    let traces = read(&jaeger(1));
    let rows = traces.latencies().rows();
    let slow = traces.latencies().row(rows - 1).unwrap();
    let (model, _) = traces.known_model(0.01).unwrap();
    let normal = read(&jaeger(0));
    let fitted = model.assign_mechanisms(normal.latencies()).unwrap().fit(normal.latencies()).unwrap();
    let attribution = fitted.attribute_outlier("website", &slow, &AttributionConfig::default()).unwrap();
    assert_eq!(attribution.ranked()[0].node, "catalog-db");
    assert_eq!(traces.row_of(&format!("{REQUESTS:032X}")), Some(rows - 1));
    assert_eq!(traces.trace_id(rows), None);
}

#[test]
fn spans_of_a_trace_may_be_spread_over_documents_in_any_order() {
    let whole = read(&otlp(0));
    // The last span of each trace comes in a line of its own at the end of the file.
    let mut late = String::new();
    let mut early = String::new();
    for line in otlp(0).lines() {
        let cut = line.rfind(",{\"resource\"").unwrap();
        early.push_str(&format!("{}]}}\n", &line[..cut]));
        late.push_str(&format!("{{\"resourceSpans\":[{}\n", &line[cut + 1..]));
    }
    let spread = read(&(early.clone() + &late));
    assert_eq!(spread.latencies(), whole.latencies());
    let config = TraceConfig::default().with_open_traces(10);
    let bounded = Traces::from_reader((early + &late).as_bytes(), &config).unwrap();
    assert_eq!(bounded.report().late_spans, REQUESTS - 10);
    assert_eq!(bounded.report().rows, REQUESTS);
}

#[test]
fn the_resource_may_come_after_its_spans_and_names_in_snake_case() {
    let json = r#"{"resource_spans":[{"scope_spans":[{"spans":[
        {"trace_id":"01","span_id":"02","start_time_unix_nano":5,"end_time_unix_nano":"1000000005","name":null}]}],
        "resource":{"attributes":[{"key":"host","value":{}},{"key":"service.name","value":{"stringValue":"web"}}]}}]}"#;
    assert_eq!(times(&read(json), "web"), (1_000_000, 1_000_000));
}

#[test]
fn retries_add_up_parallel_calls_and_nested_spans_count_once() {
    let retried = read(&jaeger_trace(&[("1", "", "web", 0, 100), ("2", "1", "db", 10, 20), ("3", "1", "db", 40, 30)]));
    assert_eq!((times(&retried, "web"), times(&retried, "db")), ((100, 50), (50, 50)));
    assert_eq!(retried.report().repeated_calls, 1);
    assert_eq!((retried.service_calls()[0].calls, retried.service_calls()[0].requests), (2, 1));
    let parallel = read(&jaeger_trace(&[("1", "", "web", 0, 100), ("2", "1", "db", 10, 20), ("3", "1", "db", 20, 30)]));
    assert_eq!((times(&parallel, "web"), times(&parallel, "db")), ((100, 60), (40, 40)));
    let nested = read(&jaeger_trace(&[("1", "", "web", 0, 100), ("2", "1", "web", 10, 80), ("3", "2", "db", 20, 30)]));
    assert_eq!((times(&nested, "web"), times(&nested, "db")), ((100, 70), (30, 30)));
    assert_eq!(nested.report().nested_spans, 1);
    assert_eq!(nested.causal_graph().parents("web").unwrap(), ["db"]);
}

#[test]
fn spans_outside_their_parent_are_moved_cut_or_no_call_and_counted() {
    // The clock of `db` is behind; what it calls moves with it.
    let skewed =
        read(&jaeger_trace(&[("1", "", "web", 100, 50), ("2", "1", "db", 70, 40), ("3", "2", "disk", 80, 10)]));
    assert_eq!((times(&skewed, "web"), times(&skewed, "db"), times(&skewed, "disk")), ((50, 10), (40, 30), (10, 10)));
    assert_eq!((skewed.report().shifted_spans, skewed.report().clamped_spans), (1, 0));
    // The clock of `db` is ahead, and what shows it is that it begins within its caller's time.
    let ahead =
        read(&jaeger_trace(&[("1", "", "web", 100, 50), ("2", "1", "db", 140, 40), ("3", "2", "disk", 160, 10)]));
    assert_eq!((times(&ahead, "web"), times(&ahead, "db"), times(&ahead, "disk")), ((50, 10), (40, 30), (10, 10)));
    assert_eq!((ahead.report().shifted_spans, ahead.report().clamped_spans), (1, 0));
    let longer = read(&jaeger_trace(&[("1", "", "web", 100, 50), ("2", "1", "db", 80, 70)]));
    assert_eq!((times(&longer, "web"), times(&longer, "db")), ((50, 0), (50, 50)));
    assert_eq!((longer.report().shifted_spans, longer.report().clamped_spans), (0, 1));
    for background in [
        jaeger_trace(&[("1", "", "web", 0, 50), ("2", "1", "mail", 60, 70)]),
        jaeger_trace(&[("1", "", "web", 0, 50), ("2", "1", "mail", 40, 70)]),
        jaeger_trace(&[("1", "", "web", 0, 50), ("2", "1", "mail", 10, 70)]).replace("CHILD_OF", "FOLLOWS_FROM"),
    ] {
        let background = read(&background);
        assert_eq!((times(&background, "web"), background.latencies().columns()), ((50, 50), 1));
        assert_eq!(background.background().unwrap().column("mail").unwrap()[0], 70e-6);
        assert_eq!(background.report().background_spans, 1);
        assert!(background.service_calls().is_empty() && background.causal_graph().edge_count() == 0);
    }
    assert!(skewed.background().is_none());
}

#[test]
fn broken_spans_are_counted_and_the_rest_is_used() {
    let orphan = read(&jaeger_trace(&[("1", "", "web", 0, 50), ("2", "9", "db", 10, 20)]));
    assert_eq!((orphan.report().orphan_spans, orphan.report().traces_with_several_roots), (1, 1));
    assert_eq!((times(&orphan, "web"), times(&orphan, "db")), ((50, 50), (20, 20)));
    let twice = read(&jaeger_trace(&[("1", "", "web", 0, 50), ("1", "", "web", 10, 900)]));
    assert_eq!((twice.report().duplicate_spans, times(&twice, "web")), (1, (50, 50)));
    let circle = read(&jaeger_trace(&[("1", "2", "web", 0, 50), ("2", "1", "db", 10, 20), ("3", "3", "own", 0, 5)]));
    assert_eq!(circle.report().cyclic_spans, 2);
    let unnamed = read(&jaeger_trace(&[("1", "", "web", 0, 50), ("2", "1", " ", 10, 20)]));
    assert_eq!((unnamed.report().unnamed_services, times(&unnamed, "unknown_service")), (1, (20, 20)));
    let no_time = read(
        &jaeger_trace(&[("1", "", "web", 0, 50), ("2", "1", "db", 10, 20)])
            .replace("\"startTime\":10", "\"startTime\":\"soon\""),
    );
    assert_eq!((no_time.report().unreadable_spans, no_time.latencies().columns()), (1, 1));
    assert!(no_time.report().to_string().contains("1 spans left out: no identifier"), "{}", no_time.report());
    assert!(serde_json::to_string(no_time.report()).unwrap().contains("\"unreadable_spans\":1"));
}

#[test]
fn a_file_that_ends_too_early_is_used_and_said_so_but_other_text_is_an_error() {
    let text = otlp(0);
    let cut = read(&text[..text.len() - 700]);
    assert!(cut.report().truncated && !cut.report().is_clean());
    assert_eq!(cut.report().rows, REQUESTS - 1);
    assert!(matches!(read_error("{\"data\": []}"), Error::TraceFile { .. }));
    let missing = Traces::from_path("no/such/file.json", &TraceConfig::default()).unwrap_err();
    assert!(missing.to_string().contains("no/such/file.json"), "{missing}");
}

#[test]
fn services_not_called_are_zero_or_missing_and_roots_can_be_chosen() {
    let two = jaeger_trace(&[("1", "", "web", 0, 50), ("2", "1", "db", 10, 20)]);
    let one = jaeger_trace(&[("1", "", "batch", 0, 70)]).replace("abc", "def");
    let both = format!("{two}\n{one}");
    assert_eq!(read(&both).latencies().column("db").unwrap().to_vec(), [0.00002, 0.0]);
    let config = TraceConfig::default().with_absent(Absent::Missing);
    let gaps = Traces::from_reader(both.as_bytes(), &config).unwrap();
    assert!(gaps.latencies().column("db").unwrap()[1].is_nan());
    let batch = Traces::from_reader(both.as_bytes(), &TraceConfig::default().with_root_service("batch")).unwrap();
    assert_eq!((batch.latencies().names(), batch.report().rows), (["batch".to_owned()].as_slice(), 1));
    let none = Traces::from_reader(both.as_bytes(), &TraceConfig::default().with_root_service("shop")).unwrap_err();
    assert!(none.to_string().contains("`web`, `db`, `batch`"), "{none}");
    let few = Traces::from_reader(both.as_bytes(), &TraceConfig::default().with_max_services(2)).unwrap_err();
    assert!(matches!(few, Error::InvalidParameter { name: "max_services", .. }), "{few}");
}

#[test]
fn a_formula_that_does_not_hold_is_not_taken_as_known() {
    // `db` is called by both others, so that the callers' latencies hold a part of it each.
    let spans = [
        ("1", "", "web", 0, 100),
        ("2", "1", "a", 0, 50),
        ("3", "2", "db", 0, 40),
        ("4", "1", "b", 50, 50),
        ("5", "4", "db", 60, 30),
    ];
    let traces = read(&jaeger_trace(&spans));
    let (model, fits) = traces.known_model(0.05).unwrap();
    let fit = |service: &str| fits.iter().find(|fit| fit.service == service).unwrap();
    assert!(fit("web").known && !fit("a").known && !fit("b").known, "{fits:?}");
    assert!((fit("a").error_share - 0.6).abs() < 1e-9 && fit("a").exact_share == 0.0);
    assert!(model.mechanism("a").unwrap().is_none() && model.mechanism("web").unwrap().is_some());
    assert!(matches!(traces.known_model(f64::NAN), Err(Error::InvalidParameter { .. })));
}

/// A random tree: for each span its parent (any earlier span), service, and start and duration as shares of its parent.
fn random_tree() -> impl Strategy<Value = Vec<(usize, usize, f64, f64)>> {
    proptest::collection::vec((0..1000_usize, 0..6_usize, 0.0..1.0, 0.0..1.0), 1..30)
}

proptest! {
    #[test]
    fn self_times_of_a_sequential_or_parallel_tree_cover_the_root(tree in random_tree()) {
        let mut intervals: Vec<(i64, i64)> = Vec::new();
        let mut spans = Vec::new();
        for (position, &(parent, service, start, share)) in tree.iter().enumerate() {
            let parent = if position == 0 { None } else { Some(parent % position) };
            let (begin, length) = parent.map_or((0, 1_000_000), |parent| intervals[parent]);
            let offset = (start * length as f64) as i64;
            let duration = if parent.is_none() { length } else { (share * (length - offset) as f64) as i64 };
            let offset = if parent.is_none() { 0 } else { offset };
            intervals.push((begin + offset, duration));
            let parent = parent.map_or(String::new(), |parent| format!("{:x}", parent + 1));
            spans.push((format!("{:x}", position + 1), parent, format!("s{service}"), begin + offset, duration));
        }
        let spans: Vec<_> = spans.iter().map(|(id, parent, service, start, duration)| (id.as_str(), parent.as_str(), service.as_str(), *start, *duration)).collect();
        let traces = read(&jaeger_trace(&spans));
        // Whenever a request runs, some span runs and waits for none: self times cover the root's time.
        let total: i64 = traces.latencies().names().iter().map(|service| times(&traces, service).1).sum();
        prop_assert!(total >= 1_000_000, "{total}");
        for service in traces.latencies().names() {
            let (latency, own) = times(&traces, service);
            prop_assert!(0 <= own && own <= latency && latency <= 1_000_000);
            let sum: i64 = spans.iter().filter(|span| span.2 == *service).map(|span| span.4).sum();
            prop_assert!(latency <= sum);
        }
        prop_assert_eq!(traces.report().clamped_spans + traces.report().shifted_spans, 0);
    }

    #[test]
    fn mutilated_json_never_panics(
        jaeger_format in any::<bool>(),
        cuts in proptest::collection::vec((0.0..1.0, 0_usize..12, any::<u8>()), 1..6),
    ) {
        let spans = request(1, 0, None);
        let mut text = Vec::new();
        if jaeger_format {
            write_jaeger_document(&mut text, 1, 2, 0).unwrap();
        } else {
            synthetic_traces::write_otlp(&mut text, 0, &spans).unwrap();
        }
        for (place, length, byte) in cuts {
            let start = (place * text.len() as f64) as usize;
            let end = (start + length).min(text.len());
            text.splice(start..end, [byte]);
        }
        if let Ok(traces) = Traces::from_reader(text.as_slice(), &TraceConfig::default()) {
            prop_assert_eq!(traces.latencies().rows() as u64, traces.report().rows);
            // A time whose name is destroyed is not known, so it is missing; never without a count of why.
            let unknown = traces.report().unfinished_spans > 0;
            prop_assert!(traces.latencies().values().iter().all(|value| *value >= 0.0 && value.is_finite() || value.is_nan() && unknown));
            prop_assert!(traces.known_model(0.05).is_ok());
        }
        let _ = CausalGraph::from_dependencies_reader(text.as_slice());
    }

    #[test]
    fn any_parents_and_times_are_survived(
        spans in proptest::collection::vec((0..12_u8, 0..12_u8, 0..5_u8, any::<i64>(), any::<i64>()), 0..12),
        scale in 0..50_u32,
    ) {
        let text: Vec<(String, String, String, i64, i64)> = spans
            .iter()
            .map(|&(id, parent, service, start, duration)| {
                (format!("{id:x}"), format!("{parent:x}"), format!("s{service}"), start >> scale, duration >> scale)
            })
            .collect();
        let spans: Vec<_> = text.iter().map(|(id, parent, service, start, duration)| (id.as_str(), parent.as_str(), service.as_str(), *start, *duration)).collect();
        if let Ok(traces) = Traces::from_reader(jaeger_trace(&spans).as_bytes(), &TraceConfig::default()) {
            for service in traces.latencies().names() {
                let latency = traces.latencies().column(service).unwrap()[0];
                let own = traces.self_times().column(service).unwrap()[0];
                // Neither is known where an end is lost, and the self time not where that of a call is.
                prop_assert!(own.is_nan() || (0.0 <= own && own <= latency));
            }
            prop_assert!(traces.known_model(0.05).is_ok());
        }
    }
}
