//! Where each span lies in time, and whether anybody waited for it: rules 7 and 8 of `docs/inputs.md`.

use std::ops::Range;

use super::clocks::{Clocks, answers};
use super::links::Links;
use crate::traces::report::TraceReport;
use crate::traces::span::{Interval, Span, SpanKind};

/// By how much a span may outlive one that waits for it, in nanoseconds: clocks of milliseconds, and spans that are ended just
/// after the answer was sent.
const RAGGED_END: i64 = 1_000_000;

/// A request from its root down.
pub(super) struct Tree {
    pub(super) spans: Vec<Span>,
    /// The position of the request's root.
    pub(super) root: usize,
    pub(super) places: Vec<Place>,
    /// All spans, each after the one that it is below, and those below one another's neighbours.
    pub(super) downwards: Vec<usize>,
    /// Where among these those directly below each span stand.
    below: Vec<Range<usize>>,
}

/// The spans below each span as a list: the first of them, and for each the next.
#[derive(Debug, Default, Clone, Copy)]
struct Family {
    first: Option<usize>,
    next: Option<usize>,
}

/// Where a span lies by the clock of the request's root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// As it was written, moved alone.
    whole: Interval,
    /// What of it was waited for, or all of what was not.
    pub(super) interval: Interval,
    pub(super) background: bool,
    /// It is not known how long its service took: it did not finish, and nothing of its own process is around it.
    pub(super) unknown: bool,
    /// By how much it was moved.
    offset: i64,
}

impl Tree {
    /// Nothing without a root, or where it is not known when that ended. Takes O(n).
    pub(super) fn new(links: Links, report: &mut TraceReport) -> Option<Self> {
        let Links { spans, parents, root } = links;
        let Some(root) = root else {
            report.traces_without_root += 1;
            return None;
        };
        if spans[root].unfinished {
            report.unfinished_roots += 1;
            return None;
        }
        let clocks = Clocks::new(&spans, &parents);
        let whole = spans[root].interval;
        let at_root = Place { whole, interval: whole, background: false, unknown: false, offset: 0 };
        let mut tree = Self {
            root,
            places: vec![at_root; spans.len()],
            downwards: Vec::with_capacity(spans.len()),
            below: vec![0..0; spans.len()],
            spans,
        };
        tree.downwards.push(root);
        let mut families = vec![Family::default(); tree.spans.len()];
        for (span, parent) in parents.iter().enumerate().rev() {
            if let Some(parent) = *parent {
                families[span].next = families[parent].first.replace(span);
            }
        }
        for (top, _) in parents.iter().enumerate().filter(|&(span, parent)| span != root && parent.is_none()) {
            tree.place_top(top, &clocks, report);
        }
        let mut next = 0;
        while let Some(&parent) = tree.downwards.get(next) {
            let first = tree.downwards.len();
            let mut below = families[parent].first;
            while let Some(child) = below {
                tree.place(parent, child, &clocks, report);
                below = families[child].next;
            }
            tree.below[parent] = first..tree.downwards.len();
            next += 1;
        }
        Some(tree)
    }

    /// The spans directly below one that it waited for.
    pub(super) fn waited(&self, span: usize) -> impl Iterator<Item = usize> + Clone {
        self.downwards[self.below[span].clone()].iter().copied().filter(|&child| !self.places[child].background)
    }

    /// A span whose caller is not known.
    fn place_top(&mut self, top: usize, clocks: &Clocks, report: &mut TraceReport) {
        let (root, span) = (self.places[self.root], &self.spans[top]);
        let offset = clocks.between(&self.spans[self.root], span).unwrap_or(0);
        let whole = whole(span, span.interval.moved(offset), root);
        let background = is_background(span, whole, root, false);
        let unknown = span.unfinished && !background;
        self.put(top, Place { whole, interval: whole, background, unknown, offset }, report);
    }

    fn place(&mut self, parent: usize, child: usize, clocks: &Clocks, report: &mut TraceReport) {
        let (above, span) = (self.places[parent], &self.spans[child]);
        let offset = above.offset.saturating_add(clocks.offset(&self.spans[parent], span));
        let whole = whole(span, span.interval.moved(offset), above);
        let background = is_background(span, whole, above, answers(&self.spans[parent], span));
        let interval = if background { whole } else { whole.within(above.interval) };
        report.shifted_spans += u64::from(offset != above.offset);
        report.clamped_spans += u64::from(interval != whole && !span.unfinished);
        let within_process = self.spans[parent].process == span.process;
        let unknown = span.unfinished && !background && !within_process;
        self.put(child, Place { whole, interval, background, unknown, offset }, report);
    }

    fn put(&mut self, span: usize, place: Place, report: &mut TraceReport) {
        report.background_spans += u64::from(place.background);
        self.places[span] = place;
        self.downwards.push(span);
    }
}

/// An unfinished span may last as long as what it is below.
fn whole(span: &Span, moved: Interval, above: Place) -> Interval {
    if span.unfinished { Interval::new(moved.start, above.interval.end) } else { moved }
}

fn is_background(span: &Span, whole: Interval, above: Place, answers: bool) -> bool {
    let stopped = above.interval.end;
    let too_late = whole.start >= stopped && (whole.end > stopped || span.unfinished);
    above.background
        || span.follows
        || span.kind == SpanKind::Consumer
        || too_late
        || (!answers && !span.unfinished && outlives(whole, above.whole.end))
}

/// Whether a span goes on after this time for longer than can be chance.
fn outlives(span: Interval, end: i64) -> bool {
    let beyond = span.end.saturating_sub(end);
    beyond > 0 && beyond > RAGGED_END.min(end.saturating_sub(span.start))
}
