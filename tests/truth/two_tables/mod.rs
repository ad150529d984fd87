//! Questions about two tables, against closed forms and in simulations. By default few data sets are drawn, always the same ones;
//! `CHANGE_DATA_SETS=1000 cargo test --release --test truth two_tables -- --nocapture` draws so many and tells the figures, and
//! `CHANGE_SEED=7` tries others.

mod robust;
mod two_samples;

/// A number that the environment may set.
pub(super) fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// How many data sets are drawn, and the seed of the first.
fn effort(default: usize) -> (usize, u64) {
    (number("CHANGE_DATA_SETS", default), number("CHANGE_SEED", 1) as u64 * 1_000_000)
}

/// Whether a share that was counted in so many data sets may have an expectation between two bounds: three standard errors further off is
/// no accident. With a thousand or more the bounds are taken as they are.
pub(super) fn is_within(share: f64, bounds: [f64; 2], data_sets: usize) -> bool {
    let slack = |bound: f64| {
        let error = (bound * (1.0 - bound) / data_sets as f64).sqrt();
        if data_sets >= 1_000 { 0.0 } else { 3.0 * error }
    };
    (bounds[0] - slack(bounds[0])..=bounds[1] + slack(bounds[1])).contains(&share)
}
