//! One trace put together, and from it what each service took.
//!
//! The rules are those of `docs/inputs.md`, which numbers them.

mod clocks;
mod links;
mod waiting;

use links::Links;
use waiting::Tree;

use super::report::TraceReport;
use super::span::{Interval, Span, length, overlap, union, without};

/// What a trace says about its services, in nanoseconds. Each list is in ascending order, and has nothing twice.
#[derive(Debug, Default)]
pub(super) struct Request {
    /// The root's service and the name of its operation, by their numbers.
    pub(super) root: (u32, u32),
    /// What was waited for, of each service that was called.
    pub(super) times: Vec<(u32, ServiceTime)>,
    /// What was not waited for, of each service.
    pub(super) background: Vec<(u32, i64)>,
    /// For each pair of caller and callee the number of calls.
    pub(super) calls: Vec<((u32, u32), u64)>,
    /// For a caller and two of its callees whether the two were called in parallel.
    pub(super) siblings: Vec<((u32, u32, u32), bool)>,
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
        let mut sums = Sums::with_room_for(tree.spans.len());
        for (position, peer) in peers.into_iter().enumerate() {
            sums.add(&tree, position, peer, report);
        }
        let root = &tree.spans[tree.root];
        let request = sums.request((root.service, root.operation));
        report.repeated_calls += request.calls.iter().map(|(_, count)| count - 1).sum::<u64>();
        Some(request)
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
        let is_answer = |child: usize| {
            let (above, below) = (&tree.spans[position], &tree.spans[child]);
            answered[child] || below.kind.is_callee() || below.process != above.process
        };
        answered[position] = tree.waited(position).any(is_answer);
    }
    for &position in &tree.downwards {
        let span = &tree.spans[position];
        if peers[position].is_none() && !answered[position] && !tree.places[position].background {
            let number = span.peer.map(|peer| number_of(peer, span.service));
            peers[position] = number.filter(|&number| number != span.service).map(Peer::Called);
        }
        if peers[position].is_some() {
            tree.waited(position).for_each(|child| peers[child] = Some(Peer::Within));
        }
    }
    peers
}

/// Stretches of time of services, and the calls between them, as they are found.
#[derive(Default)]
struct Sums {
    inclusive: Vec<(u32, Interval)>,
    own: Vec<(u32, Interval)>,
    background: Vec<(u32, Interval)>,
    /// Services of whose latency, or self time, a part is of unknown length.
    unknown: Vec<u32>,
    own_unknown: Vec<u32>,
    calls: Vec<Call>,
    /// What one span waits for, used again for the next.
    waited: Vec<Interval>,
}

/// A call, by the numbers of its caller and callee.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    pair: (u32, u32),
    /// Whether it finished: calls that did not come first.
    finished: bool,
    interval: Interval,
}

impl Sums {
    fn with_room_for(spans: usize) -> Self {
        let (inclusive, own) = (Vec::with_capacity(spans), Vec::with_capacity(2 * spans));
        Self { inclusive, own, calls: Vec::with_capacity(spans), ..Self::default() }
    }

    /// Adds a span, and its calls of others: rule 10.
    fn add(&mut self, tree: &Tree, position: usize, peer: Option<Peer>, report: &mut TraceReport) {
        let (span, place) = (&tree.spans[position], &tree.places[position]);
        if place.background {
            if !span.unfinished {
                self.background.push((span.service, place.interval));
            }
            return;
        }
        let finished = !span.unfinished;
        if let Some(Peer::Called(service)) = peer {
            self.add_peer(service, place.interval, finished);
            self.calls.push(Call { pair: (span.service, service), finished, interval: place.interval });
        }
        let mut own_unknown = place.unknown;
        self.waited.clear();
        for child in tree.waited(position) {
            let (child, interval) = (&tree.spans[child], tree.places[child].interval);
            own_unknown |= child.unfinished;
            self.waited.push(interval);
            if child.service == span.service {
                report.nested_spans += 1;
            } else {
                let pair = (span.service, child.service);
                self.calls.push(Call { pair, finished: !child.unfinished, interval });
            }
        }
        if finished && peer.is_none() {
            self.waited.sort_unstable();
            without(place.interval, &self.waited, |left| self.own.push((span.service, left)));
        }
        if own_unknown {
            self.own_unknown.push(span.service);
        }
        if place.unknown {
            self.unknown.push(span.service);
        }
        let start = place.interval.start;
        // The service was called, however long that took.
        let interval = if finished { place.interval } else { Interval::new(start, start) };
        self.inclusive.push((span.service, interval));
    }

    /// Adds the call of a service that has no spans of its own.
    fn add_peer(&mut self, service: u32, interval: Interval, finished: bool) {
        self.inclusive.push((service, interval));
        if finished {
            self.own.push((service, interval));
        } else {
            self.unknown.push(service);
            self.own_unknown.push(service);
        }
    }

    fn request(mut self, root: (u32, u32)) -> Request {
        self.unknown.sort_unstable();
        self.own_unknown.sort_unstable();
        let known =
            |service: u32, length: i64, unknown: &[u32]| unknown.binary_search(&service).is_err().then_some(length);
        let mut own = lengths(self.own).into_iter().peekable();
        let time = |(service, inclusive): (u32, i64)| {
            let own = own.next_if(|&(of, _)| of == service).map_or(0, |(_, length)| length);
            let inclusive = known(service, inclusive, &self.unknown);
            (service, ServiceTime { inclusive, own: known(service, own, &self.own_unknown) })
        };
        let times = lengths(self.inclusive).into_iter().map(time).collect();
        self.calls.sort_unstable();
        let same_pair = |first: &Call, second: &Call| first.pair == second.pair;
        let calls = self.calls.chunk_by(same_pair).map(|calls| (calls[0].pair, calls.len() as u64)).collect();
        Request { root, times, background: lengths(self.background), calls, siblings: siblings(&self.calls) }
    }
}

/// How long the stretches of each service are together.
fn lengths(mut stretches: Vec<(u32, Interval)>) -> Vec<(u32, i64)> {
    stretches.sort_unstable();
    let of_service = stretches.chunk_by(|first, second| first.0 == second.0);
    let length = |of: &[(u32, Interval)]| (of[0].0, length(union(of.iter().map(|&(_, interval)| interval))));
    of_service.map(length).collect()
}

/// For a caller and each pair of its callees whether the calls overlap by at least half of the shorter: then their
/// maximum is nearer to what the caller waits for than their sum. Of calls in ascending order.
fn siblings(calls: &[Call]) -> Vec<((u32, u32, u32), bool)> {
    let mut siblings = Vec::new();
    for of_caller in calls.chunk_by(|first, second| first.pair.0 == second.pair.0) {
        if of_caller[0].pair == of_caller[of_caller.len() - 1].pair {
            continue;
        }
        let finished = of_caller.iter().filter(|call| call.finished).map(|call| (call.pair, call.interval));
        let finished: Vec<_> = finished.collect();
        let of_callee = finished.chunk_by(|first, second| first.0 == second.0);
        let called: Vec<_> = of_callee
            .map(|calls| (calls[0].0, union(calls.iter().map(|&(_, interval)| interval)).collect::<Vec<_>>()))
            .collect();
        for (position, ((caller, first), times)) in called.iter().enumerate() {
            for ((_, second), other_times) in &called[position + 1..] {
                let shorter = length(times.iter().copied()).min(length(other_times.iter().copied()));
                let parallel = shorter > 0 && overlap(times, other_times).saturating_mul(2) >= shorter;
                siblings.push(((*caller, *first, *second), parallel));
            }
        }
    }
    siblings
}
