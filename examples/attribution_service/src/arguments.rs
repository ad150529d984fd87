//! The command line.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// The longest time limit that may be asked for: one question shall not keep a worker for ever.
pub(crate) const LONGEST_LIMIT: Duration = Duration::from_secs(10);

/// Explains outliers over HTTP; without a model or data, those of a generated web shop
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one, and the address is printed
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
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
    /// How long one attribution may take, in milliseconds, unless the question says otherwise
    #[arg(long, value_name = "MS", default_value = "50", allow_negative_numbers = true, value_parser = milliseconds)]
    pub(crate) limit_ms: Duration,
    /// How many questions may wait; one more is answered 503
    #[arg(long, value_name = "N", default_value = "16384")]
    pub(crate) queue: NonZeroUsize,
    /// Threads that compute; by default as many as there are cores
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Arguments {
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().ok();
        self.threads.or_else(cores).map_or(1, NonZeroUsize::get)
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
