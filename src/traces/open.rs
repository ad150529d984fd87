//! Traces whose spans are still coming.

use std::collections::{HashMap, HashSet, VecDeque};

use super::span::Span;

#[derive(Debug, Default)]
pub(super) struct OpenTraces {
    open: HashMap<u128, OpenTrace>,
    /// In the order in which they began.
    begun: VecDeque<u128>,
    finished: HashSet<u128>,
    /// By the low half of their identifiers the traces met first.
    halves: HashMap<u64, u128>,
}

#[derive(Debug)]
pub(super) struct OpenTrace {
    /// As it is written, in full if any span has it in full.
    pub(super) id: Box<str>,
    pub(super) spans: Vec<Span>,
}

impl OpenTraces {
    /// Adds a span to its trace; false if that was finished before.
    pub(super) fn add(&mut self, trace: u128, id: &str, span: Span) -> bool {
        let key = self.key(trace);
        if self.finished.contains(&key) {
            return false;
        }
        let begun = &mut self.begun;
        let trace = self.open.entry(key).or_insert_with(|| {
            begun.push_back(key);
            OpenTrace { id: id.into(), spans: Vec::new() }
        });
        if id.trim().len() > trace.id.trim().len() {
            trace.id = id.into();
        }
        trace.spans.push(span);
        true
    }

    /// The identifier under which a trace is kept: one of 64 bits may be the low half of another.
    fn key(&mut self, trace: u128) -> u128 {
        let first = *self.halves.entry(trace as u64).or_insert(trace);
        let is_half = |id: u128| id >> 64 == 0;
        if is_half(first) || is_half(trace) { first } else { trace }
    }

    /// The trace that began first, if more than so many are open.
    pub(super) fn next_beyond(&mut self, open: usize) -> Option<OpenTrace> {
        if self.begun.len() <= open {
            return None;
        }
        let key = self.begun.pop_front()?;
        self.finished.insert(key);
        self.open.remove(&key)
    }
}
