//! What a coalition is worth, from samples of the target.

use std::ops::Range;

use super::config::BLOCKS;
use super::pivot::Pivot;
use crate::error::Result;
use crate::score::OutlierTest;

/// What is measured of the target's samples.
pub(super) enum Measure {
    /// ln((q + ε)/(1 + ε)), where q is the share of samples at least as extreme as the observation.
    LogTail { test: OutlierTest, floor: f64 },
    /// The mean.
    Mean { observed: f64 },
}

/// The estimate from all samples; one replicate per block; the estimate that a single further hit would have given,
/// where hits are counted; last, the mean itself, which for a tail is the probability.
pub(super) const OUTPUTS: usize = 1 + BLOCKS + 2;

/// A noise to integrate, with what the target's samples contain of it: a column and its factor.
pub(super) struct FreePivot<'a> {
    pub(super) pivot: &'a Pivot<'a>,
    pub(super) part: (&'a [f64], f64),
}

impl Measure {
    /// Writes the coalition's value and its replicates, see [`OUTPUTS`], from the target's samples and, where a
    /// noise with a known effect is free, that noise. The values are not finite if the probability is 0 and so
    /// is the floor.
    ///
    /// With the block means q_b and their mean q, the replicate of a block is the value to first order without the
    /// block, v + v'·(q − q_b)/(B − 1), the infinitesimal jackknife: unlike the logarithm of the rest itself it
    /// stays sensible when a block holds the only hit. The logarithm of an estimate is too low by Var(q)/2(q + ε)²
    /// on average (to second order, and at most ½); that is added.
    pub(super) fn measure(&self, target: &[f64], free: Option<&FreePivot<'_>>, outputs: &mut [f64]) -> Result<()> {
        let (samples, blocks) = (target.len(), BLOCKS as f64);
        let bounds = |block: usize| block * samples / BLOCKS;
        let mut means = [0.0; BLOCKS];
        let mut total = 0.0;
        for (block, mean) in means.iter_mut().enumerate() {
            let sum = self.sum(target, free, bounds(block)..bounds(block + 1))?;
            total += sum;
            *mean = sum / (bounds(block + 1) - bounds(block)) as f64;
        }
        let mean = total / samples as f64;
        let slope = self.slope(mean);
        // Multiplied before they are squared: near the smallest probabilities a square alone would overflow.
        let squares: f64 = means.iter().map(|block| (slope * (block - mean)).powi(2)).sum();
        let bias = if self.is_logarithm() { 0.5 * squares / (blocks * (blocks - 1.0)) } else { 0.0 };
        let value = self.value_of_mean(mean) + bias;
        outputs[0] = value;
        for (replicate, block) in outputs[1..].iter_mut().zip(means) {
            *replicate = value + slope * (mean - block) / (blocks - 1.0);
        }
        let counts = self.is_logarithm() && !self.integrates(free);
        outputs[1 + BLOCKS] =
            value + self.value_of_mean(mean + f64::from(counts) / samples as f64) - self.value_of_mean(mean);
        outputs[2 + BLOCKS] = mean;
        Ok(())
    }

    /// The sum over some samples of what is averaged.
    fn sum(&self, target: &[f64], free: Option<&FreePivot<'_>>, rows: Range<usize>) -> Result<f64> {
        let values = &target[rows.clone()];
        match (self, free) {
            (Self::Mean { observed }, _) => Ok(values.iter().map(|value| value - observed).sum()),
            (Self::LogTail { test: OutlierTest::Region(region), .. }, Some(FreePivot { pivot, part })) => {
                let (column, factor) = *part;
                let rests = values.iter().zip(&column[rows]).map(|(value, noise)| value - factor * noise);
                Ok(region.sum_of_probabilities(rests, pivot.effect, pivot.noise))
            }
            (Self::LogTail { test, .. }, _) => Ok(test.count(values)? as f64),
        }
    }

    fn integrates(&self, free: Option<&FreePivot<'_>>) -> bool {
        matches!(self, Self::LogTail { test: OutlierTest::Region(_), .. }) && free.is_some()
    }

    /// Writes the value and replicates of the coalition of all, which gives the observation itself.
    pub(super) fn measure_observation(&self, outputs: &mut [f64]) {
        let mean = match self {
            Self::LogTail { .. } => 1.0,
            Self::Mean { .. } => 0.0,
        };
        outputs.fill(self.value_of_mean(mean));
        outputs[OUTPUTS - 1] = mean;
    }

    /// From the share of hits or the mean distance to the observation, to the coalition's value. (Distances to
    /// the observation rather than values are averaged because they lose no digits where the target is far from
    /// 0.)
    fn value_of_mean(&self, mean: f64) -> f64 {
        match self {
            Self::LogTail { floor, .. } => (mean + floor).ln() - floor.ln_1p(),
            Self::Mean { .. } => mean,
        }
    }

    /// The derivative of [`value_of_mean`](Self::value_of_mean).
    fn slope(&self, mean: f64) -> f64 {
        match self {
            // Where both are 0 the value is not finite, which is reported; nothing moves it.
            Self::LogTail { floor, .. } if mean + floor == 0.0 => 0.0,
            Self::LogTail { floor, .. } => 1.0 / (mean + floor),
            Self::Mean { .. } => 1.0,
        }
    }

    fn is_logarithm(&self) -> bool {
        matches!(self, Self::LogTail { .. })
    }
}
