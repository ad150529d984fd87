//! Services by number: their names and namespaces, what they are renamed to, and the versions and instances met of each.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::attributes::ProcessAttributes;

/// The name that OpenTelemetry gives to services without one.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// Names of what spans call that are told apart. Some are addresses, of which there is no end.
const MAX_PEERS: usize = 10_000;

/// What stands for the names of peers beyond [`MAX_PEERS`].
const OTHER_PEERS: &str = "other peers";

/// Versions, and instances, of one service that are told apart.
const MAX_LABELS: usize = 100;

/// A service, and which of its versions and instances wrote spans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceLabels {
    /// As its column is called.
    pub service: String,
    /// The attribute `service.namespace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Spans of each version (`service.version`), of the first 100 that were met.
    pub versions: BTreeMap<String, u64>,
    /// Spans of each instance (`service.instance.id`, else host, pod or container), of the first 100 that were met.
    pub instances: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
pub(super) struct Services {
    entries: Vec<Entry>,
    with_spans: usize,
    /// By name, and then by namespace.
    numbers: HashMap<Box<str>, BTreeMap<Option<Box<str>>, u32>>,
    peers: Vec<Box<str>>,
    peer_numbers: HashMap<Box<str>, u32>,
    renamed: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Entry {
    name: Box<str>,
    namespace: Option<Box<str>>,
    /// It has spans of its own, and is not only called by its name.
    has_spans: bool,
    versions: Labels,
    instances: Labels,
}

/// Counts of spans by label, of a bounded number of labels.
#[derive(Debug, Default)]
struct Labels {
    counts: Vec<(Box<str>, u64)>,
}

/// A process, in the numbers of [`Services`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) service: u32,
    version: Option<u32>,
    instance: Option<u32>,
}

impl Labels {
    fn number(&mut self, label: Option<&str>) -> Option<u32> {
        let label = label?;
        let known = self.counts.iter().position(|(known, _)| **known == *label);
        if known.is_none() && self.counts.len() < MAX_LABELS {
            self.counts.push((label.into(), 0));
            return Some(self.counts.len() as u32 - 1);
        }
        known.map(|number| number as u32)
    }

    fn count(&mut self, number: Option<u32>) {
        if let Some((_, count)) = number.and_then(|number| self.counts.get_mut(number as usize)) {
            *count += 1;
        }
    }

    fn counted(&self) -> BTreeMap<String, u64> {
        self.counts.iter().filter(|(_, count)| *count > 0).map(|(label, count)| (label.to_string(), *count)).collect()
    }
}

impl Services {
    pub(super) fn new(renamed: &BTreeMap<String, String>) -> Self {
        Self { renamed: renamed.clone(), ..Self::default() }
    }

    /// How many services have spans of their own.
    pub(super) fn with_spans(&self) -> usize {
        self.with_spans
    }

    /// Whether a service is more than a name that others call.
    pub(super) fn has_spans(&self, service: u32) -> bool {
        self.entries[service as usize].has_spans
    }

    /// The numbers of a process; new ones where it was not met before.
    pub(super) fn process(&mut self, attributes: &ProcessAttributes) -> Numbers {
        let name = attributes.service.as_deref().unwrap_or(UNKNOWN_SERVICE);
        let namespace = attributes.namespace.as_deref();
        let renamed = self.renamed(name, namespace);
        let (name, namespace) = renamed.as_ref().map_or((name, namespace), |(name, namespace)| (&**name, *namespace));
        let service = self.number(name, namespace);
        let entry = &mut self.entries[service as usize];
        self.with_spans += usize::from(!entry.has_spans);
        entry.has_spans = true;
        let (version, instance) = (attributes.version.as_deref(), attributes.instance());
        Numbers { service, version: entry.versions.number(version), instance: entry.instances.number(instance) }
    }

