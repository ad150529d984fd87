//! The command line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// The longest time limit that may be asked for: one question shall not keep a worker for ever.
pub(crate) const LONGEST_LIMIT: Duration = Duration::from_secs(10);

/// The least that an answer has that is nothing without its verdict, unless the question says otherwise: who asks for one waits longer than
/// for contributions.
pub(crate) const LIMIT_OF_A_VERDICT: Duration = Duration::from_secs(2);

/// Explains outliers over HTTP; without a model or data, those of a generated web shop
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one, and the address is printed
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Answers a program over standard input and output in the Model Context Protocol, instead of listening
    #[arg(long, conflicts_with_all = ["listen", "contributions", "client_limit_s", "queue", "allow_host", "token_file"])]
    pub(crate) mcp: bool,
    /// Normal data as CSV: one column per node
    #[arg(long, value_name = "FILE", requires = "calls")]
    pub(crate) normal: Option<PathBuf>,
    /// Call graph as CSV with the columns caller and callee
    #[arg(long, value_name = "FILE", requires = "normal")]
    pub(crate) calls: Option<PathBuf>,
    /// A saved model instead of data
    #[arg(long, value_name = "FILE", conflicts_with_all = ["normal", "calls", "linear"])]
    pub(crate) model: Option<PathBuf>,
    /// Only linear mechanisms: attributions are then exact and take a fraction of a millisecond
    #[arg(long)]
    pub(crate) linear: bool,
    /// How long one answer may take, in milliseconds, unless the question says otherwise; in JSON the verdict is left out where the contributions
    /// take more than half of it, while alerts, tools and other forms have 2 s at least
    #[arg(long, value_name = "MS", default_value = "50", allow_negative_numbers = true, value_parser = milliseconds)]
    pub(crate) limit_ms: Duration,
    /// Only the contributions to the outlier score, without the verdict that leads otherwise
    #[arg(long)]
    pub(crate) contributions: bool,
    /// What values are measured in, so that they are said with it: s, ms, B or any other for all nodes that have no unit of their own, or
    /// db=ms for one. May be repeated. Units in the headers and cells of normal data and in names such as duration_seconds are found
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Vec<String>,
    /// How long a client may take to send the head of a request, or its body, and to send the next one, in seconds
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) client_limit_s: u64,
    /// How many questions may wait; one more is answered 503
    #[arg(long, value_name = "N", default_value_t = 16_384, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub(crate) queue: u32,
    /// Threads that compute; by default as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// A name under which the service may be asked; may be given several times. On the loopback interface the names of this machine are
    /// allowed besides, and no others; elsewhere any name is, unless some are given
    #[arg(long, value_name = "HOST")]
    pub(crate) allow_host: Vec<String>,
    /// A file whose first line is the bearer token that questions and metrics need
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// Longer first lines are no tokens.
const LONGEST_TOKEN: u64 = 4096;

impl Arguments {
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().ok();
        self.threads.map(usize::from).or_else(|| cores().map(NonZeroUsize::get)).unwrap_or(1)
    }

    /// # Errors
    /// When the file cannot be read, or its first line is no token.
    pub(crate) fn token(&self) -> Result<Option<String>, String> {
        let Some(path) = &self.token_file else { return Ok(None) };
        let unreadable = |message: &str| format!("cannot read {}: {message}", path.display());
        let mut line = String::new();
        let file = File::open(path).map_err(|error| unreadable(&error.to_string()))?;
        let mut start = BufReader::new(file.take(LONGEST_TOKEN));
        start.read_line(&mut line).map_err(|error| unreadable(&error.to_string()))?;
        let token = line.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unreadable("its first line is to be a token of printable characters"));
        }
        Ok(Some(token.to_owned()))
    }
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    text.parse().map_err(|_| "a number is needed".to_owned()).and_then(time_limit)
}

/// A time limit in milliseconds, checked.
pub(crate) fn time_limit(milliseconds: f64) -> Result<Duration, String> {
    let longest = 1e3 * LONGEST_LIMIT.as_secs_f64();
    if !(0.0..=longest).contains(&milliseconds) {
        return Err(format!("the time limit must be from 0 to {longest} ms, but is {milliseconds}"));
    }
    Ok(Duration::from_secs_f64(milliseconds / 1e3))
}
