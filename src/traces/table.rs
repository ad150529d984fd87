//! The table, the graph and the counts that a file of traces comes to.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::collector::Collector;
use super::columns::Tables;
use super::config::TraceConfig;
use super::input;
use super::operations::{MixedOperations, RootOperation};
use super::report::TraceReport;
use super::services::ServiceLabels;
use super::structure::{self, ServiceCall, SiblingCalls};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::telemetry::{span, tell};

/// Latencies of every service in every request, and who called whom, from traces of OpenTelemetry, Tempo, Jaeger or Zipkin.
///
/// A row is a trace, a column a service, a value seconds. Of the spans of a service in a request
///
/// - the **inclusive latency** is the time in which at least one of them runs: the length of the union of their intervals.
///   So retries one after another add up, parallel calls of the same service count once, and so do nested spans;
/// - the **self time** is the time in which at least one runs and waits for none of its own children: the length of the
///   union, over its spans, of the interval without the intervals of the span's children.
///
/// Span kinds decide what is a call: a SERVER span is fitted into the CLIENT span above it whatever their clocks say; a CONSUMER, and what
/// outlives its caller, is **background**, which is part of neither figure; a CLIENT span with no SERVER below it is the time of what it
/// called. The rules are in `docs/inputs.md`, number by number. Traces are never perfect: what had to be put right is counted in the
/// [`TraceReport`], and a time that is not known, as a span did not finish, is missing.
///
/// Files may hold traces of OTLP (JSON or protobuf), Tempo, Jaeger or Zipkin, packed or not, which is told by what they hold; the
/// table of formats is in `docs/inputs.md`. They are read as streams. Memory is that of the table and of unfinished traces: at
/// most [`open_traces`](TraceConfig::open_traces) between documents, at about 100 bytes a span, and one document of up to 4 MiB. Costs
/// O(n log n) for a trace of n spans.
///
/// Needs the feature `traces`.
///
/// ```
/// use etiology::traces::{TraceConfig, Traces};
///
/// let json = r#"{"data": [{"traceID": "a1", "processes": {"p1": {"serviceName": "web"}, "p2": {"serviceName": "db"}},
///     "spans": [
///         {"spanID": "1", "processID": "p1", "startTime": 0, "duration": 9000},
///         {"spanID": "2", "processID": "p2", "startTime": 1000, "duration": 5000,
///          "references": [{"refType": "CHILD_OF", "spanID": "1"}]}]}]}"#;
/// let traces = Traces::from_reader(json.as_bytes(), &TraceConfig::default())?;
/// assert_eq!(traces.latencies().column("web")?[0], 0.009);
/// assert_eq!(traces.self_times().column("web")?[0], 0.004);
/// assert_eq!(traces.causal_graph().parents("web")?, ["db"]);
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Traces {
    latencies: Dataset,
    self_times: Dataset,
    background: Option<Dataset>,
    trace_ids: Vec<Box<str>>,
    graph: CausalGraph,
    calls: Vec<ServiceCall>,
    siblings: Vec<SiblingCalls>,
    operations: Vec<RootOperation>,
    mixed: Option<MixedOperations>,
    services: Vec<ServiceLabels>,
    report: TraceReport,
}

impl Traces {
    /// Reads a file of traces.
    ///
    /// # Errors
    /// When the file cannot be read, holds no spans of any format (the message says what it holds instead), has too many services,
    /// or no trace becomes a row.
    pub fn from_path(path: impl AsRef<Path>, config: &TraceConfig) -> Result<Self> {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let file = File::open(path)
            .map_err(|error| Error::TraceFile { origin: origin.clone(), message: error.to_string() })?;
        read(file, &origin, config)
    }

    /// Reads traces from a stream, which is buffered here.
    ///
    /// # Errors
    /// As for [`from_path`](Self::from_path).
    pub fn from_reader(reader: impl Read, config: &TraceConfig) -> Result<Self> {
        read(reader, "trace input", config)
    }

    /// Inclusive latencies in seconds: a row for each trace, in the order in which they were finished, and a column for
    /// each service.
    pub fn latencies(&self) -> &Dataset {
        &self.latencies
    }

