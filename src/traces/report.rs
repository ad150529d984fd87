//! What was read, and what had to be put right.

use std::fmt;

use serde::Serialize;

/// What was read from a file of traces, and how often something in it had to be put right.
///
/// Counts are of spans unless they say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TraceReport {
    /// Traces read.
    pub traces: u64,
    /// Traces that became a row of the table: those that were asked for, with a finished root.
    pub rows: u64,
    /// Spans read.
    pub spans: u64,
    /// Left out: no trace or span identifier, or no time that can be read.
    pub unreadable_spans: u64,
    /// Left out: the trace has another span with this identifier, which came first, and the two are not the sides of a call.
    pub duplicate_spans: u64,
    /// Identifiers that the two sides of a call share, as Zipkin's instrumentation writes them.
    pub paired_spans: u64,
    /// Left out: the trace was already finished, as more than [`open_traces`](crate::traces::TraceConfig::open_traces) newer ones
    /// had begun, or the file has it twice.
    pub late_spans: u64,
    /// Their parent is not in the trace: what called them is not known.
    pub orphan_spans: u64,
    /// Their parents formed a cycle, which was cut here.
    pub cyclic_spans: u64,
    /// Traces with more than one span without a parent. The request's own root is a SERVER that names no parent, where there is one.
    pub traces_with_several_roots: u64,
    /// Traces that are no row: every span without a parent names one, and is within a process that must have had it.
    pub traces_without_root: u64,
    /// Traces that are no row: their root is unfinished, so that nobody knows how long the request took.
    pub unfinished_roots: u64,
    /// Their end is missing, cannot be read, or lies before the start or a year after it: how long they took is not known.
    pub unfinished_spans: u64,
    /// Not waited for: they follow from others, consume messages, or outlive their caller. They are in
    /// [`background`](crate::traces::Traces::background).
    pub background_spans: u64,
    /// Moved, with all below them, since the clocks of their process and its caller's differ.
    pub shifted_spans: u64,
    /// Cut to the time of their parent, which they left.
    pub clamped_spans: u64,
    /// Calls of what has no spans of its own, such as databases: services by the names that their callers give.
    pub peer_calls: u64,
    /// Filed under `unknown_service`: no service is named.
    pub unnamed_services: u64,
    /// Below a span of the same service; together they count once.
    pub nested_spans: u64,
    /// Beyond the first call from the same caller to the same service in one trace: retries and loops.
    pub repeated_calls: u64,
    /// Lines of JSON, or messages of protobuf, left out: damaged, so that nothing in them can be trusted.
    pub damaged_lines: u64,
    /// The first of them, counted from 1.
    pub first_damaged_line: Option<u64>,
    /// Documents that hold no spans, such as lines of metrics or logs.
    pub other_documents: u64,
    /// Whether the file ends in the middle of a document; what came before was used.
    pub truncated: bool,
}

impl TraceReport {
    /// Each count that tells of something put right, with its meaning.
    fn repairs(&self) -> Vec<(u64, &'static str)> {
        vec![
            (self.damaged_lines, "damaged lines or messages left out"),
            (self.unreadable_spans, "spans left out: no identifier or no readable time"),
            (self.duplicate_spans, "spans left out: identifier already taken in their trace"),
            (self.late_spans, "spans left out: their trace was already finished"),
            (self.orphan_spans, "spans without their parent"),
            (self.cyclic_spans, "cycles of parents, cut"),
            (self.traces_with_several_roots, "traces with more than one root"),
            (self.traces_without_root, "traces left out: their root is missing"),
            (self.unfinished_roots, "traces left out: their root is unfinished"),
            (self.unfinished_spans, "spans without an end that can be right, of unknown length"),
            (self.shifted_spans, "spans moved, since clocks differ"),
            (self.clamped_spans, "spans that leave their parent, cut"),
            (self.unnamed_services, "spans of no named service, filed under `unknown_service`"),
        ]
    }

    /// Each count of what is ordinary, with its meaning.
    fn ordinary(&self) -> [(u64, &'static str); 5] {
        [
            (self.background_spans, "spans that nobody waits for, counted as background"),
            (self.paired_spans, "identifiers shared by the two sides of a call"),
            (self.peer_calls, "calls of services without spans of their own"),
            (self.nested_spans, "spans below one of the same service, counted once"),
            (self.repeated_calls, "calls repeated within a trace"),
        ]
    }

    /// Whether nothing had to be put right. Background, nested spans and repeated calls are ordinary.
    pub fn is_clean(&self) -> bool {
        !self.truncated && self.repairs().iter().all(|&(count, _)| count == 0)
    }

    /// What was read and what had to be put right, without what is ordinary but for background, in one line.
    pub fn in_one_line(&self) -> String {
        let background = [(self.background_spans, "spans that nobody waits for")];
        let remarks = self.repairs().into_iter().chain(background).filter(|&(count, _)| count > 0);
        let remarks = remarks.map(|(count, meaning)| format!("; {count} {meaning}")).collect::<String>();
        let first = self
            .first_damaged_line
            .map_or_else(String::new, |line| format!("; the first that is damaged is number {line}"));
        let truncated = if self.truncated { "; the file ends in the middle of a document" } else { "" };
        format!("{}{remarks}{first}{truncated}", self.counts())
    }

    fn counts(&self) -> String {
        format!("{} spans in {} traces, {} of them rows", self.spans, self.traces, self.rows)
    }
}

impl fmt::Display for TraceReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.counts())?;
        let remarks = self.repairs().into_iter().chain(self.ordinary());
        for (count, meaning) in remarks.filter(|&(count, _)| count > 0) {
            write!(formatter, "\n{count:>8} {meaning}")?;
        }
        if let Some(line) = self.first_damaged_line {
            write!(formatter, "\nthe first that is damaged is number {line}")?;
        }
        if self.truncated {
            formatter.write_str("\nthe file ends in the middle of a document")?;
        }
        Ok(())
    }
}
