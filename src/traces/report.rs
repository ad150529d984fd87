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
    /// Traces that became a row of the table: those with a root service, or with the one asked for.
    pub rows: u64,
    /// Spans read.
    pub spans: u64,
    /// Left out: no trace or span identifier, or no time that can be read.
    pub unreadable_spans: u64,
    /// Left out: the trace has another span with this identifier, which came first.
    pub duplicate_spans: u64,
    /// Left out: the trace was already finished, as more than [`open_traces`](crate::traces::TraceConfig::open_traces) newer ones
    /// had begun, or the file has it twice.
    pub late_spans: u64,
    /// Taken as a root: the parent is not in the trace. What its callers did is not known.
    pub orphan_spans: u64,
    /// Taken as a root: its parents form a cycle, which is cut here.
    pub cyclic_spans: u64,
    /// Traces with more than one root, detached spans apart. The one that begins first is the request's.
    pub traces_with_several_roots: u64,
    /// Taken as a root: begins when its parent has ended, or only follows from it, so that the parent does not wait for it.
    pub detached_spans: u64,
    /// Length 0 was taken: the end is before the start.
    pub negative_durations: u64,
    /// Begins before its parent but is no longer than it, as clocks differ: moved, with all below it, to the parent's start.
    pub shifted_spans: u64,
    /// Cut to the time of its parent, which it left.
    pub clamped_spans: u64,
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
    fn remarks(&self) -> [(u64, &'static str); 15] {
        [
            (self.damaged_lines, "damaged lines or messages left out"),
            (self.other_documents, "documents without spans passed over"),
            (self.unreadable_spans, "spans left out: no identifier or no readable time"),
            (self.duplicate_spans, "spans left out: identifier already taken in their trace"),
            (self.late_spans, "spans left out: their trace was already finished"),
            (self.orphan_spans, "spans without their parent, taken as roots"),
            (self.cyclic_spans, "cycles of parents, cut"),
            (self.traces_with_several_roots, "traces with more than one root"),
            (self.detached_spans, "spans that their parent does not wait for, taken as roots"),
            (self.negative_durations, "spans that end before they start, taken as of length 0"),
            (self.shifted_spans, "spans that begin before their parent, moved"),
            (self.clamped_spans, "spans that leave their parent, cut"),
            (self.unnamed_services, "spans of no named service, filed under `unknown_service`"),
            (self.nested_spans, "spans below one of the same service, counted once"),
            (self.repeated_calls, "calls repeated within a trace"),
        ]
    }

    /// Whether nothing had to be put right; nested spans and repeated calls are ordinary.
    pub fn is_clean(&self) -> bool {
        let ordinary = self.nested_spans + self.repeated_calls + self.other_documents;
        !self.truncated && self.remarks().iter().map(|(count, _)| count).sum::<u64>() == ordinary
    }
}

impl fmt::Display for TraceReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} spans in {} traces, {} of them rows", self.spans, self.traces, self.rows)?;
        for (count, meaning) in self.remarks().into_iter().filter(|&(count, _)| count > 0) {
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
