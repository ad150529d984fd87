//! The rules by which a trace becomes a row, against a slow reading of their text, and case by case.

mod cases;
mod oracle;
mod random_traces;
mod requests;

use std::collections::BTreeMap;

use etiology::traces::{Absent, TraceConfig, Traces};
use oracle::{Expected, expected};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use random_traces::{RawSpan, random_trace, written};

/// In ticks, as the oracle counts.
fn ticks(seconds: f64) -> i64 {
    (seconds * 1e4).round() as i64
}

#[test]
fn ten_thousand_traces_with_all_faults_are_read_as_the_rules_say() {
    let mut random = ChaCha8Rng::seed_from_u64(13);
    let traces: Vec<Vec<RawSpan>> = (0..10_000).map(|_| random_trace(&mut random)).collect();
    let listed: Vec<String> = traces.iter().enumerate().map(|(number, spans)| written(number + 1, spans)).collect();
    let json = format!("{{\"data\":[{}]}}", listed.join(","));
    let config = TraceConfig::default().with_absent(Absent::Missing);
    let read = Traces::from_reader(json.as_bytes(), &config).unwrap();
    let mut calls: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    let mut row = 0;
    for (number, spans) in traces.iter().enumerate() {
        let Some(expected) = expected(spans) else { continue };
        assert_eq!(read.trace_id(row), Some(format!("{:x}", number + 1).as_str()), "{spans:?}");
        check_row(&read, row, &expected, spans);
        for (pair, count) in expected.calls {
            let total = calls.entry(pair).or_default();
            *total = (total.0 + count, total.1 + 1);
        }
        row += 1;
    }
    assert_eq!(read.latencies().rows(), row);
    let found = read.service_calls().iter();
    let found = found.map(|call| ((call.caller.clone(), call.callee.clone()), (call.calls, call.requests)));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), calls);
    let report = read.report();
    // Every fault was there, so that the comparison means something.
    for count in [
        report.orphan_spans,
        report.cyclic_spans,
        report.duplicate_spans,
        report.paired_spans,
        report.traces_without_root,
        report.unfinished_roots,
        report.unfinished_spans,
        report.background_spans,
        report.shifted_spans,
        report.clamped_spans,
        report.peer_calls,
    ] {
        assert!(count > 100, "{report}");
    }
}

fn check_row(read: &Traces, row: usize, expected: &Expected, spans: &[RawSpan]) {
    for service in read.latencies().names() {
        for (table, expected) in [(read.latencies(), &expected.latency), (read.self_times(), &expected.own)] {
            let found = Some(table.column(service).unwrap()[row]).filter(|value| !value.is_nan()).map(ticks);
            assert_eq!(found, expected.get(service).copied().flatten(), "`{service}` in {spans:?}: {expected:?}");
        }
    }
    let background = read.background().unwrap();
    for service in background.names() {
        let found = ticks(background.column(service).unwrap()[row]);
        assert_eq!(
            found,
            expected.background.get(service).copied().unwrap_or(0),
            "background of `{service}` in {spans:?}"
        );
    }
}
