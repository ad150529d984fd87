//! Which spans of a trace count, and which is below which: rules 2 to 6 of `docs/inputs.md`.

use crate::traces::report::TraceReport;
use crate::traces::span::{Span, SpanKind};

/// Spans with their parents, without cycles.
pub(super) struct Links {
    pub(super) spans: Vec<Span>,
    pub(super) parents: Vec<Option<usize>>,
    /// The request's own root, if it is in the trace.
    pub(super) root: Option<usize>,
}

impl Links {
    pub(super) fn new(spans: Vec<Span>, report: &mut TraceReport) -> Self {
        let (spans, identifiers) = distinct(spans, report);
        let mut parents = parents(&spans, &identifiers, report);
        report.cyclic_spans += cut_cycles(&mut parents);
        let (spans, parents) = without_unfinished(spans, parents);
        let root = root(&spans, &parents);
        report.traces_with_several_roots += u64::from(parents.iter().filter(|parent| parent.is_none()).count() > 1);
        Self { spans, parents, root }
    }
}

/// The spans with one identifier that count: those of Zipkin's instrumentation share one between the two sides of a call.
#[derive(Debug, Default, Clone, Copy)]
struct Holders {
    caller: Option<usize>,
    callee: Option<usize>,
    other: Option<usize>,
}

impl Holders {
    /// Gives spans that are of neither side the places that are left.
    fn complete(&mut self, others: &[usize], spans: &mut [Span]) {
        let of_another_service = |than: usize, spans: &[Span]| {
            others.iter().copied().find(|&span| spans[span].service != spans[than].service)
        };
        match (self.caller, self.callee) {
            (Some(_), Some(_)) => {}
            (Some(caller), None) => self.callee = of_another_service(caller, spans),
            (None, Some(callee)) => self.caller = of_another_service(callee, spans),
            (None, None) => {
                let Some(&first) = others.first() else { return };
                match of_another_service(first, spans) {
                    None => self.other = Some(first),
                    Some(second) if spans[second].interval.length() > spans[first].interval.length() => {
                        (self.caller, self.callee) = (Some(second), Some(first));
                    }
                    Some(second) => (self.caller, self.callee) = (Some(first), Some(second)),
                }
            }
        }
        for (holder, kind) in [(self.caller, SpanKind::Client), (self.callee, SpanKind::Server)] {
            if let Some(span) = holder.filter(|&span| !spans[span].kind.is_caller() && !spans[span].kind.is_callee()) {
                spans[span].kind = kind;
            }
        }
    }

    /// Which of them a span below this identifier is below.
    fn parent_of(&self, child: &Span, spans: &[Span]) -> Option<usize> {
        let (Some(caller), Some(callee)) = (self.caller, self.callee) else {
            return self.caller.or(self.callee).or(self.other);
        };
        let (first, second) = (&spans[caller], &spans[callee]);
        let only = |of_caller: bool, of_callee: bool| match (of_caller, of_callee) {
            (true, false) => Some(caller),
            (false, true) => Some(callee),
            _ => None,
        };
        only(first.process == child.process, second.process == child.process)
            .or_else(|| only(first.service == child.service, second.service == child.service))
            .or(Some(callee))
    }
}

/// Who holds each identifier, in ascending order: traces are small, and no file can make a search slow.
struct Identifiers {
    holders: Vec<(u128, Holders)>,
    /// How many have a caller and a callee.
    paired: usize,
}

impl Identifiers {
    fn get(&self, id: u128) -> Option<&Holders> {
        let place = self.holders.binary_search_by_key(&id, |&(id, _)| id).ok()?;
        Some(&self.holders[place].1)
    }

    /// The caller of a callee that shares its identifier.
    fn caller_beside(&self, position: usize, span: &Span) -> Option<usize> {
        let own = if self.paired == 0 { None } else { self.get(span.id) };
        own.filter(|own| own.callee == Some(position))?.caller
    }
}

/// The spans that count, and who holds each identifier.
fn distinct(mut spans: Vec<Span>, report: &mut TraceReport) -> (Vec<Span>, Identifiers) {
    let mut order: Vec<(u128, usize)> = spans.iter().enumerate().map(|(position, span)| (span.id, position)).collect();
    order.sort_unstable();
    let mut holders = Vec::with_capacity(spans.len());
    for same in order.chunk_by(|first, second| first.0 == second.0) {
        holders.push((same[0].0, holders_among(same, &mut spans)));
    }
    let paired = holders.iter().filter(|(_, of_id)| of_id.caller.is_some() && of_id.callee.is_some()).count();
    report.paired_spans += paired as u64;
    if holders.len() == spans.len() {
        return (spans, Identifiers { holders, paired });
    }
    let mut kept = vec![false; spans.len()];
    let of_any = holders.iter().flat_map(|(_, of_id)| [of_id.caller, of_id.callee, of_id.other]);
    of_any.flatten().for_each(|position| kept[position] = true);
    report.duplicate_spans += kept.iter().filter(|kept| !**kept).count() as u64;
    let places = places_of(&kept);
    let place = |span: Option<usize>| span.and_then(|span| places[span]);
    for (_, of_id) in &mut holders {
        let Holders { caller, callee, other } = *of_id;
        *of_id = Holders { caller: place(caller), callee: place(callee), other: place(other) };
    }
    let spans = spans.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(span, _)| span).collect();
    (spans, Identifiers { holders, paired })
}

