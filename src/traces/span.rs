//! A span as all formats are read into it.

/// One piece of work of one service, in whole nanoseconds since some epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) id: u128,
    /// The span that this one worked for.
    pub(super) parent: Option<u128>,
    /// The parent does not wait for this span.
    pub(super) follows: bool,
    pub(super) kind: SpanKind,
    /// The number that the collector gave the service.
    pub(super) service: u32,
    /// Which process wrote the span, as a [`fingerprint`](super::attributes::ProcessAttributes::fingerprint): spans of one process
    /// share a clock.
    pub(super) process: u64,
    /// The number that the collector gave the name of the operation.
    pub(super) operation: u32,
    /// The number of the name that a CLIENT or PRODUCER span, or one of no kind, gives what it called.
    pub(super) peer: Option<u32>,
    /// The end is missing, before the start, or so late that it must have wrapped: how long the span took is not known.
    /// Its interval is of length 0.
    pub(super) unfinished: bool,
    pub(super) interval: Interval,
}

/// Which side of a call a span is, as OpenTelemetry defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SpanKind {
    #[default]
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

impl SpanKind {
    /// On the calling side of a call.
    pub(super) fn is_caller(self) -> bool {
        matches!(self, Self::Client | Self::Producer)
    }

    /// On the called side of a call.
    pub(super) fn is_callee(self) -> bool {
        matches!(self, Self::Server | Self::Consumer)
    }

    /// The numbers of OTLP's enumeration.
    pub(super) fn of_number(number: i64) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }

    /// `SERVER`, `server`, `SPAN_KIND_SERVER` and their like.
    pub(super) fn of_text(text: &str) -> Self {
        let text = text.trim();
        let bare = match text.get(..10) {
            Some(prefix) if prefix.eq_ignore_ascii_case("SPAN_KIND_") => &text[10..],
            _ => text,
        };
        let kinds = [
            ("internal", Self::Internal),
            ("server", Self::Server),
            ("client", Self::Client),
            ("producer", Self::Producer),
            ("consumer", Self::Consumer),
        ];
        let named = kinds.into_iter().find(|(name, _)| bare.eq_ignore_ascii_case(name));
        named.map_or_else(|| text.parse().map_or(Self::Unspecified, Self::of_number), |(_, kind)| kind)
    }
}

/// A stretch of time; never of negative length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interval {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Interval {
    pub(super) fn new(start: i64, end: i64) -> Self {
        Self { start, end: end.max(start) }
    }

    pub(super) fn length(self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    pub(super) fn moved(self, offset: i64) -> Self {
        Self::new(self.start.saturating_add(offset), self.end.saturating_add(offset))
    }

    /// The part within another stretch; of length 0 if there is none.
    pub(super) fn within(self, other: Self) -> Self {
        let start = self.start.clamp(other.start, other.end);
        Self::new(start, self.end.clamp(start, other.end))
    }
}

/// Disjoint stretches in ascending order that cover the same time as these, which are in ascending order.
pub(super) fn union(ascending: impl IntoIterator<Item = Interval>) -> impl Iterator<Item = Interval> {
    let mut ascending = ascending.into_iter().peekable();
    std::iter::from_fn(move || {
        let mut stretch = ascending.next()?;
        while let Some(next) = ascending.next_if(|next| next.start <= stretch.end) {
            stretch.end = stretch.end.max(next.end);
        }
        Some(stretch)
    })
}

/// The time that disjoint stretches take.
pub(super) fn length(intervals: impl IntoIterator<Item = Interval>) -> i64 {
    intervals.into_iter().fold(0, |sum: i64, interval| sum.saturating_add(interval.length()))
}

/// What is left of a stretch without others in ascending order, which may overlap.
pub(super) fn without(interval: Interval, ascending: &[Interval], mut left: impl FnMut(Interval)) {
    let mut start = interval.start;
    for other in ascending {
        if other.start.min(interval.end) > start {
            left(Interval::new(start, other.start.min(interval.end)));
        }
        start = start.max(other.end);
    }
    if start < interval.end {
        left(Interval::new(start, interval.end));
    }
}

/// The time that lies in both of two lists of disjoint ascending stretches. Takes O(n + m).
pub(super) fn overlap(first: &[Interval], second: &[Interval]) -> i64 {
    let (mut i, mut j, mut sum) = (0, 0, 0_i64);
    while let (Some(a), Some(b)) = (first.get(i), second.get(j)) {
        let common = a.end.min(b.end).saturating_sub(a.start.max(b.start));
        sum = sum.saturating_add(common.max(0));
        if a.end < b.end { i += 1 } else { j += 1 }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(ends: &[(i64, i64)]) -> Vec<Interval> {
        ends.iter().map(|&(start, end)| Interval::new(start, end)).collect()
    }

    #[test]
    fn overlapping_and_touching_stretches_become_one() {
        let merged = union(stretches(&[(0, 2), (2, 3), (5, 9), (6, 7)]));
        assert_eq!(merged.collect::<Vec<_>>(), stretches(&[(0, 3), (5, 9)]));
    }

    #[test]
    fn what_others_cover_is_taken_away_at_both_ends_and_within() {
        let others = stretches(&[(-1, 1), (3, 5), (4, 5), (9, 20), (21, 22)]);
        let left = |of| {
            let mut left = Vec::new();
            without(of, &others, |stretch| left.push(stretch));
            left
        };
        assert_eq!(left(Interval::new(0, 10)), stretches(&[(1, 3), (5, 9)]));
        assert_eq!(left(Interval::new(10, 12)), []);
    }

    #[test]
    fn common_time_is_counted_once() {
        assert_eq!(overlap(&stretches(&[(0, 4), (6, 9)]), &stretches(&[(2, 7), (8, 12)])), 4);
        assert_eq!(overlap(&stretches(&[(0, 4)]), &stretches(&[(4, 7)])), 0);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let all = Interval::new(i64::MIN, i64::MAX);
        assert_eq!(all.length(), i64::MAX);
        assert_eq!(all.moved(i64::MIN).within(Interval::new(3, 5)), Interval::new(3, 3));
        assert_eq!(length([all, all]), i64::MAX);
    }
}