    /// Self times in seconds, with the rows and columns of [`latencies`](Self::latencies).
    pub fn self_times(&self) -> &Dataset {
        &self.self_times
    }

    /// Seconds of work that nobody waited for, with the rows of [`latencies`](Self::latencies) and a column for each service that
    /// did any; nothing where none did.
    pub fn background(&self) -> Option<&Dataset> {
        self.background.as_ref()
    }

    /// The identifier of a row's trace, as it was written.
    pub fn trace_id(&self, row: usize) -> Option<&str> {
        self.trace_ids.get(row).map(AsRef::as_ref)
    }

    /// The row of a trace, by its identifier or the low half of it. Takes O(rows).
    pub fn row_of(&self, trace_id: &str) -> Option<usize> {
        let wanted = trace_id.trim();
        let is_half = |half: &str, id: &str| {
            half.len() == 16 && id.len() == 32 && id.get(16..).is_some_and(|low| low.eq_ignore_ascii_case(half))
        };
        // Digits may be of either case; letters of base64 are not the same in both.
        let as_written = self.trace_ids.iter().position(|id| id.trim() == wanted);
        let same = || self.trace_ids.iter().position(|id| id.trim().eq_ignore_ascii_case(wanted));
        as_written
            .or_else(same)
            .or_else(|| self.trace_ids.iter().position(|id| is_half(wanted, id) || is_half(id, wanted)))
    }

    /// The causal graph: every callee is a cause of its callers. Cycles are broken as
    /// [`CausalGraph::from_call_counts`] does.
    pub fn causal_graph(&self) -> &CausalGraph {
        &self.graph
    }

    /// How often which service called which other, in the requests of the table.
    pub fn service_calls(&self) -> &[ServiceCall] {
        &self.calls
    }

    /// For each service and each two others that it calls in one request whether it calls them in parallel.
    pub fn sibling_calls(&self) -> &[SiblingCalls] {
        &self.siblings
    }

    /// What requests begin with, the most frequent first: also those of other operations than the one asked for.
    pub fn operations(&self) -> &[RootOperation] {
        &self.operations
    }

    /// The kinds of request in the table, if there are several whose medians are a factor of 2 or more apart.
    /// [`with_operation`](TraceConfig::with_operation) chooses one.
    pub fn mixed_operations(&self) -> Option<&MixedOperations> {
        self.mixed.as_ref()
    }

    /// The services of the tables, with the versions and instances that were met of each.
    pub fn services(&self) -> &[ServiceLabels] {
        &self.services
    }

    /// What was read, and what had to be put right.
    pub fn report(&self) -> &TraceReport {
        &self.report
    }
}

fn read(reader: impl Read, origin: &str, config: &TraceConfig) -> Result<Traces> {
    span!(INFO, "read_traces", origin = origin);
    config.check()?;
    let mut collector = Collector::new(config);
    input::read(reader, origin, &mut collector)?;
    collector.check()?;
    let columns = std::mem::take(&mut collector.columns);
    let names = collector.services.names(|service| columns.has(service) || collector.services.has_spans(service));
    let services = collector.services.labels(&names, |service| columns.has(service));
    let operations = collector.operations.list(&names);
    let mixed = if config.operation.is_none() { MixedOperations::among(&operations) } else { None };
    let Tables { inclusive: latencies, own: self_times, background } = columns.tables(&names, config.absent)?;
    let is_column: HashSet<&str> = latencies.names().iter().map(String::as_str).collect();
    let calls = structure::service_calls(&collector, &names, &is_column);
    let siblings = structure::sibling_calls(&collector, &names, &is_column);
    let graph = structure::causal_graph(latencies.names(), &calls)?;
    let Collector { trace_ids, report, .. } = collector;
    tell!(DEBUG, "traces read", traces = latencies.rows(), services = latencies.names().len());
    Ok(Traces {
        latencies,
        self_times,
        background,
        trace_ids,
        graph,
        calls,
        siblings,
        operations,
        mixed,
        services,
        report,
    })
}
