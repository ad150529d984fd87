//! Spans of one document before they count: of one that turns out to be damaged nothing is left.

use std::cell::Cell;
use std::rc::Rc;

use super::foreign::Contents;
use crate::error::{Error, Result};
use crate::traces::attributes::{ProcessAttributes, SpanAttributes, beginning};
use crate::traces::collector::{Collector, SpanRecord};
use crate::traces::span::SpanKind;

/// A document that is too long to be held is handed over in parts of this many spans.
const PART: usize = 8_192;

/// So many spans may wait for what comes after them: their trace's processes, or their resource.
const MOST_WAITING: usize = 200_000;

/// So many bytes of names may wait, too.
const MOST_TEXT: usize = 16 << 20;

/// A part ends as well when there are so many bytes of names.
const PART_OF_TEXT: usize = 1 << 20;

/// So many processes may one document name.
const MOST_PROCESSES: usize = 100_000;

/// Names are kept up to this length, so that a table of names stays small whatever is written into them.
const LONGEST_NAME: usize = 1_024;

/// A process of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::traces) struct Slot(u32);

/// Where in the batch's text a name stands.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    start: u32,
    end: u32,
}

/// What a format says of a span, with its process as the batch numbers it.
#[derive(Debug)]
pub(in crate::traces) struct NewSpan<'a> {
    pub(in crate::traces) trace: &'a str,
    pub(in crate::traces) trace_id: Option<u128>,
    pub(in crate::traces) id: Option<u128>,
    pub(in crate::traces) parent: Option<u128>,
    pub(in crate::traces) follows: bool,
    pub(in crate::traces) kind: SpanKind,
    pub(in crate::traces) operation: &'a str,
    pub(in crate::traces) start: Option<i64>,
    pub(in crate::traces) end: Option<i64>,
    pub(in crate::traces) attributes: SpanAttributes,
    pub(in crate::traces) process: Slot,
}

/// Zero stands for no identifier.
#[derive(Debug)]
struct Pending {
    trace_id: u128,
    id: u128,
    parent: u128,
    start: Option<i64>,
    end: Option<i64>,
    trace: Stretch,
    operation: Stretch,
    attributes: Option<Box<SpanAttributes>>,
    process: Slot,
    kind: SpanKind,
    follows: bool,
}

/// Where the parts of a long document go.
#[derive(Debug)]
struct Outlet<'c> {
    collector: &'c mut Collector,
    allowance: Rc<Cell<u64>>,
    limit: u64,
    failure: Option<Error>,
}

/// Spans and processes of a document. Without an outlet it keeps them all.
#[derive(Debug, Default)]
pub(in crate::traces) struct Batch<'c> {
    /// Nothing where nothing was said of one yet.
    processes: Vec<Option<ProcessAttributes>>,
    spans: Vec<Pending>,
    text: String,
    /// Bytes of text in attributes.
    weight: usize,
    /// How many readers refer to spans or processes by their place.
    held: usize,
    /// After how many of the spans no more will come of the traces before.
    complete: Vec<usize>,
    outlet: Option<Outlet<'c>>,
    pub(in crate::traces) contents: Contents,
}

impl<'c> Batch<'c> {
    /// A batch that hands over its spans in parts. The allowance is what the reader may read until the next span, and is set to
    /// the limit with each.
    pub(in crate::traces) fn in_parts(collector: &'c mut Collector, allowance: Rc<Cell<u64>>, limit: u64) -> Self {
        let outlet = Outlet { collector, allowance, limit, failure: None };
        Self { outlet: Some(outlet), ..Self::default() }
    }

    /// The error of ours that stopped the document, if one did.
    pub(in crate::traces) fn take_failure(&mut self) -> Option<Error> {
        self.outlet.as_mut()?.failure.take()
    }

