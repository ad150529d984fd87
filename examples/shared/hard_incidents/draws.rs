//! Random numbers that have the same bits on every machine.
//!
//! Logarithms and exponentials differ in their last bits between systems' libraries, so everything here is made of uniform
//! numbers by sums, products, quotients and square roots, which are rounded exactly everywhere.

use rand::{RngExt, rngs::ChaCha8Rng};

/// Nearly normal with mean 0 and variance 1: twelve uniform numbers added up.
pub(super) fn bell(generator: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| generator.random::<f64>()).sum::<f64>() - 6.0
}

/// A factor around 1, nearly that of a log-normal distribution: (1 + x/8)⁸ ≈ exp(x) for x nearly normal.
pub(super) fn factor(bell: f64, spread: f64) -> f64 {
    let root = (1.0 + bell * spread / 8.0).max(0.1);
    let square = root * root;
    let fourth = square * square;
    fourth * fourth
}

/// A factor around 1 with heavy tails, log-logistic: the odds of a uniform number, rooted so many times. Moments exist
/// below order 2^roots.
pub(super) fn heavy_factor(roots: u32, generator: &mut ChaCha8Rng) -> f64 {
    // Not 0, whose odds are 0, and never 1.
    let chance = generator.random::<f64>().max(1e-12);
    (0..roots).fold(chance / (1.0 - chance), |odds, _| odds.sqrt())
}

/// Between two bounds, small ones as likely as large ones: the square of a uniform number between their roots.
pub(super) fn skewed_between(low: f64, high: f64, generator: &mut ChaCha8Rng) -> f64 {
    let root = generator.random_range(low.sqrt()..high.sqrt());
    root * root
}

/// One of them.
pub(super) fn one_of<T: Copy>(all: &[T], generator: &mut ChaCha8Rng) -> T {
    all[generator.random_range(0..all.len())]
}
