//! Who may ask, and what a request must look like before any of it is read.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, StatusCode, header};

use crate::asked::Refusal;

/// Names of this machine to itself, the only ones under which it is asked where it listens to itself alone.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

pub(crate) struct Guard {
    /// The names under which the service may be asked; any where there are none. A page of somebody else's, whose name was made to point
    /// here, is refused by this: its browser still sends the page's name.
    hosts: Vec<String>,
    token: Option<Vec<u8>>,
}

impl Guard {
    pub(crate) fn new(listen: SocketAddr, hosts: &[String], token: Option<String>) -> Self {
        let own = OWN_NAMES.iter().map(|&name| name.to_owned());
        let of_itself = if is_private(listen.ip()) { own.collect() } else { Vec::new() };
        let given = hosts.iter().map(|host| host.to_ascii_lowercase());
        let hosts = if hosts.is_empty() { of_itself } else { of_itself.into_iter().chain(given).collect() };
        Self { hosts, token: token.map(String::into_bytes) }
    }

    /// # Errors
    /// 421 for a host that is not served here.
    pub(crate) fn check_host(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if self.hosts.is_empty() {
            return Ok(());
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = without_port(host).to_ascii_lowercase();
        if self.hosts.contains(&name) {
            return Ok(());
        }
        let message = "this host is not served here; --allow-host names further ones";
        Err(Refusal::new(StatusCode::MISDIRECTED_REQUEST, message))
    }

    /// # Errors
    /// 401 without the token, where one was given.
    pub(crate) fn check_token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(token) = &self.token else { return Ok(()) };
        let sent = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
        let sent = match sent.split_at_checked(7) {
            Some((scheme, sent)) if scheme.eq_ignore_ascii_case(b"bearer ") => sent,
            _ => b"",
        };
        if is_equal(sent, token) {
            return Ok(());
        }
        Err(Refusal::new(StatusCode::UNAUTHORIZED, "a bearer token is needed"))
    }

    /// Whether a body can be what it must be, before it is read.
    ///
    /// # Errors
    /// 415 for what is not JSON, 413 for what is announced to be longer than `longest` bytes.
    pub(crate) fn check_body(headers: &HeaderMap, longest: usize) -> Result<(), Refusal> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
            let message = "a question is JSON: its Content-Type must be application/json";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > longest as u64) {
            let message = format!("a question may have {longest} bytes at most");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        Ok(())
    }
}

fn is_private(address: IpAddr) -> bool {
    address.is_loopback()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The colons of an address of version 6 are within brackets.
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

/// Takes as long wherever the first difference is, so that a token cannot be found letter by letter.
fn is_equal(sent: &[u8], token: &[u8]) -> bool {
    let differences = sent.iter().zip(token).fold(0, |found, (a, b)| found | (a ^ b));
    sent.len() == token.len() && std::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn on_the_loopback_only_names_of_this_machine_and_those_given_are_served() {
        let guard = |listen: &str, hosts: &[String]| Guard::new(listen.parse().unwrap(), hosts, None);
        let serves = |guard: &Guard, host: &str| guard.check_host(&headers(header::HOST, host)).is_ok();
        let alone = guard("127.0.0.1:8080", &[]);
        assert!(["localhost:8080", "LOCALHOST", "127.0.0.1", "[::1]:80"].iter().all(|host| serves(&alone, host)));
        assert!(!serves(&alone, "evil.example") && !serves(&alone, "localhost.evil.example"));
        assert!(alone.check_host(&HeaderMap::new()).is_err());
        assert!(serves(&guard("[::1]:1", &["rca.internal".to_owned()]), "rca.internal:443"));
        let open = guard("0.0.0.0:80", &[]);
        assert!(serves(&open, "anything") && open.check_host(&HeaderMap::new()).is_ok());
        let named = guard("0.0.0.0:80", &["Rca.internal".to_owned()]);
        assert!(serves(&named, "rca.internal") && !serves(&named, "localhost"));
    }

    #[test]
    fn a_token_is_asked_for_where_there_is_one() {
        let guard = Guard::new("127.0.0.1:1".parse().unwrap(), &[], Some("secret".to_owned()));
        let allows = |value: &str| guard.check_token(&headers(header::AUTHORIZATION, value)).is_ok();
        assert!(allows("Bearer secret") && allows("bearer secret"));
        assert!(["Bearer secre", "Bearer secret2", "Bearer", "Basic secret", ""].iter().all(|value| !allows(value)));
        assert!(guard.check_token(&HeaderMap::new()).is_err());
    }
}
