//! What tests of noise share.

use super::{NoiseDistribution, NoiseFamily};
use crate::random::{Purpose, stream};
use rand::rngs::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};

/// The probability with which a correct implementation fails one statistical check. Seeds are fixed, so a check that
/// passes once always passes.
pub(super) const ALPHA: f64 = 1e-3;

/// The z that a standard normal variable exceeds in size with probability `alpha`.
pub(super) fn two_sided_z(alpha: f64) -> f64 {
    Normal::standard().inverse_cdf(1.0 - alpha / 2.0)
}

/// A reproducible generator.
pub(super) fn generator(seed: u64) -> ChaCha8Rng {
    stream(seed, Purpose::ModelDraws, 0)
}

/// `count` reproducible draws.
pub(super) fn draws(noise: &NoiseDistribution, count: usize, seed: u64) -> Vec<f64> {
    let mut out = vec![0.0; count];
    noise.sample_into(&mut generator(seed), &mut out);
    out
}

/// Noise of every continuous family, with parameters that round in binary and shapes on both sides of every branch.
pub(super) fn continuous() -> Vec<NoiseDistribution> {
    vec![
        NoiseDistribution::normal(-3.1, 0.7).unwrap(),
        NoiseDistribution::half_normal(1.3, 2.9).unwrap(),
        NoiseDistribution::exponential(0.3).unwrap(),
        NoiseDistribution::exponential(1.0 / 3.0).unwrap().shifted_by(-7.7).unwrap(),
        NoiseDistribution::gamma(0.35, 11.0).unwrap(),
        NoiseDistribution::gamma(1.0, 0.1).unwrap(),
        NoiseDistribution::gamma(7.7, 0.3).unwrap().shifted_by(0.1).unwrap(),
        NoiseDistribution::gamma(3.3e3, 1e-3).unwrap(),
        NoiseDistribution::log_normal(0.7, 0.6).unwrap().shifted_by(2.2).unwrap(),
        NoiseDistribution::uniform(-0.1, 0.7).unwrap(),
    ]
}

/// Noise of every family.
pub(super) fn one_of_each() -> Vec<NoiseDistribution> {
    let mut all = continuous();
    all.push(NoiseDistribution::constant(0.1).unwrap());
    all.push(NoiseDistribution::empirical(&[0.1, 1.0 / 3.0, -2.7e-17, 1e150, 0.1]).unwrap());
    all.extend(tailed());
    all
}

/// Tailed noise with two exponential tails, and with a generalised Pareto one above alone.
pub(super) fn tailed() -> [NoiseDistribution; 2] {
    let normal = draws(&NoiseDistribution::normal(-2.0, 3.0).unwrap(), 400, 1);
    let heavy = draws(&NoiseDistribution::log_normal(0.0, 1.3).unwrap(), 1_000, 2);
    [normal, heavy].map(|values| NoiseFamily::tailed().fit(&values, "the noise").unwrap())
}
