//! One trace put together: a tree of spans, and from it what each service took.

use std::collections::{BTreeMap, HashMap};

use super::report::TraceReport;
use super::span::{Interval, Span, length, overlap, union, without};

/// What a trace says about its services, in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Request {
    /// The service of the root that begins first.
    pub(super) root: Option<u32>,
    /// For each service its inclusive time and its self time.
    pub(super) times: BTreeMap<u32, (i64, i64)>,
    /// For each pair of caller and callee the number of calls.
    pub(super) calls: BTreeMap<(u32, u32), u64>,
    /// For a caller and two of its callees whether the two were called in parallel.
    pub(super) siblings: BTreeMap<(u32, u32, u32), bool>,
}

impl Request {
    /// Takes O(n log n) for n spans, and O(k²) for each service that calls k others.
    pub(super) fn new(spans: Vec<Span>, report: &mut TraceReport) -> Self {
        let tree = Tree::new(distinct(spans, report), report);
        let mut inclusive: BTreeMap<u32, Vec<Interval>> = BTreeMap::new();
        let mut own: BTreeMap<u32, Vec<Interval>> = BTreeMap::new();
        let mut called: BTreeMap<(u32, u32), Vec<Interval>> = BTreeMap::new();
        let mut calls = BTreeMap::new();
        for (position, span) in tree.spans.iter().enumerate() {
            let children = tree.children[position].iter().map(|&child| tree.spans[child]);
            let waited = union(children.clone().map(|child| child.interval).collect());
            inclusive.entry(span.service).or_default().push(span.interval);
            own.entry(span.service).or_default().extend(without(span.interval, &waited));
            for child in children {
                if child.service == span.service {
                    report.nested_spans += 1;
                } else {
                    called.entry((span.service, child.service)).or_default().push(child.interval);
                    *calls.entry((span.service, child.service)).or_insert(0) += 1;
                }
            }
        }
        report.repeated_calls += calls.values().map(|count: &u64| count - 1).sum::<u64>();
        let total = |intervals: Vec<Interval>| length(&union(intervals));
        let times = inclusive.into_iter().map(|(service, intervals)| {
            let own = own.remove(&service).unwrap_or_default();
            (service, (total(intervals), total(own)))
        });
        Self { root: tree.root, times: times.collect(), calls, siblings: siblings(called) }
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

/// The spans, without those whose identifier is taken.
fn distinct(spans: Vec<Span>, report: &mut TraceReport) -> Vec<Span> {
    let mut seen = std::collections::HashSet::with_capacity(spans.len());
    let count = spans.len();
    let kept: Vec<Span> = spans.into_iter().filter(|span| seen.insert(span.id)).collect();
    report.duplicate_spans += (count - kept.len()) as u64;
    kept
}

/// Spans with the calls that their service waited for, every child within its parent.
struct Tree {
    spans: Vec<Span>,
    children: Vec<Vec<usize>>,
    root: Option<u32>,
}

impl Tree {
    fn new(mut spans: Vec<Span>, report: &mut TraceReport) -> Self {
        let mut parents = parents(&spans, report);
        let mut roots: Vec<usize> = (0..spans.len()).filter(|&span| parents[span].is_none()).collect();
        roots.extend(cut_cycles(&mut parents, report));
        report.traces_with_several_roots += u64::from(roots.len() > 1);
        let root = roots.iter().min_by_key(|&&root| spans[root].interval.start).map(|&root| spans[root].service);
        let mut below = vec![Vec::new(); spans.len()];
        for (span, parent) in parents.iter().enumerate() {
            if let Some(parent) = *parent {
                below[parent].push(span);
            }
        }
        let children = fit_into_parents(&mut spans, below, &roots, report);
        Self { spans, children, root }
    }
}

/// The position of each span's parent, if it is in the trace.
fn parents(spans: &[Span], report: &mut TraceReport) -> Vec<Option<usize>> {
    let positions: HashMap<u128, usize> =
        spans.iter().enumerate().map(|(position, span)| (span.id, position)).collect();
    let mut find = |span: &Span| {
        let found = positions.get(&span.parent?).copied();
        report.orphan_spans += u64::from(found.is_none());
        found
    };
    spans.iter().map(&mut find).collect()
}

/// Takes the parent from one span of each cycle, and returns these spans. Takes O(n).
fn cut_cycles(parents: &mut [Option<usize>], report: &mut TraceReport) -> Vec<usize> {
    let mut cut = Vec::new();
    // The walk, counted from 1, on which a span was first met.
    let mut met = vec![0; parents.len()];
    for walk in 1..=parents.len() {
        let mut span = walk - 1;
        while met[span] == 0 {
            met[span] = walk;
            match parents[span] {
                Some(parent) if met[parent] == walk => {
                    parents[span] = None;
                    cut.push(span);
                }
                Some(parent) => span = parent,
                None => {}
            }
        }
    }
    report.cyclic_spans += cut.len() as u64;
    cut
}

/// Moves and cuts spans from the roots down; returns the children that each span waited for.
fn fit_into_parents(
    spans: &mut [Span],
    below: Vec<Vec<usize>>,
    roots: &[usize],
    report: &mut TraceReport,
) -> Vec<Vec<usize>> {
    let mut children = below;
    // A span, and by how much everything below it is moved.
    let mut stack: Vec<(usize, i64)> = roots.iter().map(|&root| (root, 0)).collect();
    while let Some((position, offset)) = stack.pop() {
        let parent = spans[position].interval;
        let mut waited = Vec::with_capacity(children[position].len());
        for &child in &children[position] {
            let moved = spans[child].interval.moved(offset);
            if spans[child].follows || (moved.start >= parent.end && moved.end > parent.end) {
                report.detached_spans += 1;
                spans[child].interval = moved;
                stack.push((child, offset));
                continue;
            }
            let too_early = parent.start.saturating_sub(moved.start);
            let shift = if too_early > 0 && moved.length() <= parent.length() { too_early } else { 0 };
            let shifted = moved.moved(shift);
            let fitted = shifted.within(parent);
            report.shifted_spans += u64::from(shift > 0);
            report.clamped_spans += u64::from(fitted != shifted);
            spans[child].interval = fitted;
            waited.push(child);
            stack.push((child, offset.saturating_add(shift)));
        }
        children[position] = waited;
    }
    children
}
