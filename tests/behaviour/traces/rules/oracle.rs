//! The rules of `docs/inputs.md`, read slowly and plainly: times are sets of ticks, and every rule is looked up in all spans.

use std::collections::{BTreeMap, BTreeSet};

use super::random_traces::{Kind, RawSpan, SERVICES};

type Ticks = BTreeSet<i64>;

/// In ticks; nothing where it is not known.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Expected {
    pub(crate) latency: BTreeMap<String, Option<i64>>,
    pub(crate) own: BTreeMap<String, Option<i64>>,
    pub(crate) background: BTreeMap<String, i64>,
    pub(crate) calls: BTreeMap<(String, String), u64>,
}

#[derive(Debug, Clone)]
struct Node {
    raw: RawSpan,
    up: Option<usize>,
    removed: bool,
}

impl Node {
    fn process(&self) -> (usize, usize) {
        (self.raw.service, self.raw.instance)
    }
    fn end(&self) -> i64 {
        self.raw.start + self.raw.length.unwrap()
    }
    fn is_callee(&self) -> bool {
        matches!(self.raw.kind, Kind::Server | Kind::Consumer)
    }
}

impl RawSpan {
    fn may_name_peer(&self) -> bool {
        self.is_caller() || (self.kind == Kind::None && self.database)
    }
    fn is_caller(&self) -> bool {
        matches!(self.kind, Kind::Client | Kind::Producer)
    }
}

/// Rules 2 to 5.
fn linked(spans: &[RawSpan]) -> Vec<Node> {
    let mut nodes: Vec<Node> = spans.iter().map(|raw| Node { raw: raw.clone(), up: None, removed: false }).collect();
    let all = 0..nodes.len();
    // 2. Who holds each identifier.
    let mut holders: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for id in spans.iter().map(|span| span.id).collect::<BTreeSet<_>>() {
        let with_id = || all.clone().filter(|&n| spans[n].id == id);
        let mut caller = with_id().find(|&n| nodes[n].raw.is_caller());
        let mut callee = with_id().find(|&n| nodes[n].is_callee());
        let others: Vec<usize> = with_id().filter(|&n| !nodes[n].raw.is_caller() && !nodes[n].is_callee()).collect();
        let elsewhere = |than: usize| others.iter().copied().find(|&n| spans[n].service != spans[than].service);
        let mut alone = None;
        match (caller, callee) {
            (Some(there), None) => callee = elsewhere(there),
            (None, Some(there)) => caller = elsewhere(there),
            (None, None) => {
                let first = others[0];
                match elsewhere(first) {
                    None => alone = Some(first),
                    Some(second) if spans[second].length.unwrap_or(0) > spans[first].length.unwrap_or(0) => {
                        (caller, callee) = (Some(second), Some(first));
                    }
                    Some(second) => (caller, callee) = (Some(first), Some(second)),
                }
            }
            _ => {}
        }
        for &n in &others {
            if caller == Some(n) {
                nodes[n].raw.kind = Kind::Client;
            } else if callee == Some(n) {
                nodes[n].raw.kind = Kind::Server;
            }
        }
        holders.insert(id, [caller, callee, alone].into_iter().flatten().collect());
    }
    for n in all.clone() {
        nodes[n].removed = !holders[&spans[n].id].contains(&n);
    }
    // 3. Parents.
    for n in all.clone().filter(|&n| !nodes[n].removed).collect::<Vec<_>>() {
        let own = &holders[&spans[n].id];
        nodes[n].up = if own.len() == 2 && own[1] == n {
            Some(own[0])
        } else {
            let named = spans[n].parent.and_then(|parent| holders.get(&parent)).cloned().unwrap_or_default();
            let of_process: Vec<_> = named.iter().filter(|&&up| nodes[up].process() == nodes[n].process()).collect();
            let of_service: Vec<_> = named.iter().filter(|&&up| spans[up].service == spans[n].service).collect();
            match (of_process.len(), of_service.len()) {
                (1, _) => Some(*of_process[0]),
                (_, 1) => Some(*of_service[0]),
                _ => named.last().copied(),
            }
        };
    }
    // 4. Cycles.
    let mut before = BTreeSet::new();
    for n in all.clone().filter(|&n| !nodes[n].removed).collect::<Vec<_>>() {
        let mut way = vec![n];
        while !before.contains(way.last().unwrap()) {
            match nodes[*way.last().unwrap()].up {
                Some(up) if way.contains(&up) => nodes[*way.last().unwrap()].up = None,
                Some(up) => way.push(up),
                None => break,
            }
        }
        before.extend(way);
    }
    // 5. Unfinished ones within a process.
    let leaf = |n: usize| !nodes.iter().any(|node| !node.removed && node.up == Some(n));
    let is_left_out = |n: usize| {
        let (node, up) = (&nodes[n], nodes[n].up.map(|up| &nodes[up]));
        let within = up.is_some_and(|up| up.process() == node.process());
        let peer = spans[n].may_name_peer() && node.raw.peer.is_some();
        node.raw.length.is_none() && !node.is_callee() && within && !(peer && leaf(n))
    };
    let left_out: Vec<usize> = all.filter(|&n| !nodes[n].removed && is_left_out(n)).collect();
    left_out.iter().for_each(|&n| nodes[n].removed = true);
    for n in 0..nodes.len() {
        while let Some(up) = nodes[n].up.filter(|up| left_out.contains(up)) {
            nodes[n].up = nodes[up].up;
        }
    }
    nodes
}

