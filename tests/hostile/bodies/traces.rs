//! Traces in JSON of either format, and dependencies.

use etiology::traces::{Absent, TraceConfig, Traces};
use etiology::{CausalGraph, Error};

use super::{check_error, check_graph};

/// Few, so that inputs of some kilobytes meet the limits.
const MOST_SERVICES: usize = 40;

pub(super) fn traces(bytes: &[u8]) {
    let config = TraceConfig::default().with_max_services(MOST_SERVICES);
    check_traces(bytes, &config);
    check_traces(bytes, &config.with_absent(Absent::Missing).with_open_traces(1));
}

fn check_traces(bytes: &[u8], config: &TraceConfig) {
    let traces = match Traces::from_reader(bytes, config) {
        Ok(traces) => traces,
        Err(error) => return check_error(&error),
    };
    let (latencies, own) = (traces.latencies(), traces.self_times());
    assert_eq!(latencies.names(), own.names());
    assert_eq!(latencies.values().dim(), own.values().dim());
    assert!((1..=MOST_SERVICES).contains(&latencies.columns()));
    assert_eq!(traces.report().rows as usize, latencies.rows());
    for (inclusive, own) in latencies.values().iter().zip(own.values()) {
        assert!(own.is_nan() || (0.0 <= *own && own <= inclusive), "{own} of {inclusive}");
        assert!(own.is_nan() || inclusive.is_finite());
    }
    if let Some(background) = traces.background() {
        assert_eq!(background.rows(), latencies.rows());
        assert!(background.values().iter().all(|seconds| *seconds >= 0.0 && seconds.is_finite()));
    }
    let requests: u64 = traces.operations().iter().map(|operation| operation.requests).sum();
    assert_eq!(requests, traces.report().rows);
    assert!(traces.services().len() >= latencies.columns());
    for row in 0..latencies.rows().min(20) {
        let id = traces.trace_id(row).unwrap();
        assert!(traces.row_of(id).is_some_and(|found| traces.trace_id(found) == Some(id)));
    }
    assert!(traces.trace_id(latencies.rows()).is_none());
    for call in traces.service_calls() {
        assert!(call.requests >= 1 && call.requests <= call.calls && call.requests as usize <= latencies.rows());
    }
    assert!(traces.sibling_calls().iter().all(|pair| pair.parallel <= pair.requests));
    assert!(!traces.report().to_string().is_empty());
    check_graph(traces.causal_graph());
    check_formulas(&traces);
}

fn check_formulas(traces: &Traces) {
    let (model, fits) = traces.known_model(0.05).unwrap();
    for fit in &fits {
        assert!((0.0..=1.0).contains(&fit.exact_share), "{fit:?}");
        assert!(fit.error_share >= 0.0 && fit.known == (fit.error_share <= 0.05), "{fit:?}");
    }
    // Fitting may fail for want of rows or mechanisms, with an error.
    if traces.latencies().rows() <= 8 && traces.latencies().columns() <= 6 {
        let assigned = model.assign_mechanisms(traces.latencies());
        if let Err(error) = assigned.and_then(|model| model.fit(traces.latencies())) {
            check_error(&error);
        }
    }
}

pub(super) fn dependencies(bytes: &[u8]) {
    match CausalGraph::from_dependencies_reader(bytes) {
        Ok(graph) => check_graph(&graph),
        Err(Error::Cycle { nodes }) => panic!("circles are broken at their rarest call: {nodes:?}"),
        Err(error) => check_error(&error),
    }
}