    /// A new process, of which nothing is known yet.
    ///
    /// # Errors
    /// When the document names too many.
    pub(in crate::traces) fn open_process(&mut self) -> std::result::Result<Slot, String> {
        if self.processes.len() >= MOST_PROCESSES {
            return Err(format!("more than {MOST_PROCESSES} processes in one document"));
        }
        self.processes.push(None);
        Ok(Slot(self.processes.len() as u32 - 1))
    }

    pub(in crate::traces) fn describe(&mut self, process: Slot, attributes: ProcessAttributes) {
        self.processes[process.0 as usize] = Some(attributes);
    }

    /// Forgets a process again that no span is of, if it is the last one.
    pub(in crate::traces) fn close_process(&mut self, process: Slot) {
        let used = self.spans.last().is_some_and(|span| span.process == process);
        if !used && process.0 as usize + 1 == self.processes.len() && self.outlet.is_none() {
            self.processes.pop();
        }
    }

    /// Keeps spans and processes where they are until [`release`](Self::release) was called as often as this.
    pub(in crate::traces) fn hold(&mut self) {
        self.held += 1;
    }

    pub(in crate::traces) fn release(&mut self) {
        self.held -= 1;
    }

    /// How many spans wait in the batch.
    pub(in crate::traces) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Takes a span.
    ///
    /// # Errors
    /// When too many wait for their process or their trace to be complete.
    pub(in crate::traces) fn push(&mut self, span: NewSpan<'_>) -> std::result::Result<(), String> {
        if let Some(outlet) = &self.outlet {
            outlet.allowance.set(outlet.limit);
        }
        if self.spans.len() >= MOST_WAITING || self.text.len() + self.weight > MOST_TEXT {
            return Err(format!(
                "more than {MOST_WAITING} spans, or {} MiB of their names, before it is said of which services they are",
                MOST_TEXT >> 20
            ));
        }
        self.contents.spans += 1;
        let same_trace = self.spans.last().filter(|last| last.trace_id == span.trace_id.unwrap_or(0));
        let trace = same_trace.map(|last| last.trace).unwrap_or_else(|| self.keep(span.trace));
        let same_name = self.spans.last().map(|last| last.operation);
        let same_name = same_name.filter(|&stretch| self.text(stretch) == span.operation);
        let operation = same_name.unwrap_or_else(|| self.keep(span.operation));
        self.weight += span.attributes.weight();
        self.spans.push(Pending {
            trace_id: span.trace_id.unwrap_or(0),
            id: span.id.unwrap_or(0),
            parent: span.parent.unwrap_or(0),
            start: span.start,
            end: span.end,
            trace,
            operation,
            attributes: if span.attributes.is_empty() { None } else { Some(Box::new(span.attributes)) },
            process: span.process,
            kind: span.kind,
            follows: span.follows,
        });
        Ok(())
    }

    fn keep(&mut self, text: &str) -> Stretch {
        let start = self.text.len() as u32;
        self.text.push_str(beginning(text, LONGEST_NAME).trim_end());
        Stretch { start, end: self.text.len() as u32 }
    }

    fn text(&self, stretch: Stretch) -> &str {
        &self.text[stretch.start as usize..stretch.end as usize]
    }

    /// All spans from the given one on are of this trace, and no more will come of it.
    pub(in crate::traces) fn complete_trace(&mut self, first: usize, trace_id: Option<u128>, trace: &str) {
        if let Some(trace_id) = trace_id {
            let trace = self.keep(trace);
            for span in &mut self.spans[first..] {
                (span.trace_id, span.trace) = (trace_id, trace);
            }
        }
        self.complete.push(self.spans.len());
    }

    /// Whether a span from the given one on has this identifier.
    pub(in crate::traces) fn has_span(&self, first: usize, id: u128) -> bool {
        self.spans[first..].iter().any(|span| span.id == id)
    }

    /// The parent of a span, where another than the one first named is right.
    pub(in crate::traces) fn set_parent(&mut self, span: usize, parent: u128) {
        self.spans[span].parent = parent;
    }

