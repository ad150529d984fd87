//! Made-up traces with every fault at once, and how they are written. Times are in ticks of 100 microseconds, and even.

use std::fmt::Write;

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    None,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

#[derive(Debug, Clone)]
pub(crate) struct RawSpan {
    pub(crate) id: u64,
    pub(crate) parent: Option<u64>,
    pub(crate) follows: bool,
    pub(crate) kind: Kind,
    pub(crate) service: usize,
    pub(crate) instance: usize,
    pub(crate) start: i64,
    /// Nothing if it is not known.
    pub(crate) length: Option<i64>,
    pub(crate) peer: Option<&'static str>,
    /// Whether the peer is named as a database.
    pub(crate) database: bool,
}

pub(crate) const SERVICES: [&str; 5] = ["web", "api", "cart", "stock", "mail"];
const PEERS: [&str; 4] = ["postgres", "redis", "stock", "web"];

pub(crate) fn random_trace(random: &mut ChaCha8Rng) -> Vec<RawSpan> {
    let mut spans = Vec::new();
    if random.random_bool(0.2) {
        let count = random.random_range(1..10);
        (0..count).for_each(|_| spans.push(noise(random)));
    } else {
        let root = RawSpan {
            id: 1,
            parent: None,
            follows: false,
            kind: if random.random_bool(0.8) { Kind::Server } else { any_kind(random) },
            service: 0,
            instance: 0,
            start: 1000,
            length: Some(2 * random.random_range(20..150)),
            peer: None,
            database: false,
        };
        spans.push(root.clone());
        grow(random, &root, 3, &mut spans);
        spoil(random, &mut spans);
    }
    // Which cannot be written otherwise.
    spans.iter_mut().for_each(|span| span.follows &= span.parent.is_some());
    spans
}

fn any_kind(random: &mut impl Rng) -> Kind {
    let all = [Kind::None, Kind::Internal, Kind::Server, Kind::Client, Kind::Producer, Kind::Consumer];
    *all.choose(random).unwrap()
}

/// A span that has nothing to do with the others.
fn noise(random: &mut ChaCha8Rng) -> RawSpan {
    RawSpan {
        id: random.random_range(1..9),
        parent: random.random_bool(0.8).then(|| random.random_range(1..10)),
        follows: random.random_bool(0.1),
        kind: any_kind(random),
        service: random.random_range(0..5),
        instance: random.random_range(0..2),
        start: 2 * random.random_range(400..600),
        length: random.random_bool(0.9).then(|| 2 * random.random_range(0..100)),
        peer: random.random_bool(0.3).then(|| *PEERS.choose(random).unwrap()),
        database: random.random_bool(0.4),
    }
}

/// Calls and work below a span, most of it within it.
fn grow(random: &mut ChaCha8Rng, above: &RawSpan, depth: usize, spans: &mut Vec<RawSpan>) {
    for _ in 0..random.random_range(0..4_usize) {
        if spans.len() > 25 {
            return;
        }
        let room = above.length.unwrap_or(0);
        let start = above.start + 2 * random.random_range(0..=room / 2);
        let mut length = 2 * random.random_range(0..=(room - (start - above.start)) / 2);
        if random.random_bool(0.1) {
            length += 2 * random.random_range(0..60);
        }
        let id = spans.len() as u64 + 1;
        let child = RawSpan { id, parent: Some(above.id), start, length: Some(length), peer: None, ..above.clone() };
        if random.random_bool(0.3) {
            let kind = if random.random_bool(0.8) { Kind::Internal } else { any_kind(random) };
            let work = RawSpan { kind, ..child };
            spans.push(work.clone());
            if depth > 0 {
                grow(random, &work, depth - 1, spans);
            }
            continue;
        }
        let (caller, callee) =
            if random.random_bool(0.85) { (Kind::Client, Kind::Server) } else { (Kind::Producer, Kind::Consumer) };
        let call = RawSpan {
            kind: caller,
            peer: random.random_bool(0.4).then(|| *PEERS.choose(random).unwrap()),
            database: random.random_bool(0.4),
            ..child
        };
        spans.push(call.clone());
        if depth == 0 || random.random_bool(0.3) {
            continue;
        }
        let delay = 2 * random.random_range(0..=length / 2);
        let answer = RawSpan {
            id: if random.random_bool(0.15) { id } else { spans.len() as u64 + 1 },
            parent: Some(id),
            kind: callee,
            service: random.random_range(0..5),
            instance: random.random_range(0..2),
            start: start + delay,
            length: Some(2 * random.random_range(0..=(length - delay) / 2)),
            peer: None,
            ..call
        };
        spans.push(answer.clone());
        grow(random, &answer, depth - 1, spans);
    }
}

