//! Traces whose spans are still coming.

use std::collections::{HashMap, HashSet, VecDeque};

use super::span::Span;

#[derive(Debug, Default)]
pub(super) struct OpenTraces {
    /// Where each open trace is kept.
    open: HashMap<u128, usize>,
    kept: Vec<OpenTrace>,
    /// Places of traces that are finished.
    free: Vec<usize>,
    /// The trace that the last span named and its place: nearly always the next one's.
    last: Option<(u128, usize)>,
    /// How many spans they have together.
    spans: usize,
    /// In the order in which they began.
    begun: VecDeque<u128>,
    finished: HashSet<u128>,
    /// By the low half of their identifiers the traces met first.
    halves: HashMap<u64, u128>,
}

#[derive(Debug, Default)]
pub(super) struct OpenTrace {
    /// As it is written, in full if any span has it in full.
    pub(super) id: Box<str>,
    pub(super) spans: Vec<Span>,
}

impl OpenTraces {
    /// Adds a span to its trace; false if that was finished before.
    pub(super) fn add(&mut self, trace: u128, id: &str, span: Span) -> bool {
        let same = self.last.filter(|&(last, _)| last == trace).map(|(_, place)| place);
        let Some(place) = same.or_else(|| self.place(trace, id)) else { return false };
        self.last = Some((trace, place));
        let trace = &mut self.kept[place];
        if id.len() != trace.id.len() && id.trim().len() > trace.id.trim().len() {
            trace.id = id.into();
        }
        trace.spans.push(span);
        self.spans += 1;
        true
    }

    /// Where a trace is kept, which may begin; nothing if it is finished.
    fn place(&mut self, trace: u128, id: &str) -> Option<usize> {
        let key = self.key(trace);
        if let Some(&place) = self.open.get(&key) {
            return Some(place);
        }
        if self.finished.contains(&key) {
            return None;
        }
        let begun = OpenTrace { id: id.into(), spans: Vec::new() };
        let place = self.free.pop().unwrap_or(self.kept.len());
        match self.kept.get_mut(place) {
            Some(free) => *free = begun,
            None => self.kept.push(begun),
        }
        self.begun.push_back(key);
        self.open.insert(key, place);
        Some(place)
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
        self.last = None;
        let place = self.open.remove(&key)?;
        self.free.push(place);
        let trace = std::mem::take(&mut self.kept[place]);
        self.spans -= trace.spans.len();
        Some(trace)
    }

    /// The trace that began first, if more than so many are open that have more than so many spans together.
    pub(super) fn next_of_many(&mut self, open: usize, spans: usize) -> Option<OpenTrace> {
        if self.spans > spans { self.next_beyond(open) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traces::span::{Interval, SpanKind};

    fn span(id: u128) -> Span {
        let (parent, peer, kind) = (None, None, SpanKind::Server);
        let interval = Interval::new(0, 1);
        Span {
            id,
            parent,
            follows: false,
            kind,
            service: 0,
            process: 0,
            operation: 0,
            peer,
            unfinished: false,
            interval,
        }
    }

    #[test]
    fn traces_are_finished_in_the_order_in_which_they_began_once_there_are_many_with_many_spans() {
        let mut open = OpenTraces::default();
        for id in 0..12 {
            assert!(open.add(id % 4 + 1, "trace", span(id)));
        }
        assert!(open.next_of_many(0, 12).is_none() && open.next_of_many(4, 0).is_none());
        let first = open.next_of_many(2, 8).unwrap();
        assert_eq!(first.spans.iter().map(|span| span.id).collect::<Vec<_>>(), [0, 4, 8]);
        assert!(!open.add(1, "trace", span(12)), "it is finished");
        // The next one takes its place.
        assert!(open.add(9, "ninth", span(13)) && open.add(2, "trace", span(14)));
        assert_eq!(open.next_of_many(2, 8).unwrap().spans.len(), 4);
        assert!(open.next_of_many(2, 8).is_none(), "7 spans are left");
        assert_eq!((open.next_beyond(2).unwrap().spans.len(), open.next_beyond(0).unwrap().spans.len()), (3, 3));
        let last = open.next_beyond(0).unwrap();
        assert_eq!((&*last.id, last.spans.len(), open.next_beyond(0).is_none()), ("ninth", 1, true));
    }
}
