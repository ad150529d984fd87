//! What readers of all formats look for among the attributes (tags) of spans and of the processes that wrote them.

use super::span::SpanKind;

/// How many names tell the processes of one service apart at most.
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
    /// The host of an address such as `https://api.example.com/charge`.
    url_host: Option<Box<str>>,
}

impl Notes for SpanAttributes {
    fn wants(key: &str) -> bool {
        key == "span.kind" || is_url(key) || Self::default().slot(key).is_some()
    }

    fn note(&mut self, key: &str, value: &str) {
        let value = kept(value);
        if value.is_empty() {
            return;
        }
        if key == "span.kind" {
            self.kind.get_or_insert(SpanKind::of_text(value));
        } else if is_url(key) {
            self.url_host = self.url_host.take().or_else(|| host_of_url(value).map(Into::into));
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
        let Self { kind: _, peer_service, database, messaging, rpc, host, url_host } = self;
        [peer_service, database, messaging, rpc, host, url_host].into_iter().flatten().map(|text| text.len()).sum()
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

    /// Whether a span of no kind must be a call, since databases have no spans.
    pub(super) fn is_of_database(&self) -> bool {
        self.database.is_some()
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
        let host = self.host.as_deref().or(self.url_host.as_deref());
        system.map(at_host).or_else(|| host.or(self.rpc.as_deref()).map(str::to_owned))
    }
}

/// Whole addresses, as OpenTelemetry has them today and had them before.
fn is_url(key: &str) -> bool {
    matches!(key, "url.full" | "http.url")
}

fn host_of_url(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host_and_port = authority.rsplit('@').next()?;
    let host = match host_and_port.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => host_and_port.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
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
        matches!(key, "service.name" | "service.namespace" | "service.version") || is_of_instance(key)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(attributes: &[(&str, &str)]) -> Option<String> {
        let mut noted = SpanAttributes::default();
        attributes.iter().for_each(|(key, value)| noted.note(key, value));
        noted.peer()
    }

    #[test]
    fn what_was_called_is_named_by_the_attribute_that_says_most() {
        let database = [("server.address", "pg-1"), ("db.system", "postgresql")];
        assert_eq!(peer(&database).as_deref(), Some("postgresql pg-1"));
        assert_eq!(peer(&[&database[..], &[("peer.service", "orders-db")]].concat()).as_deref(), Some("orders-db"));
        assert_eq!(peer(&[("messaging.system", "kafka"), ("http.url", "http://x/")]).as_deref(), Some("kafka"));
        assert_eq!(
            peer(&[("http.host", "pay.example.com"), ("rpc.service", "Pay")]).as_deref(),
            Some("pay.example.com")
        );
        assert_eq!(peer(&[("rpc.service", "Pay")]).as_deref(), Some("Pay"));
        assert_eq!(peer(&[("db.statement", "SELECT 1"), ("peer.service", " ")]), None);
    }

    #[test]
    fn the_host_of_an_address_stands_between_user_and_port() {
        for (url, host) in [
            ("https://pay.example.com/charge?id=7", Some("pay.example.com")),
            ("http://user:secret@pay.example.com:8443", Some("pay.example.com")),
            ("http://[::1]:80/", Some("::1")),
            ("/charge", None),
            ("http:///charge", None),
        ] {
            assert_eq!(peer(&[("url.full", url)]).as_deref(), host, "{url}");
        }
    }
}
