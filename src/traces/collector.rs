//! Spans in any order become finished traces, and these become rows.

use std::collections::BTreeMap;

use super::attributes::{ProcessAttributes, SpanAttributes};
use super::columns::Columns;
use super::config::TraceConfig;
use super::open::{OpenTrace, OpenTraces};
use super::operations::Operations;
use super::report::TraceReport;
use super::request::{Request, ServiceTime};
use super::services::{Numbers, Services};
use super::span::{Interval, Span, SpanKind};
use crate::error::{Error, Result, list_names};

/// A duration that no request has, in nanoseconds: a year. Negative ones come to far more where they were wrapped.
const TOO_LONG: i64 = 365 * 24 * 3600 * 1_000_000_000;

/// While a document is being read, traces stay open beyond their number until they have so many spans, of about 100 bytes each: its
/// spans may be sorted by service.
const OPEN_SPANS_IN_DOCUMENT: usize = 1 << 20;

/// The process that wrote a span, as the collector numbers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process {
    numbers: Numbers,
    fingerprint: u64,
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
    pub(super) services: Services,
    pub(super) operations: Operations,
    open: OpenTraces,
    pub(super) columns: Columns,
    pub(super) trace_ids: Vec<Box<str>>,
    pub(super) calls: BTreeMap<(u32, u32), CallCount>,
    pub(super) siblings: BTreeMap<(u32, u32, u32), SiblingCount>,
    pub(super) report: TraceReport,
    /// Why there will be no table.
    failure: Option<Error>,
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
        let mut operations = Operations::default();
        // Before others, as there is an end to those that are told apart.
        if let Some(name) = &config.operation {
            operations.number(name);
        }
        Self {
            config: config.clone(),
            services: Services::new(&config.renamed),
            operations,
            open: OpenTraces::default(),
            columns: Columns::default(),
            trace_ids: Vec::new(),
            calls: BTreeMap::new(),
            siblings: BTreeMap::new(),
            report: TraceReport::default(),
            failure: None,
        }
    }

    /// The process with these attributes.
    ///
    /// # Errors
    /// When its service is one too many.
    pub(super) fn process(&mut self, attributes: &ProcessAttributes) -> Result<Process> {
        let numbers = self.services.process(attributes);
        if self.services.with_spans() > self.config.max_services {
            return Err(self.too_many_services());
        }
        let named = attributes.service.is_some();
        Ok(Process { numbers, fingerprint: attributes.fingerprint(), named })
    }

    fn too_many_services(&self) -> Error {
        let requirement = match self.config.peers {
            true => {
                "at least the number of services in the traces and of what else their CLIENT spans call, which `peers` leaves out"
            }
            false => "at least the number of services in the traces",
        };
        Error::InvalidParameter { name: "max_services", requirement, found: self.config.max_services.to_string() }
    }

    /// Takes a span of a process; one that cannot be used is counted.
    ///
    /// # Errors
    /// When there will be no table, whatever else the file holds.
    pub(super) fn record(&mut self, span: &SpanRecord, attributes: &SpanAttributes, process: Process) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)?;
        self.report.spans += 1;
        let (Some(trace), Some(id), Some(start)) = (span.trace_id, span.id, span.start) else {
            self.report.unreadable_spans += 1;
            return Ok(());
        };
        self.report.unnamed_services += u64::from(!process.named);
        self.services.count_span(process.numbers);
        let end = span.end.filter(|&end| end >= start && end.saturating_sub(start) < TOO_LONG);
        self.report.unfinished_spans += u64::from(end.is_none());
        let kind = if span.kind == SpanKind::Unspecified { attributes.kind().unwrap_or_default() } else { span.kind };
        let calls = kind.is_caller() || (kind == SpanKind::Unspecified && attributes.is_of_database());
        let peer = if self.config.peers && calls { attributes.peer() } else { None };
        let span_of_trace = Span {
            id,
            parent: span.parent,
            follows: span.follows && span.parent.is_some(),
            kind,
            service: process.numbers.service,
            process: process.fingerprint,
            operation: self.operations.number(span.operation.unwrap_or_default()),
            peer: peer.map(|name| self.services.peer(&name)),
            unfinished: end.is_none(),
            interval: Interval::new(start, end.unwrap_or(start)),
        };
        self.report.late_spans += u64::from(!self.open.add(trace, span.trace, span_of_trace));
        Ok(())
    }

    /// Finishes all traces but the given number of those that began last.
    pub(super) fn finish_all_but(&mut self, open: usize) {
        while let Some(trace) = self.open.next_beyond(open) {
            self.finish(trace);
        }
    }

    pub(super) fn finish_beyond_limit(&mut self) {
        self.finish_all_but(self.config.open_traces);
    }

    /// Between the parts of one document.
    pub(super) fn finish_beyond_limit_of_document(&mut self) {
        while let Some(trace) = self.open.next_of_many(self.config.open_traces, OPEN_SPANS_IN_DOCUMENT) {
            self.finish(trace);
        }
    }

    fn finish(&mut self, trace: OpenTrace) {
        self.report.traces += 1;
        let services = &mut self.services;
        let request =
            Request::new(trace.spans, &mut self.report, |peer, caller| services.service_of_peer(peer, caller));
        let Some(request) = request.filter(|request| self.is_asked_for(request)) else { return };
        self.report.rows += 1;
        self.trace_ids.push(trace.id);
        self.columns.add_row(&request);
        if self.columns.count() > self.config.max_services {
            self.failure = Some(self.too_many_services());
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

    /// Whether a request becomes a row. Those of all operations are taken note of.
    fn is_asked_for(&mut self, request: &Request) -> bool {
        let (service, operation) = request.root;
        let TraceConfig { root_service, called_service, operation: wanted, .. } = &self.config;
        if root_service.as_ref().is_some_and(|name| !self.services.is_called(service, name)) {
            return false;
        }
        let observed = match called_service {
            None => request.times.iter().find(|&&(of, _)| of == service),
            Some(name) => request.times.iter().find(|&&(of, _)| self.services.is_called(of, name)),
        };
        let Some(&(_, ServiceTime { inclusive, .. })) = observed else { return false };
        self.operations.note(request.root, inclusive.map_or(f64::NAN, super::columns::seconds));
        wanted.as_ref().is_none_or(|name| self.operations.name(operation) == name.trim())
    }

    /// That there are rows and no failure.
    pub(super) fn check(&mut self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)?;
        if !self.trace_ids.is_empty() {
            return Ok(());
        }
        let TraceConfig { root_service, called_service, operation, .. } = &self.config;
        let names = self.services.names(|_| true);
        let mut what = "the list of traces".to_owned();
        if let Some(service) = root_service {
            what += &format!(" that begin in `{service}`");
        }
        if let Some(service) = called_service {
            what += &format!(" that call `{service}`");
        }
        let operations = self.operations.list(&names);
        match operation {
            Some(operation) if !operations.is_empty() => {
                let found: Vec<&str> = operations.iter().map(|found| found.operation.as_str()).collect();
                what +=
                    &format!(" and whose root is called `{operation}` (the roots are called {})", list_names(&found));
            }
            _ if root_service.is_some() || called_service.is_some() => {
                what += &format!(" (the services are {})", list_names(&names));
            }
            _ => {}
        }
        Err(Error::Empty { what, expected: "trace with a readable span" })
    }
}
