//! How noises' characteristic functions go on beyond the last term of a series.

use rustfft::num_complex::Complex64;

use super::tail::VALUES;
use crate::noise::{NoiseDistribution, SmoothPart, smooth_parts};

/// Most ends of a sum, for each of which the rest of the series is summed.
pub(super) const MOST_ENDS: usize = 512;

/// A part of a noise with what its characteristic function is beyond a lattice's highest frequency.
#[derive(Debug)]
pub(super) struct PartBeyond {
    pub(super) part: SmoothPart,
    pub(super) values: [Complex64; VALUES],
}

impl PartBeyond {
    /// The parts of factor · noise beyond the cut; nothing where they are too many.
    pub(super) fn of(noise: &NoiseDistribution, factor: f64, period: f64, terms: usize) -> Option<Vec<Self>> {
        let unit = std::f64::consts::TAU / period;
        let parts = smooth_parts(noise, factor, unit * terms as f64, MOST_ENDS)?;
        let beyond = |part: SmoothPart| {
            let values = std::array::from_fn(|number| part.fall.at(unit * (terms + 1 + number) as f64));
            Self { part, values }
        };
        Some(parts.into_iter().map(beyond).collect())
    }
}