/// Rule 7.
fn answers(up: &Node, node: &Node) -> bool {
    let elsewhere = up.process() != node.process();
    let shape = elsewhere && fits(up, node) && node.raw.start < up.raw.start + up.raw.length.unwrap_or(0);
    let called = node.raw.kind == Kind::Server && (elsewhere || up.raw.kind == Kind::Client);
    !node.raw.follows && (called || (node.raw.kind == Kind::None && shape))
}

fn fits(up: &Node, node: &Node) -> bool {
    node.raw.length.unwrap_or(0) <= up.raw.length.unwrap_or(0)
}

/// The offsets of a span's clock that put it within its parent.
fn range(up: &Node, node: &Node) -> (i64, i64) {
    (up.raw.start - node.raw.start, up.end() - node.end())
}

fn middle((low, high): (i64, i64)) -> i64 {
    if low <= 0 && 0 <= high { 0 } else { (low + high) / 2 }
}

/// The offset between a process and another, if there is one.
fn of_pair(nodes: &[Node], one: (usize, usize), other: (usize, usize)) -> Option<i64> {
    let mut found: [Vec<(i64, i64)>; 2] = Default::default();
    for node in nodes.iter().filter(|node| !node.removed) {
        let Some(up) = node.up.map(|up| &nodes[up]) else { continue };
        let finished = up.raw.length.is_some() && node.raw.length.is_some();
        if one == other || !finished || !answers(up, node) || !fits(up, node) {
            continue;
        }
        let (low, high) = range(up, node);
        let by_kind = usize::from(node.raw.kind != Kind::Server);
        if (up.process(), node.process()) == (one, other) {
            found[by_kind].push((low, high));
        } else if (up.process(), node.process()) == (other, one) {
            found[by_kind].push((-high, -low));
        }
    }
    let evidence = found.into_iter().find(|ranges| !ranges.is_empty())?;
    let low = evidence.iter().map(|range| range.0).max()?;
    let high = evidence.iter().map(|range| range.1).min()?;
    (low <= high).then(|| middle((low, high)))
}

fn own_offset(nodes: &[Node], up: &Node, node: &Node) -> i64 {
    if let Some(offset) = of_pair(nodes, up.process(), node.process()) {
        return offset;
    }
    if up.raw.length.is_none() || node.raw.length.is_none() || !answers(up, node) {
        0
    } else if fits(up, node) {
        middle(range(up, node))
    } else if node.raw.start < up.end() && node.end() > up.raw.start {
        0
    } else {
        up.raw.start - node.raw.start
    }
}

#[derive(Debug, Clone, Copy)]
struct Place {
    start: i64,
    end: i64,
    /// Before it was cut.
    whole_end: i64,
    offset: i64,
    background: bool,
}

/// Rule 8, from the root down.
fn place(nodes: &[Node], root: usize, n: usize, places: &mut BTreeMap<usize, Place>) -> Place {
    if let Some(known) = places.get(&n) {
        return *known;
    }
    let node = &nodes[n];
    let found = if n == root {
        let (start, end) = (node.raw.start, node.end());
        Place { start, end, whole_end: end, offset: 0, background: false }
    } else {
        let up = node.up.unwrap_or(root);
        let above = place(nodes, root, up, places);
        let (offset, answer) = match node.up {
            Some(_) => (own_offset(nodes, &nodes[up], node), answers(&nodes[up], node)),
            None => (of_pair(nodes, nodes[root].process(), node.process()).unwrap_or(0), false),
        };
        let offset = above.offset + offset;
        let start = node.raw.start + offset;
        let end = node.raw.length.map(|length| start + length);
        let late = start >= above.end && end.is_none_or(|end| end > above.end);
        let ran_before = above.whole_end - start;
        let outlives = end.is_some_and(|end| {
            let beyond = end - above.whole_end;
            beyond > 0 && (beyond > 10 || beyond > ran_before)
        });
        let background =
            above.background || node.raw.kind == Kind::Consumer || node.raw.follows || late || (!answer && outlives);
        let whole_end = end.unwrap_or(above.end.max(start));
        let (start, end) = if background || node.up.is_none() {
            (start, whole_end)
        } else {
            let start = start.clamp(above.start, above.end);
            (start, whole_end.clamp(start, above.end))
        };
        Place { start, end, whole_end, offset, background }
    };
    places.insert(n, found);
    found
}

