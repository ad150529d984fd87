//! Spans in any order become finished traces, and these become rows.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::attributes::{ProcessAttributes, SpanAttributes};
use super::config::{Absent, TraceConfig};
use super::report::TraceReport;
use super::request::Request;
use super::span::{Interval, Span, SpanKind};
use crate::data::Dataset;
use crate::error::{Error, Result, list_names};

/// The name that OpenTelemetry gives to services without one.
const UNKNOWN_SERVICE: &str = "unknown_service";

const NANOSECONDS_PER_SECOND: f64 = 1e9;

/// Names of operations that are told apart. Some systems put identifiers into them, so that there is no end of names.
const MAX_OPERATIONS: usize = 10_000;

/// What stands for the names of operations beyond [`MAX_OPERATIONS`].
const OTHER_OPERATIONS: &str = "other operations";

/// The process that wrote a span, as the collector numbers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process {
    pub(super) service: u32,
    pub(super) fingerprint: u64,
    named: bool,
}

/// What a format says of a span, before the collector has given its names numbers.
#[derive(Debug)]
pub(super) struct SpanRecord<'a> {
    /// The identifier of the trace as it is written, for people.
    pub(super) trace: &'a str,
    pub(super) trace_id: Option<u128>,
    pub(super) id: Option<u128>,
    pub(super) parent: Option<u128>,
    pub(super) follows: bool,
    /// What the format's own field says; an attribute `span.kind` stands for it where it says nothing.
    pub(super) kind: SpanKind,
    pub(super) operation: Option<&'a str>,
    /// In nanoseconds since some epoch.
    pub(super) start: Option<i64>,
    /// In nanoseconds; nothing where it is missing, or cannot be right.
    pub(super) end: Option<i64>,
}

/// What is known while a file is being read: unfinished traces, and of the finished ones rows and counts alone.
#[derive(Debug)]
pub(super) struct Collector {
    config: TraceConfig,
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    operations: Vec<String>,
    operation_numbers: HashMap<String, u32>,
    open: HashMap<u128, OpenTrace>,
    /// Unfinished traces in the order in which they began.
    begun: VecDeque<u128>,
    finished: HashSet<u128>,
    columns: Vec<Columns>,
    pub(super) trace_ids: Vec<Box<str>>,
    pub(super) calls: BTreeMap<(u32, u32), CallCount>,
    pub(super) siblings: BTreeMap<(u32, u32, u32), SiblingCount>,
    pub(super) report: TraceReport,
}

#[derive(Debug)]
struct OpenTrace {
    id: Box<str>,
    spans: Vec<Span>,
}

/// Seconds of one service in every row, `NaN` where it was not called.
#[derive(Debug, Default)]
struct Columns {
    inclusive: Vec<f64>,
    own: Vec<f64>,
}

#[derive(Debug, Default)]
pub(super) struct CallCount {
    pub(super) calls: u64,
    pub(super) requests: u64,
}

#[derive(Debug, Default)]
pub(super) struct SiblingCount {
    pub(super) requests: u64,
    pub(super) parallel: u64,
}

impl Collector {
    pub(super) fn new(config: &TraceConfig) -> Self {
        Self {
            config: config.clone(),
            names: Vec::new(),
            numbers: HashMap::new(),
            operations: Vec::new(),
            operation_numbers: HashMap::new(),
            open: HashMap::new(),
            begun: VecDeque::new(),
            finished: HashSet::new(),
            columns: Vec::new(),
            trace_ids: Vec::new(),
            calls: BTreeMap::new(),
            siblings: BTreeMap::new(),
            report: TraceReport::default(),
        }
    }

    /// The process with these attributes.
    ///
    /// # Errors
    /// When its service is one too many.
    pub(super) fn process(&mut self, attributes: &ProcessAttributes) -> Result<Process> {
        let service = self.service(attributes.service.as_deref())?;
        let named = attributes.service.is_some();
        Ok(Process { service, fingerprint: attributes.fingerprint(), named })
    }

    /// Takes a span of a process; one that cannot be used is counted.
    ///
    /// # Errors
    /// When the service that it called is one too many.
    pub(super) fn record(&mut self, span: &SpanRecord, attributes: &SpanAttributes, process: Process) -> Result<()> {
        self.report.spans += 1;
        let (Some(trace), Some(id), Some(start)) = (span.trace_id, span.id, span.start) else {
            self.report.unreadable_spans += 1;
            return Ok(());
        };
        self.report.unnamed_services += u64::from(!process.named);
        let end = span.end.filter(|&end| end >= start);
        self.report.negative_durations += u64::from(end.is_none());
        let kind = if span.kind == SpanKind::Unspecified { attributes.kind().unwrap_or_default() } else { span.kind };
        let calls_out = matches!(kind, SpanKind::Client | SpanKind::Producer);
        let peer = if calls_out { attributes.peer() } else { None };
        let peer = peer.map(|name| self.service(Some(&name))).transpose()?;
        let span_of_trace = Span {
            id,
            parent: span.parent,
            follows: span.follows,
            kind,
            service: process.service,
            process: process.fingerprint,
            operation: self.operation(span.operation.unwrap_or_default()),
            peer,
            unfinished: end.is_none(),
            interval: Interval::new(start, end.unwrap_or(start)),
        };
        self.add(trace, span.trace, span_of_trace);
        Ok(())
    }

