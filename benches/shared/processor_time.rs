//! Time of the processor.

use std::time::Duration;

/// What this thread has had of a processor, so that others on the machine do not count. Linux only.
pub(crate) fn processor_time() -> Duration {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(times.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or(0))
}
