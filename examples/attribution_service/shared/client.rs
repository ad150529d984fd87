//! One connection of HTTP/1.1 that can stop in the middle of a request, which clients made for other ends cannot.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than anything should take: then a lost answer is an error instead of a wait without end.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A connection that is kept alive.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// # Errors
    /// When there is no connection to be had.
    pub(crate) fn new(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::with_capacity(4096, stream) })
    }

    /// # Errors
    /// When the connection is gone.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// # Errors
    /// When the connection is gone, or what comes is not an answer with a length.
    pub(crate) fn receive(&mut self) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let head = head.to_ascii_lowercase();
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let (Some(status), Some(length)) = (status, field("content-length:")) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, head));
        };
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, head, body })
    }
}

/// A request in full.
pub(crate) fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n");
    format!("{head}content-length: {length}\r\n\r\n{body}").into_bytes()
}

/// The question why an event happened; a value that is missing is null.
pub(crate) fn question(target: &str, event: &etiology::Observation, limit_ms: Option<f64>) -> Vec<u8> {
    let values = event.names().iter().zip(event.values());
    let event: serde_json::Map<_, _> = values.map(|(name, value)| (name.clone(), serde_json::json!(value))).collect();
    let question = serde_json::json!({ "target": target, "event": event, "limit_ms": limit_ms });
    request("POST", "/attribute", &question.to_string())
}
