//! Draws of a standard distribution, moved and scaled.

use rand::Rng;
use rand_distr::Distribution;

/// Fills a column with transformed draws of a standard distribution.
pub(super) fn fill(
    rng: &mut (impl Rng + ?Sized),
    out: &mut [f64],
    standard: &impl Distribution<f64>,
    transform: impl Fn(f64) -> f64,
) {
    for slot in out {
        *slot = transform(standard.sample(rng));
    }
}