/// Who holds the identifier of these spans, which are in the order of the file.
fn holders_among(same: &[(u128, usize)], spans: &mut [Span]) -> Holders {
    let (mut holders, mut others) = (Holders::default(), Vec::new());
    for &(_, position) in same {
        let kind = spans[position].kind;
        if kind.is_caller() {
            holders.caller.get_or_insert(position);
        } else if kind.is_callee() {
            holders.callee.get_or_insert(position);
        } else if same.len() == 1 {
            holders.other = Some(position);
        } else {
            others.push(position);
        }
    }
    if !others.is_empty() {
        holders.complete(&others, spans);
    }
    holders
}

/// Where each element that is kept comes to stand.
fn places_of(kept: &[bool]) -> Vec<Option<usize>> {
    let mut next = 0;
    let place = |&kept: &bool| {
        next += usize::from(kept);
        kept.then(|| next - 1)
    };
    kept.iter().map(place).collect()
}

fn parents(spans: &[Span], identifiers: &Identifiers, report: &mut TraceReport) -> Vec<Option<usize>> {
    let find = |(position, span): (usize, &Span)| {
        if let Some(caller) = identifiers.caller_beside(position, span) {
            return Some(caller);
        }
        let found = identifiers.get(span.parent?).and_then(|holders| holders.parent_of(span, spans));
        report.orphan_spans += u64::from(found.is_none());
        found
    };
    spans.iter().enumerate().map(find).collect()
}

/// Takes the parent from one span of each cycle, and returns how many there were. Takes O(n).
fn cut_cycles(parents: &mut [Option<usize>]) -> u64 {
    let mut cut = 0;
    // The walk, counted from 1, on which a span was first met.
    let mut met = vec![0; parents.len()];
    for walk in 1..=parents.len() {
        let mut span = walk - 1;
        while met[span] == 0 {
            met[span] = walk;
            match parents[span] {
                Some(parent) if met[parent] == walk => {
                    parents[span] = None;
                    cut += 1;
                }
                Some(parent) => span = parent,
                None => {}
            }
        }
    }
    cut
}

/// Without the unfinished spans that say nothing: they are within a span of their own process, which is known.
fn without_unfinished(spans: Vec<Span>, mut parents: Vec<Option<usize>>) -> (Vec<Span>, Vec<Option<usize>>) {
    if !spans.iter().any(|span| span.unfinished) {
        return (spans, parents);
    }
    let mut leaf = vec![true; spans.len()];
    parents.iter().flatten().for_each(|&parent| leaf[parent] = false);
    let says_something = |position: usize| {
        let span = &spans[position];
        let within = parents[position].is_some_and(|parent| spans[parent].process == span.process);
        !span.unfinished || span.kind.is_callee() || !within || (span.peer.is_some() && leaf[position])
    };
    let kept: Vec<bool> = (0..spans.len()).map(says_something).collect();
    let places = places_of(&kept);
    for span in 0..spans.len() {
        // There are no cycles, and whoever has no parent is kept. Ways up are shortened, so that this takes O(n).
        let mut way = Vec::new();
        let mut above = parents[span];
        while let Some(parent) = above.filter(|&parent| !kept[parent]) {
            way.push(parent);
            above = parents[parent];
        }
        way.into_iter().chain([span]).for_each(|below| parents[below] = above);
    }
    let place = |span: Option<usize>| span.and_then(|span| places[span]);
    let left = spans.into_iter().zip(parents).zip(kept).filter(|(_, kept)| *kept);
    left.map(|((span, parent), _)| (span, place(parent))).unzip()
}

/// The span without a parent that the request began with.
fn root(spans: &[Span], parents: &[Option<usize>]) -> Option<usize> {
    let rank = |span: &Span| match (span.parent, span.kind) {
        (None, SpanKind::Server) => Some(0),
        (None, _) => Some(1),
        // What called it may be in no trace; what is within a process has lost what it is within.
        (Some(_), SpanKind::Server | SpanKind::Consumer | SpanKind::Unspecified) => Some(2),
        (Some(_), _) => None,
    };
    let without_parent = (0..spans.len()).filter(|&span| parents[span].is_none());
    let ranked = without_parent.filter_map(|span| Some((rank(&spans[span])?, spans[span].interval.start, span)));
    ranked.min().map(|(.., span)| span)
}
