//! The parametric families, one per file: what each is, its sampler, its tails and its moments.
//!
//! Tails come from `statrs` as survival functions, never as `1 - cdf`; samples come from `rand_distr`.

mod exponential;
mod gamma;
mod half_normal;
mod log_normal;
mod normal;
mod uniform;

pub use exponential::ExponentialNoise;
pub use gamma::GammaNoise;
pub use half_normal::HalfNormalNoise;
pub use log_normal::LogNormalNoise;
pub use normal::NormalNoise;
pub use uniform::UniformNoise;

use rand::Rng;
use rand_distr::Distribution;

pub(super) use gamma::LARGEST_SHAPE;

/// Fills a column with transformed draws of a standard distribution.
fn fill(
    rng: &mut (impl Rng + ?Sized),
    out: &mut [f64],
    standard: &impl Distribution<f64>,
    transform: impl Fn(f64) -> f64,
) {
    for slot in out {
        *slot = transform(standard.sample(rng));
    }
}