    /// The new name of a service, and the namespace that is left to it; nothing where it keeps its own.
    fn renamed<'n>(&self, name: &str, namespace: Option<&'n str>) -> Option<(String, Option<&'n str>)> {
        if self.renamed.is_empty() {
            return None;
        }
        let in_full = namespace.and_then(|namespace| self.renamed.get(&format!("{namespace}/{name}")));
        // That of the name in full is the whole name.
        let whole = in_full.map(|new| (new.clone(), None));
        whole.or_else(|| Some((self.renamed.get(name)?.clone(), namespace)))
    }

    /// Counts a span of a process.
    pub(super) fn count_span(&mut self, process: Numbers) {
        let entry = &mut self.entries[process.service as usize];
        entry.versions.count(process.version);
        entry.instances.count(process.instance);
    }

    /// The number of what a span calls by this name, which is no service yet.
    pub(super) fn peer(&mut self, name: &str) -> u32 {
        let name = self.renamed.get(name).map_or(name, String::as_str);
        if let Some(&number) = self.peer_numbers.get(name) {
            return number;
        }
        let number = self.peers.len().min(MAX_PEERS) as u32;
        if self.peers.len() <= MAX_PEERS {
            let name = if self.peers.len() < MAX_PEERS { name } else { OTHER_PEERS };
            self.peers.push(name.into());
            self.peer_numbers.insert(name.into(), number);
        }
        number
    }

    /// The service that a peer of another service is: one of its namespace, or else the only one of that name with spans.
    pub(super) fn service_of_peer(&mut self, peer: u32, caller: u32) -> u32 {
        let name = self.peers[peer as usize].clone();
        let namespace = self.entries[caller as usize].namespace.clone();
        if let Some(of_name) = self.numbers.get(&name) {
            if let Some(&number) = of_name.get(&namespace) {
                return number;
            }
            let mut with_spans = of_name.values().filter(|&&number| self.entries[number as usize].has_spans);
            if let (Some(&only), None) = (with_spans.next(), with_spans.next()) {
                return only;
            }
        }
        self.number(&name, namespace.as_deref())
    }

    fn number(&mut self, name: &str, namespace: Option<&str>) -> u32 {
        let namespace: Option<Box<str>> = namespace.map(Into::into);
        if let Some(&number) = self.numbers.get(name).and_then(|of_name| of_name.get(&namespace)) {
            return number;
        }
        let number = self.entries.len() as u32;
        self.numbers.entry(name.into()).or_default().insert(namespace.clone(), number);
        self.entries.push(Entry { name: name.into(), namespace, ..Entry::default() });
        number
    }

    /// Whether a service is called so, with or without its namespace.
    pub(super) fn is_called(&self, service: u32, name: &str) -> bool {
        let entry = &self.entries[service as usize];
        let in_full = entry.namespace.as_deref().map(|namespace| name.strip_prefix(namespace));
        *entry.name == *name || in_full.flatten().and_then(|rest| rest.strip_prefix('/')) == Some(&*entry.name)
    }

    /// The name of each service: with its namespace where several of those asked for have one name.
    pub(super) fn names(&self, asked_for: impl Fn(u32) -> bool) -> Vec<String> {
        let mut taken = std::collections::HashSet::new();
        let name = |(number, entry): (usize, &Entry)| {
            let others =
                self.numbers[&entry.name].values().filter(|&&other| asked_for(other) && other != number as u32);
            let mut name = match &entry.namespace {
                Some(namespace) if others.count() > 0 => format!("{namespace}/{}", entry.name),
                _ => entry.name.to_string(),
            };
            // Where a service's own name is another's with its namespace.
            while asked_for(number as u32) && !taken.insert(name.clone()) {
                name.push('\'');
            }
            name
        };
        self.entries.iter().enumerate().map(name).collect()
    }

    /// The labels of these services.
    pub(super) fn labels(&self, names: &[String], asked_for: impl Fn(u32) -> bool) -> Vec<ServiceLabels> {
        let entries = self.entries.iter().zip(names).enumerate().filter(|(number, _)| asked_for(*number as u32));
        let labels = entries.map(|(_, (entry, name))| ServiceLabels {
            service: name.clone(),
            namespace: entry.namespace.as_deref().map(str::to_owned),
            versions: entry.versions.counted(),
            instances: entry.instances.counted(),
        });
        labels.collect()
    }
}
