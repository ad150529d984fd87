//! What readers of all formats look for among the attributes (tags) of spans and of the processes that wrote them.

use super::span::SpanKind;

/// Of the processes of one service no more than so many names are told apart by.
const MOST_NAMES_OF_INSTANCE: usize = 16;

/// Values are kept up to this length, so that memory stays small whatever is written into them.
const LONGEST_VALUE: usize = 1_024;

/// The beginning of a text, of so many bytes at most.
pub(super) fn beginning(text: &str, longest: usize) -> &str {
    let fits = (0..=longest.min(text.len())).rev().find(|&length| text.is_char_boundary(length));
    &text[..fits.unwrap_or(0)]
}

/// What is kept of a value.
fn kept(value: &str) -> &str {
    beginning(value.trim(), LONGEST_VALUE)
}

/// What takes note of attributes.
pub(super) trait Notes: Default {
    /// Whether an attribute of this name means anything.
    fn wants(key: &str) -> bool;

    /// Takes note of an attribute. Of several that mean the same, the first counts.
    fn note(&mut self, key: &str, value: &str);
}

/// What is kept of the attributes of a span.
#[derive(Debug, Default)]
pub(super) struct SpanAttributes {
    /// The tag `span.kind`, which stands for the field of other formats.
    kind: Option<SpanKind>,
    peer_service: Option<Box<str>>,
    database: Option<Box<str>>,
    messaging: Option<Box<str>>,
    rpc: Option<Box<str>>,
    host: Option<Box<str>>,
}

impl Notes for SpanAttributes {
    fn wants(key: &str) -> bool {
        key == "span.kind" || Self::default().slot(key).is_some()
    }

    fn note(&mut self, key: &str, value: &str) {
        let value = kept(value);
        if value.is_empty() {
            return;
        }
        if key == "span.kind" {
            self.kind.get_or_insert(SpanKind::of_text(value));
        } else if let Some(slot) = self.slot(key) {
            slot.get_or_insert_with(|| value.into());
        }
    }
}

impl SpanAttributes {
    /// Whether nothing was noted.
    pub(super) fn is_empty(&self) -> bool {
        self.kind.is_none() && self.weight() == 0
    }

    /// Bytes of text.
    pub(super) fn weight(&self) -> usize {
        let Self { kind: _, peer_service, database, messaging, rpc, host } = self;
        [peer_service, database, messaging, rpc, host].into_iter().flatten().map(|text| text.len()).sum()
    }

    /// Names of OpenTelemetry's semantic conventions, those of today and those before, and of OpenTracing.
    fn slot(&mut self, key: &str) -> Option<&mut Option<Box<str>>> {
        Some(match key {
            "peer.service" | "service.peer.name" => &mut self.peer_service,
            "db.system" | "db.system.name" | "db.type" => &mut self.database,
            "messaging.system" => &mut self.messaging,
            "rpc.service" => &mut self.rpc,
            "server.address" | "net.peer.name" | "http.host" | "peer.hostname" | "net.sock.peer.name"
            | "peer.address" => &mut self.host,
            _ => return None,
        })
    }

    pub(super) fn kind(&self) -> Option<SpanKind> {
        self.kind
    }

    /// What a CLIENT or PRODUCER span called, as far as its own attributes say: the service by name, else the database or the
    /// messaging system with its host, else the host.
    pub(super) fn peer(&self) -> Option<String> {
        let at_host = |system: &str| match self.host.as_deref() {
            Some(host) if host != system => format!("{system} {host}"),
            _ => system.to_owned(),
        };
        if let Some(service) = self.peer_service.as_deref() {
            return Some(service.to_owned());
        }
        let system = self.database.as_deref().or(self.messaging.as_deref());
        system.map(at_host).or_else(|| self.host.as_deref().or(self.rpc.as_deref()).map(str::to_owned))
    }
}

/// What is kept of the process, or resource, that wrote a span.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ProcessAttributes {
    pub(super) service: Option<Box<str>>,
    pub(super) namespace: Option<Box<str>>,
    pub(super) version: Option<Box<str>>,
    /// What tells processes of one service apart, whose clocks may differ.
    instance: Vec<Box<str>>,
}

impl Notes for ProcessAttributes {
    fn wants(key: &str) -> bool {
        matches!(key, "service.name" | "service.namespace") || is_of_instance(key)
    }

    fn note(&mut self, key: &str, value: &str) {
        let value = kept(value);
        if value.is_empty() {
            return;
        }
        match key {
            "service.name" => drop(self.service.get_or_insert_with(|| value.into())),
            "service.namespace" => drop(self.namespace.get_or_insert_with(|| value.into())),
            "service.version" => drop(self.version.get_or_insert_with(|| value.into())),
            _ if is_of_instance(key) && self.instance.len() < MOST_NAMES_OF_INSTANCE => {
                self.instance.push(value.into())
            }
            _ => {}
        }
    }
}

/// Names of OpenTelemetry's semantic conventions, and of Jaeger's clients.
fn is_of_instance(key: &str) -> bool {
    matches!(
        key,
        "service.instance.id"
            | "host.name"
            | "hostname"
            | "host.id"
            | "ip"
            | "k8s.pod.name"
            | "k8s.pod.uid"
            | "container.id"
    )
}

impl ProcessAttributes {
    /// The name of the instance: the first of those by which instances are told apart.
    pub(super) fn instance(&self) -> Option<&str> {
        self.instance.first().map(AsRef::as_ref)
    }

    /// A number that is the same for spans of one process, and another for spans of others.
    pub(super) fn fingerprint(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (&self.service, &self.namespace, &self.instance).hash(&mut hasher);
        hasher.finish()
    }
}
