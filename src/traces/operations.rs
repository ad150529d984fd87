//! The operations that requests begin with: how many there are of each, and how long they take.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::numeric::ranks::sort_by;
use serde::Serialize;

/// Names of operations that are told apart. Some systems put identifiers into them, so that there is no end of names.
const MAX_OPERATIONS: usize = 10_000;

/// What stands for the names of operations beyond [`MAX_OPERATIONS`].
const OTHER_OPERATIONS: &str = "other operations";

/// The smallest share of the requests that makes an operation one of several kinds.
const SHARE: f64 = 0.05;

/// By which factor the medians of two operations must differ for a table of both to be a mixture.
const FACTOR: f64 = 2.0;

/// The requests that begin with one operation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RootOperation {
    /// The service of the root span.
    pub service: String,
    /// The name of the root span.
    pub operation: String,
    /// How many requests.
    pub requests: u64,
    /// Their median latency in seconds: of [`called_service`](crate::traces::TraceConfig::called_service), where one is asked for, else
    /// of the service of the root span. Nothing where none is known.
    pub median: Option<f64>,
}

/// Kinds of request in one table that take so different times that a slow one of a fast kind looks ordinary.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MixedOperations {
    /// Those with at least one in twenty of the rows each, the most frequent first.
    pub operations: Vec<RootOperation>,
}

/// The names of all spans, and how long requests took that began with each.
#[derive(Debug, Default)]
pub(super) struct Operations {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    /// By service and operation of the root.
    requests: BTreeMap<(u32, u32), Vec<f64>>,
}

impl Operations {
    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let name = name.trim();
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len().min(MAX_OPERATIONS) as u32;
        if self.names.len() <= MAX_OPERATIONS {
            let name = if self.names.len() < MAX_OPERATIONS { name } else { OTHER_OPERATIONS };
            self.names.push(name.to_owned());
            self.numbers.insert(name.to_owned(), number);
        }
        number
    }

    pub(super) fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// Takes note of a request that took so many seconds; `NaN` where that is not known.
    pub(super) fn note(&mut self, root: (u32, u32), seconds: f64) {
        self.requests.entry(root).or_default().push(seconds);
    }

    /// All that requests began with, the most frequent first.
    pub(super) fn list(&self, services: &[String]) -> Vec<RootOperation> {
        let operation = |(&(service, operation), seconds): (&(u32, u32), &Vec<f64>)| RootOperation {
            service: services[service as usize].clone(),
            operation: self.name(operation).to_owned(),
            requests: seconds.len() as u64,
            median: median(seconds),
        };
        let mut list: Vec<RootOperation> = self.requests.iter().map(operation).collect();
        sort_by(&mut list, &|a, b| b.requests.cmp(&a.requests).then_with(|| a.operation.cmp(&b.operation)));
        list
    }
}

fn median(seconds: &[f64]) -> Option<f64> {
    let mut known: Vec<f64> = seconds.iter().copied().filter(|seconds| !seconds.is_nan()).collect();
    known.sort_by(f64::total_cmp);
    let upper = *known.get(known.len() / 2)?;
    let lower = known[(known.len() - 1) / 2];
    Some(lower.midpoint(upper))
}

impl MixedOperations {
    /// Nothing where all requests may be of one kind.
    pub(super) fn among(operations: &[RootOperation]) -> Option<Self> {
        let all: u64 = operations.iter().map(|operation| operation.requests).sum();
        let frequent = operations.iter().filter(|operation| operation.requests as f64 >= SHARE * all as f64);
        let operations: Vec<RootOperation> = frequent.filter(|operation| operation.median.is_some()).cloned().collect();
        let medians = || operations.iter().filter_map(|operation| operation.median);
        let (low, high) = (medians().fold(f64::INFINITY, f64::min), medians().fold(0.0, f64::max));
        (operations.len() > 1 && high > 0.0 && high >= FACTOR * low).then_some(Self { operations })
    }
}

/// A name from a file, so that it cannot write to a terminal, nor fill a page.
fn shown(name: &str) -> String {
    const LONGEST: usize = 80;
    let escaped = name.chars().take(LONGEST).flat_map(|letter| match letter {
        '"' | '\'' | '\\' => vec![letter],
        other => other.escape_debug().collect(),
    });
    escaped.chain((name.chars().nth(LONGEST).is_some()).then_some('…')).collect()
}

impl fmt::Display for RootOperation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, service) = (shown(&self.operation), shown(&self.service));
        write!(formatter, "`{operation}` of `{service}` {} times", self.requests)?;
        let milliseconds = self.median.map(|median| 1e3 * median);
        milliseconds.map_or(Ok(()), |milliseconds| write!(formatter, " (median {milliseconds:.3} ms)"))
    }
}

impl fmt::Display for MixedOperations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        formatter.write_str("requests of different kinds are mixed: ")?;
        for (place, operation) in self.operations.iter().take(SHOWN).enumerate() {
            write!(formatter, "{}{operation}", if place > 0 { ", " } else { "" })?;
        }
        if self.operations.len() > SHOWN {
            write!(formatter, ", and {} others", self.operations.len() - SHOWN)?;
        }
        formatter.write_str(": a slow one of a fast kind looks ordinary among slow ones, so choose one kind")
    }
}
