//! How long Criterion measures a benchmark.

use std::time::Duration;

use criterion::Criterion;

/// Some minutes for all of a bench: enough to see a change of some per cent.
pub(crate) fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .without_plots()
}
