//! One trace put together, and from it what each service took.
//!
//! The rules are those of `docs/inputs.md`, which numbers them.

mod clocks;
mod links;
mod waiting;

use std::collections::BTreeMap;

use links::Links;
use waiting::Tree;

use super::report::TraceReport;
use super::span::{Interval, Span, length, overlap, union, without};

/// What a trace says about its services, in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Request {
    /// The root's service and the name of its operation, by their numbers.
    pub(super) root: (u32, u32),
    /// What was waited for, of each service that was called.
    pub(super) times: BTreeMap<u32, ServiceTime>,
    /// What was not waited for, of each service.
    pub(super) background: BTreeMap<u32, i64>,
    /// For each pair of caller and callee the number of calls.
    pub(super) calls: BTreeMap<(u32, u32), u64>,
    /// For a caller and two of its callees whether the two were called in parallel.
    pub(super) siblings: BTreeMap<(u32, u32, u32), bool>,
}

/// Nothing where it is not known, as something did not finish.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct ServiceTime {
    pub(super) inclusive: Option<i64>,
    pub(super) own: Option<i64>,
}

impl Request {
    /// Nothing where the request's root is missing or unfinished. What a span calls by the name of a peer is a service, whose
    /// number `number_of(peer, service of the span)` gives. Takes O(n log n) for n spans, and O(k²) for each service that calls k others.
    pub(super) fn new(
        spans: Vec<Span>,
        report: &mut TraceReport,
        number_of: impl FnMut(u32, u32) -> u32,
    ) -> Option<Self> {
        let tree = Tree::new(Links::new(spans, report), report)?;
        let peers = peers(&tree, number_of);
        report.peer_calls += peers.iter().flatten().filter(|peer| peer.is_called()).count() as u64;
        let mut sums = Sums::default();
        for (position, peer) in peers.into_iter().enumerate() {
            sums.add(&tree, position, peer, report);
        }
        report.repeated_calls += sums.calls.values().map(|count: &u64| count - 1).sum::<u64>();
        let root = &tree.spans[tree.root];
        Some(sums.request((root.service, root.operation)))
    }
}

/// What a span has to do with the call of a service that has no spans of its own here.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Peer {
    /// It is the call of the service of this number.
    Called(u32),
    /// It is below such a call.
    Within,
}

impl Peer {
    fn is_called(&self) -> bool {
        matches!(self, Self::Called(_))
    }
}

/// Rule 9, for each span.
fn peers(tree: &Tree, mut number_of: impl FnMut(u32, u32) -> u32) -> Vec<Option<Peer>> {
    let mut peers = vec![None; tree.spans.len()];
    if tree.spans.iter().all(|span| span.peer.is_none()) {
        return peers;
    }
    let mut answered = vec![false; tree.spans.len()];
    for &position in tree.downwards.iter().rev() {
        let is_answer = |&child: &usize| {
            let (above, below) = (&tree.spans[position], &tree.spans[child]);
            answered[child] || below.kind.is_callee() || below.process != above.process
        };
        answered[position] = tree.waited[position].iter().any(is_answer);
    }
    for &position in &tree.downwards {
        let span = &tree.spans[position];
        if peers[position].is_none() && !answered[position] && !tree.places[position].background {
            let number = span.peer.map(|peer| number_of(peer, span.service));
            peers[position] = number.filter(|&number| number != span.service).map(Peer::Called);
        }
        if peers[position].is_some() {
            tree.waited[position].iter().for_each(|&child| peers[child] = Some(Peer::Within));
        }
    }
    peers
}

/// Times of services, as stretches.
#[derive(Default)]
struct Sums {
    inclusive: BTreeMap<u32, Stretches>,
    own: BTreeMap<u32, Stretches>,
    background: BTreeMap<u32, Stretches>,
    called: BTreeMap<(u32, u32), Vec<Interval>>,
    calls: BTreeMap<(u32, u32), u64>,
}

#[derive(Default)]
struct Stretches {
    intervals: Vec<Interval>,
    /// There are some of unknown length.
    unknown: bool,
}

impl Stretches {
    fn add(&mut self, interval: Interval, known: bool) {
        if known {
            self.intervals.push(interval);
        }
        self.unknown |= !known;
    }

    fn length(self) -> Option<i64> {
        (!self.unknown).then(|| length(&union(self.intervals)))
    }
}

impl Sums {
    /// Adds a span, and its calls of others: rule 10.
    fn add(&mut self, tree: &Tree, position: usize, peer: Option<Peer>, report: &mut TraceReport) {
        let (span, place) = (&tree.spans[position], &tree.places[position]);
        if place.background {
            if !span.unfinished {
                self.background.entry(span.service).or_default().add(place.interval, true);
            }
            return;
        }
        let finished = !span.unfinished;
        let children = tree.waited[position].iter().map(|&child| (&tree.spans[child], tree.places[child].interval));
        let own = self.own.entry(span.service).or_default();
        own.unknown |= place.unknown;
        own.unknown |= children.clone().any(|(child, _)| child.unfinished);
        if finished && peer.is_none() {
            let waited = union(children.clone().map(|(_, interval)| interval).collect());
            own.intervals.extend(without(place.interval, &waited));
        }
        let inclusive = self.inclusive.entry(span.service).or_default();
        inclusive.unknown |= place.unknown;
        if finished {
            inclusive.intervals.push(place.interval);
        }
        if let Some(Peer::Called(service)) = peer {
            self.inclusive.entry(service).or_default().add(place.interval, finished);
            self.own.entry(service).or_default().add(place.interval, finished);
            self.call((span.service, service), place.interval, finished);
        }
        for (child, interval) in children {
            if child.service == span.service {
                report.nested_spans += 1;
            } else {
                self.call((span.service, child.service), interval, !child.unfinished);
            }
        }
    }

    fn call(&mut self, pair: (u32, u32), interval: Interval, finished: bool) {
        *self.calls.entry(pair).or_insert(0) += 1;
        if finished {
            self.called.entry(pair).or_default().push(interval);
        }
    }

    fn request(mut self, root: (u32, u32)) -> Request {
        let mut time = |(service, inclusive): (u32, Stretches)| {
            let own = self.own.remove(&service).unwrap_or_default().length();
            (service, ServiceTime { inclusive: inclusive.length(), own })
        };
        let times = self.inclusive.into_iter().map(&mut time).collect();
        let background = self.background.into_iter().filter_map(|(service, times)| Some((service, times.length()?)));
        Request { root, times, background: background.collect(), calls: self.calls, siblings: siblings(self.called) }
    }
}

/// For a caller and each pair of its callees whether the calls overlap by at least half of the shorter: then their
/// maximum is nearer to what the caller waits for than their sum.
fn siblings(called: BTreeMap<(u32, u32), Vec<Interval>>) -> BTreeMap<(u32, u32, u32), bool> {
    let called: Vec<_> = called.into_iter().map(|(pair, intervals)| (pair, union(intervals))).collect();
    let mut siblings = BTreeMap::new();
    for (position, ((caller, first), times)) in called.iter().enumerate() {
        let others = called[position + 1..].iter().take_while(|((other, _), _)| other == caller);
        for ((_, second), other_times) in others {
            let shorter = length(times).min(length(other_times));
            let parallel = shorter > 0 && overlap(times, other_times).saturating_mul(2) >= shorter;
            siblings.insert((*caller, *first, *second), parallel);
        }
    }
    siblings
}
