//! What the service has done so far.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Counts that only grow, and two that go up and down.
pub(crate) struct Counters {
    pub(crate) started: Instant,
    /// Questions, whatever became of them.
    pub(crate) requests: AtomicU64,
    /// Answered with an attribution.
    pub(crate) answered: AtomicU64,
    /// Turned away because the queue was full or the model not there yet.
    pub(crate) rejected: AtomicU64,
    /// Answered with any other error.
    pub(crate) failed: AtomicU64,
    /// Given up because the client went away.
    pub(crate) cancelled: AtomicU64,
    /// Begun and not yet answered, from the first line of the request on.
    pub(crate) in_flight: AtomicU64,
    /// Being computed.
    pub(crate) computing: AtomicU64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            started: Instant::now(),
            requests: zero(),
            answered: zero(),
            rejected: zero(),
            failed: zero(),
            cancelled: zero(),
            in_flight: zero(),
            computing: zero(),
        }
    }

    /// Names, whether they only grow, and values.
    pub(crate) fn all(&self, in_queue: usize) -> [(&'static str, bool, u64); 8] {
        let read = |counter: &AtomicU64| counter.load(Relaxed);
        [
            ("requests", true, read(&self.requests)),
            ("answered", true, read(&self.answered)),
            ("rejected", true, read(&self.rejected)),
            ("failed", true, read(&self.failed)),
            ("cancelled", true, read(&self.cancelled)),
            ("in_flight", false, read(&self.in_flight)),
            ("in_queue", false, in_queue as u64),
            ("computing", false, read(&self.computing)),
        ]
    }
}

/// Adds one as long as it lives, also when a request is dropped half way.
pub(crate) struct Held<'a>(&'a AtomicU64);

impl<'a> Held<'a> {
    pub(crate) fn new(counter: &'a AtomicU64) -> Self {
        counter.fetch_add(1, Relaxed);
        Self(counter)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
