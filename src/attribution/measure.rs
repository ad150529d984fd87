//! What a coalition is worth, from samples of the target.

use std::ops::Range;

use super::bank::rows_of_block;
use super::config::BLOCKS;
use super::pivot::Pivot;
use crate::error::Result;
use crate::score::{OutlierTest, ln_with_floor};

/// What is measured of the target's samples.
pub(super) enum Measure {
    /// ln((q + ε)/(1 + ε)), where q is the share of samples at least as extreme as the observation.
    LogTail { test: OutlierTest, floor: f64 },
    /// The mean.
    Mean { observed: f64 },
}

/// The estimate from all samples; one replicate per block; last, the mean itself, which for a tail is the probability.
pub(super) const OUTPUTS: usize = 1 + BLOCKS + 1;

/// A noise whose spread is below this share of the target's is integrated, but hardly smooths anything: a coalition's
/// probability then rests on as few samples as if hits were counted.
const SMOOTHING_SPREAD: f64 = 0.1;

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
    ///
    /// Where hits are counted and few, all blocks may agree on 0 and the replicates claim to be certain. So what one
    /// further hit would change is added to one of them or taken away, by `lot`, a number that differs from coalition
    /// to coalition: they miss their rare hits independently, and what they miss does not cancel. Points of a net need
    /// this no less, as a net of n points spreads none of them over events of a probability below 1/n. Where
    /// hits are many, one further changes next to nothing.
    pub(super) fn measure(
        &self,
        target: &[f64],
        free: Option<&FreePivot<'_>>,
        lot: u64,
        outputs: &mut [f64],
    ) -> Result<()> {
        let (samples, blocks) = (target.len(), BLOCKS as f64);
        let mut means = [0.0; BLOCKS];
        let mut total = 0.0;
        for (block, mean) in means.iter_mut().enumerate() {
            let rows = rows_of_block(samples, block);
            let size = rows.len() as f64;
            let sum = self.sum(target, free, rows)?;
            total += sum;
            *mean = sum / size;
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
        if self.is_logarithm() && !self.is_smooth(target, free) {
            let unseen = self.value_of_mean(mean + 1.0 / samples as f64) - self.value_of_mean(mean);
            let unit = unseen * (blocks / (blocks - 1.0)).sqrt();
            let place = 1 + (lot % BLOCKS as u64) as usize;
            outputs[place] += if (lot / BLOCKS as u64).is_multiple_of(2) { unit } else { -unit };
        }
        outputs[1 + BLOCKS] = mean;
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

    /// Whether a probability is an average over many samples rather than a count of few.
    fn is_smooth(&self, target: &[f64], free: Option<&FreePivot<'_>>) -> bool {
        let (Self::LogTail { test: OutlierTest::Region(_), .. }, Some(FreePivot { pivot, .. })) = (self, free) else {
            return false;
        };
        let count = target.len() as f64;
        // Differences to the first value lose no digits where the target is far from 0.
        let mean: f64 = target.iter().map(|value| (value - target[0]) / count).sum();
        let variance: f64 = target.iter().map(|value| (value - target[0] - mean).powi(2) / count).sum();
        pivot.spread >= SMOOTHING_SPREAD * variance.sqrt()
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
            Self::LogTail { floor, .. } => ln_with_floor(mean, *floor),
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
