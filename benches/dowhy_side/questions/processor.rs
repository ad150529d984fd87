//! Seconds of the processor, so that other work on the machine does not count, as on the sides that are compared with.

use std::fs;
use std::time::Instant;

/// The system counts what a thread used when the thread pauses, or at least so often.
const LEAST_COUNTED: f64 = 0.01;

/// What a call takes, a mean over all repeats: of the processor where the system tells (Linux) and there is enough to count, otherwise of the
/// clock, which in so short a time is hardly disturbed.
pub(super) fn seconds_of_each(repeats: u64, work: impl FnOnce()) -> f64 {
    let (clock, before) = (Instant::now(), used());
    work();
    let elapsed = clock.elapsed().as_secs_f64();
    let used = before.zip(used()).map(|(before, after)| after - before);
    used.filter(|&used| used >= LEAST_COUNTED).unwrap_or(elapsed) / repeats as f64
}

/// What all threads of this process have used so far.
fn used() -> Option<f64> {
    let threads = fs::read_dir("/proc/self/task").ok()?;
    let of_thread = |folder: fs::DirEntry| -> Option<f64> {
        let times = fs::read_to_string(folder.path().join("schedstat")).ok()?;
        Some(times.split_whitespace().next()?.parse::<f64>().ok()? * 1e-9)
    };
    let known: Vec<f64> = threads.filter_map(|folder| of_thread(folder.ok()?)).collect();
    if known.is_empty() { None } else { Some(known.iter().sum()) }
}
