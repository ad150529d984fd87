//! What the process has cost so far.

use std::fs;

/// What the process has taken of the processors; `NaN` where the system does not say.
pub(crate) fn processor_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let ticks = |text: String| {
        let after_name = text.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
        Some(after_name.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS)
    };
    fs::read_to_string("/proc/self/stat").ok().and_then(ticks).unwrap_or(f64::NAN)
}

/// The most memory that the process has had; `NaN` where the system does not say.
pub(crate) fn peak_mebibytes() -> f64 {
    let kibibytes = |text: String| {
        let line = text.lines().find(|line| line.starts_with("VmHWM:"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    fs::read_to_string("/proc/self/status").ok().and_then(kibibytes).map_or(f64::NAN, |kibibytes| kibibytes / 1024.0)
}