fn spoil(random: &mut ChaCha8Rng, spans: &mut Vec<RawSpan>) {
    // Clocks.
    if random.random_bool(0.5) {
        for process in 0..10 {
            let skew = if random.random_bool(0.5) { 2 * random.random_range(-60..60) } else { 0 };
            let of_process = spans.iter_mut().filter(|span| span.service * 2 + span.instance == process);
            of_process.for_each(|span| span.start += skew);
        }
    }
    // Kinds that are not written.
    if random.random_bool(0.2) {
        spans.iter_mut().for_each(|span| span.kind = Kind::None);
    }
    for _ in 0..random.random_range(0..4) {
        let place = random.random_range(0..spans.len());
        let other = spans[random.random_range(0..spans.len())].id;
        match random.random_range(0..9) {
            0 => spans[place].length = None,
            1 => spans[place].parent = Some(other),
            2 => spans[place].id = other,
            3 => spans[place].kind = any_kind(random),
            4 => spans[place].parent = random.random_bool(0.3).then_some(99),
            5 => spans[place].follows = true,
            6 => spans.push(noise(random)),
            7 => spans[place].start += 2 * random.random_range(-40..40),
            _ if spans.len() > 1 => drop(spans.remove(place)),
            _ => {}
        }
    }
    if random.random_bool(0.3) {
        let place = random.random_range(0..spans.len());
        spans.rotate_left(place);
    }
}

/// One trace of a document of Jaeger's.
pub(crate) fn written(number: usize, spans: &[RawSpan]) -> String {
    let (mut list, mut processes) = (String::new(), String::new());
    for (place, span) in spans.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let reference = if span.follows { "FOLLOWS_FROM" } else { "CHILD_OF" };
        let parent = span.parent.map(|parent| format!("{{\"refType\":\"{reference}\",\"spanID\":\"{parent:x}\"}}"));
        let kind = format!("{:?}", span.kind).to_lowercase();
        let kind = (span.kind != Kind::None).then(|| format!("{{\"key\":\"span.kind\",\"value\":\"{kind}\"}}"));
        let key = if span.database { "db.system" } else { "peer.service" };
        let peer = span.peer.map(|peer| format!("{{\"key\":\"{key}\",\"value\":\"{peer}\"}}"));
        let tags: Vec<String> = kind.into_iter().chain(peer).collect();
        let (start, length) = (1_760_000_000_000_000 + 100 * span.start, 100 * span.length.unwrap_or(-5));
        write!(
            list,
            "{comma}{{\"spanID\":\"{:x}\",\"references\":[{}],\"startTime\":{start},\"duration\":{length},\"processID\":\"p{place}\",\
             \"tags\":[{}]}}",
            span.id,
            parent.unwrap_or_default(),
            tags.join(",")
        )
        .unwrap();
        write!(
            processes,
            "{comma}\"p{place}\":{{\"serviceName\":\"{}\",\"tags\":[{{\"key\":\"hostname\",\"value\":\"h{}\"}}]}}",
            SERVICES[span.service], span.instance
        )
        .unwrap();
    }
    format!("{{\"traceID\":\"{number:x}\",\"spans\":[{list}],\"processes\":{{{processes}}}}}")
}
