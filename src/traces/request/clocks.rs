//! How far the clocks of processes are apart in one trace: rule 7 of `docs/inputs.md`.

use crate::traces::span::{Interval, Span, SpanKind};

/// One offset for each two processes, where the spans allow it; in the order of the processes.
#[derive(Default)]
pub(super) struct Clocks(Vec<((u64, u64), Pair)>);

/// What the calls between two processes say of their clocks.
struct Pair {
    /// The process that others are measured from.
    from: u64,
    /// The offsets of the other one's clock that put every call within its caller; none if the ends are the wrong way round.
    feasible: (i64, i64),
    /// Whether the calls are known to be such by their kind.
    by_kind: bool,
}

impl Pair {
    fn of(parent: &Span, child: &Span) -> Self {
        let by_kind = child.kind == SpanKind::Server;
        Self { from: parent.process, feasible: feasible(parent.interval, child.interval), by_kind }
    }

    /// Takes account of another call, in either direction. Calls by kind are worth more than others.
    fn note(&mut self, parent: &Span, child: &Span) {
        let new = Self::of(parent, child);
        if new.by_kind && !self.by_kind {
            *self = new;
        } else if new.by_kind == self.by_kind {
            let (low, high) = new.feasible;
            let (low, high) = if self.from == new.from { (low, high) } else { (opposite(high), opposite(low)) };
            self.feasible = (self.feasible.0.max(low), self.feasible.1.min(high));
        }
    }
}

impl Clocks {
    pub(super) fn new(spans: &[Span], parents: &[Option<usize>]) -> Self {
        let one_process = spans.first().is_none_or(|first| spans.iter().all(|span| span.process == first.process));
        if one_process {
            return Self::default();
        }
        let mut calls = Vec::with_capacity(spans.len());
        for (position, (child, parent)) in spans.iter().zip(parents).enumerate() {
            let Some(parent) = parent.map(|parent| &spans[parent]) else { continue };
            let finished = !parent.unfinished && !child.unfinished;
            if finished && parent.process != child.process && answers(parent, child) && fits(parent, child) {
                calls.push((key(parent, child), position));
            }
        }
        calls.sort_unstable();
        let between = |calls: &[((u64, u64), usize)]| {
            let mut calls_of_pair =
                calls.iter().filter_map(|&(_, child)| Some((&spans[parents[child]?], &spans[child])));
            let (parent, child) = calls_of_pair.next()?;
            let mut pair = Pair::of(parent, child);
            calls_of_pair.for_each(|(parent, child)| pair.note(parent, child));
            Some((calls[0].0, pair))
        };
        Self(calls.chunk_by(|first, second| first.0 == second.0).filter_map(between).collect())
    }

    /// By how much the times of a span must be moved, beyond its parent's, to be told by its parent's clock.
    pub(super) fn offset(&self, parent: &Span, child: &Span) -> i64 {
        if let Some(offset) = self.between(parent, child) {
            return offset;
        }
        if parent.unfinished || child.unfinished || !answers(parent, child) {
            return 0;
        }
        let (above, below) = (parent.interval, child.interval);
        if fits(parent, child) {
            return nearest(feasible(above, below));
        }
        let in_common = below.start < above.end && below.end > above.start;
        if in_common { 0 } else { above.start.saturating_sub(below.start) }
    }

    /// The one offset between the processes of two spans.
    pub(super) fn between(&self, parent: &Span, child: &Span) -> Option<i64> {
        if parent.process == child.process {
            return None;
        }
        let place = self.0.binary_search_by_key(&key(parent, child), |&(key, _)| key).ok()?;
        let pair = Some(&self.0[place].1).filter(|pair| pair.feasible.0 <= pair.feasible.1)?;
        let offset = nearest(pair.feasible);
        Some(if pair.from == parent.process { offset } else { opposite(offset) })
    }
}

/// Whether a span is what its caller waits for whatever the clocks say.
pub(super) fn answers(parent: &Span, child: &Span) -> bool {
    let of_another_process = parent.process != child.process;
    match child.kind {
        _ if child.follows => false,
        SpanKind::Server => of_another_process || parent.kind == SpanKind::Client,
        // Nothing begins before what causes it, so that a clock is behind; one that is ahead looks like work that nobody waits for.
        SpanKind::Unspecified => {
            of_another_process && fits(parent, child) && child.interval.start < parent.interval.end
        }
        _ => false,
    }
}

fn fits(parent: &Span, child: &Span) -> bool {
    child.interval.length() <= parent.interval.length()
}

fn key(parent: &Span, child: &Span) -> (u64, u64) {
    (parent.process.min(child.process), parent.process.max(child.process))
}

/// The offsets that put the second stretch, which is not longer, within the first.
fn feasible(outer: Interval, inner: Interval) -> (i64, i64) {
    (outer.start.saturating_sub(inner.start), outer.end.saturating_sub(inner.end))
}

/// 0 if it is among the offsets, else their middle.
fn nearest((low, high): (i64, i64)) -> i64 {
    if low <= 0 && high >= 0 { 0 } else { low.midpoint(high) }
}

fn opposite(offset: i64) -> i64 {
    0_i64.saturating_sub(offset)
}