    /// The number of an operation's name.
    fn operation(&mut self, name: &str) -> u32 {
        let name = name.trim();
        if let Some(&number) = self.operation_numbers.get(name) {
            return number;
        }
        let name = if self.operations.len() < MAX_OPERATIONS { name } else { OTHER_OPERATIONS };
        let number = self.operations.len() as u32;
        if number as usize <= MAX_OPERATIONS {
            self.operations.push(name.to_owned());
            self.operation_numbers.insert(name.to_owned(), number);
        }
        number.min(MAX_OPERATIONS as u32)
    }

    /// The number of a service; a new one if it was not met before.
    fn service(&mut self, name: Option<&str>) -> Result<u32> {
        let name = name.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(UNKNOWN_SERVICE);
        if let Some(&number) = self.numbers.get(name) {
            return Ok(number);
        }
        let found = self.names.len() + 1;
        let number = u32::try_from(self.names.len()).ok().filter(|_| found <= self.config.max_services);
        let number = number.ok_or_else(|| Error::InvalidParameter {
            name: "max_services",
            requirement: "at least the number of services in the traces",
            found: self.config.max_services.to_string(),
        })?;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        let gaps = vec![f64::NAN; self.trace_ids.len()];
        self.columns.push(Columns { inclusive: gaps.clone(), own: gaps });
        Ok(number)
    }

    fn add(&mut self, key: u128, id: &str, span: Span) {
        if self.finished.contains(&key) {
            self.report.late_spans += 1;
            return;
        }
        let begun = &mut self.begun;
        let trace = self.open.entry(key).or_insert_with(|| {
            begun.push_back(key);
            OpenTrace { id: id.into(), spans: Vec::new() }
        });
        trace.spans.push(span);
    }

    /// Finishes all traces but the given number of those that began last.
    pub(super) fn finish_all_but(&mut self, open: usize) {
        while self.begun.len() > open {
            let Some(key) = self.begun.pop_front() else { return };
            let Some(trace) = self.open.remove(&key) else { continue };
            self.finished.insert(key);
            self.finish(trace);
        }
    }

    pub(super) fn finish_beyond_limit(&mut self) {
        self.finish_all_but(self.config.open_traces);
    }

    fn finish(&mut self, trace: OpenTrace) {
        self.report.traces += 1;
        let request = Request::new(trace.spans, &mut self.report);
        let Some(root) = request.root else { return };
        if self.config.root_service.as_ref().is_some_and(|wanted| *wanted != self.names[root as usize]) {
            return;
        }
        self.report.rows += 1;
        self.trace_ids.push(trace.id);
        for column in &mut self.columns {
            column.inclusive.push(f64::NAN);
            column.own.push(f64::NAN);
        }
        let row = self.trace_ids.len() - 1;
        for (service, (inclusive, own)) in request.times {
            let column = &mut self.columns[service as usize];
            column.inclusive[row] = inclusive as f64 / NANOSECONDS_PER_SECOND;
            column.own[row] = own as f64 / NANOSECONDS_PER_SECOND;
        }
        for (pair, calls) in request.calls {
            let count = self.calls.entry(pair).or_default();
            count.calls += calls;
            count.requests += 1;
        }
        for (trio, parallel) in request.siblings {
            let count = self.siblings.entry(trio).or_default();
            count.requests += 1;
            count.parallel += u64::from(parallel);
        }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The tables of inclusive and self times of the services that some row has.
    pub(super) fn tables(&mut self) -> Result<(Dataset, Dataset)> {
        if self.trace_ids.is_empty() {
            let what = match &self.config.root_service {
                Some(service) => {
                    format!(
                        "the list of traces that begin in `{service}` (the services are {})",
                        list_names(&self.names)
                    )
                }
                None => "the list of traces".to_owned(),
            };
            return Err(Error::Empty { what, expected: "trace with a readable span" });
        }
        let (mut inclusive, mut own) = (Vec::new(), Vec::new());
        for (name, columns) in self.names.iter().zip(std::mem::take(&mut self.columns)) {
            if columns.inclusive.iter().all(|value| value.is_nan()) {
                continue;
            }
            inclusive.push((name.clone(), filled(columns.inclusive, self.config.absent)));
            own.push((name.clone(), filled(columns.own, self.config.absent)));
        }
        Ok((Dataset::from_columns(inclusive)?, Dataset::from_columns(own)?))
    }
}

fn filled(mut column: Vec<f64>, absent: Absent) -> Vec<f64> {
    if absent == Absent::Zero {
        column.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
    }
    column
}