/// What becomes of a trace; nothing if it is no row.
pub(crate) fn expected(spans: &[RawSpan]) -> Option<Expected> {
    let nodes = linked(spans);
    let all: Vec<usize> = (0..nodes.len()).filter(|&n| !nodes[n].removed).collect();
    // 6. The root.
    let top = |n: &&usize| nodes[**n].up.is_none();
    let nameless = |n: &&usize| nodes[**n].raw.parent.is_none();
    let first = |found: Vec<&usize>| found.into_iter().min_by_key(|&&n| (nodes[n].raw.start, n)).copied();
    let server = |n: &&usize| nodes[**n].raw.kind == Kind::Server;
    let root = first(all.iter().filter(top).filter(nameless).filter(server).collect())
        .or_else(|| first(all.iter().filter(top).filter(nameless).collect()))
        .or_else(|| {
            first(
                all.iter().filter(top).filter(|&&n| nodes[n].is_callee() || nodes[n].raw.kind == Kind::None).collect(),
            )
        })?;
    nodes[root].raw.length?;
    let mut places = BTreeMap::new();
    for &n in &all {
        place(&nodes, root, n, &mut places);
    }
    let waited = |n: usize| !places[&n].background;
    let children = |n: usize| -> Vec<usize> {
        all.iter().copied().filter(|&child| nodes[child].up == Some(n) && waited(child)).collect()
    };
    let ticks = |n: usize| -> Ticks { (places[&n].start..places[&n].end).collect() };
    // 9. Peers.
    fn answered(n: usize, nodes: &[Node], children: &impl Fn(usize) -> Vec<usize>) -> bool {
        children(n).into_iter().any(|child| {
            nodes[child].is_callee() || nodes[child].process() != nodes[n].process() || answered(child, nodes, children)
        })
    }
    let names_peer = |n: usize| {
        let own = SERVICES[nodes[n].raw.service];
        let peer = nodes[n].raw.peer.filter(|&peer| peer != own && spans[n].may_name_peer() && waited(n));
        peer.filter(|_| !answered(n, &nodes, &children))
    };
    let within_peer = |n: usize| {
        let mut up = nodes[n].up;
        while let Some(above) = up {
            if names_peer(above).is_some() && waited(n) {
                return true;
            }
            up = nodes[above].up;
        }
        false
    };
    // 10. Times.
    let mut result = Expected::default();
    let (mut latency, mut own, mut background): (
        BTreeMap<String, Ticks>,
        BTreeMap<String, Ticks>,
        BTreeMap<String, Ticks>,
    ) = Default::default();
    let (mut no_latency, mut no_own) = (BTreeSet::new(), BTreeSet::new());
    for &n in &all {
        let service = SERVICES[nodes[n].raw.service].to_owned();
        let finished = nodes[n].raw.length.is_some();
        if !waited(n) {
            if finished {
                background.entry(service).or_default().extend(ticks(n));
            }
            continue;
        }
        latency.entry(service.clone()).or_default();
        own.entry(service.clone()).or_default();
        let peer = if within_peer(n) { None } else { names_peer(n) };
        if finished {
            latency.get_mut(&service).unwrap().extend(ticks(n));
            if peer.is_none() && !within_peer(n) {
                let mut alone = ticks(n);
                let covered: Ticks = children(n).into_iter().flat_map(ticks).collect();
                alone.retain(|tick| !covered.contains(tick));
                own.get_mut(&service).unwrap().extend(alone);
            }
        } else {
            let up = nodes[n].up.map(|up| &nodes[up]);
            if let Some(up) = up {
                no_own.insert(SERVICES[up.raw.service].to_owned());
            }
            if up.is_none_or(|up| up.process() != nodes[n].process()) {
                no_own.insert(service.clone());
                no_latency.insert(service.clone());
            }
        }
        if let Some(peer) = peer {
            latency.entry(peer.to_owned()).or_default().extend(if finished { ticks(n) } else { Ticks::new() });
            own.entry(peer.to_owned()).or_default().extend(if finished { ticks(n) } else { Ticks::new() });
            if !finished {
                no_own.insert(peer.to_owned());
                no_latency.insert(peer.to_owned());
            }
            *result.calls.entry((service.clone(), peer.to_owned())).or_default() += 1;
        }
        if let Some(up) = nodes[n].up.map(|up| SERVICES[nodes[up].raw.service]).filter(|up| *up != service) {
            *result.calls.entry((up.to_owned(), service)).or_default() += 1;
        }
    }
    let count = |of: BTreeMap<String, Ticks>, unknown: &BTreeSet<String>| {
        of.into_iter()
            .map(|(name, ticks)| {
                let known = !unknown.contains(&name);
                (name, known.then_some(ticks.len() as i64))
            })
            .collect()
    };
    result.latency = count(latency, &no_latency);
    result.own = count(own, &no_own);
    result.background = background.into_iter().map(|(name, ticks)| (name, ticks.len() as i64)).collect();
    Some(result)
}