    /// To be called wherever all processes of the spans so far are known. Hands over a part if there is enough for one. Of processes
    /// those are forgotten that nobody will refer to again.
    ///
    /// # Errors
    /// What [`hand_over`](Self::hand_over) says, kept for [`take_failure`](Self::take_failure).
    pub(in crate::traces) fn settle(&mut self, processes_stay: bool) -> std::result::Result<(), String> {
        let Some(outlet) = &mut self.outlet else { return Ok(()) };
        // Where processes stay, a part is longer: most parts then end where they are forgotten, and do not pile up.
        let parts = if processes_stay { 2 } else { 1 };
        let is_part = self.spans.len() >= parts * PART
            || self.text.len() + self.weight >= parts * PART_OF_TEXT
            || !self.complete.is_empty();
        if self.held > 0 || !is_part {
            return Ok(());
        }
        let result = hand_over(&self.processes, &self.spans, &self.text, &self.complete, outlet.collector);
        outlet.collector.finish_beyond_limit_of_document();
        let result = result.map_err(|error| {
            let message = error.to_string();
            outlet.failure = Some(error);
            message
        });
        self.clear(processes_stay);
        result
    }

    fn clear(&mut self, processes_stay: bool) {
        self.spans.clear();
        self.text.clear();
        self.weight = 0;
        self.complete.clear();
        if !processes_stay {
            self.processes.clear();
        }
    }

    /// Hands over all that is left to the outlet.
    ///
    /// # Errors
    /// When there are too many services.
    pub(in crate::traces) fn finish(mut self) -> Result<Contents> {
        let contents = std::mem::take(&mut self.contents);
        if let Some(outlet) = self.outlet {
            hand_over(&self.processes, &self.spans, &self.text, &self.complete, outlet.collector)?;
        }
        Ok(contents)
    }

    /// Hands over what a damaged document holds before the damage: the spans whose processes are known.
    ///
    /// # Errors
    /// When there are too many services.
    pub(in crate::traces) fn finish_cut(mut self) -> Result<Contents> {
        let Self { processes, spans, .. } = &mut self;
        spans.retain(|span| processes[span.process.0 as usize].is_some());
        self.complete.clear();
        self.finish()
    }

    /// Leaves out all that was not handed over.
    pub(in crate::traces) fn discard(&mut self) {
        self.held = 0;
        self.clear(false);
    }

    /// Hands over all spans.
    ///
    /// # Errors
    /// When there are too many services.
    pub(in crate::traces) fn hand_over(self, collector: &mut Collector) -> Result<Contents> {
        hand_over(&self.processes, &self.spans, &self.text, &self.complete, collector)?;
        Ok(self.contents)
    }
}

fn hand_over(
    processes: &[Option<ProcessAttributes>],
    spans: &[Pending],
    text: &str,
    complete: &[usize],
    collector: &mut Collector,
) -> Result<()> {
    let unknown = ProcessAttributes::default();
    let processes = processes.iter().map(|process| collector.process(process.as_ref().unwrap_or(&unknown)));
    let processes = processes.collect::<Result<Vec<_>>>()?;
    let mut complete = complete.iter().peekable();
    let none = SpanAttributes::default();
    let some = |id: u128| Some(id).filter(|&id| id != 0);
    let within = |stretch: Stretch| &text[stretch.start as usize..stretch.end as usize];
    for (position, span) in spans.iter().enumerate() {
        while complete.next_if(|&&count| count <= position).is_some() {
            collector.finish_all_but(0);
        }
        let record = SpanRecord {
            trace: within(span.trace),
            trace_id: some(span.trace_id),
            id: some(span.id),
            parent: some(span.parent),
            follows: span.follows,
            kind: span.kind,
            operation: Some(within(span.operation)).filter(|name| !name.is_empty()),
            start: span.start,
            end: span.end,
        };
        let attributes = span.attributes.as_deref().unwrap_or(&none);
        collector.record(&record, attributes, processes[span.process.0 as usize])?;
    }
    if complete.next().is_some() {
        collector.finish_all_but(0);
    }
    Ok(())
}
