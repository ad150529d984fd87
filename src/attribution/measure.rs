//! What a coalition is worth, from samples of the target.

use std::ops::Range;

use super::config::BLOCKS;
use super::pivot::Pivot;
use crate::error::Result;
use crate::score::OutlierTest;

/// What is measured of the target's samples.
#[derive(Clone)]
pub(super) enum Measure {
    /// ln((q + ε)/(1 + ε)), where q is the share of samples at least as extreme as the observation.
    LogTail { test: OutlierTest, floor: f64 },
    /// The mean.
    Mean { observed: f64 },
}

/// The estimate from all samples; for each block, the one from all samples but that block's; and the one that a single
/// further hit would have given, where hits are counted; last, the mean itself, which for a tail is the probability.
pub(super) const OUTPUTS: usize = 1 + BLOCKS + 2;

/// A noise to integrate, with the column that the target's samples contain of it.
pub(super) struct FreePivot<'a> {
    pub(super) pivot: &'a Pivot<'a>,
    pub(super) sampled: &'a [f64],
}

impl Measure {
    /// Writes the coalition's value and its replicates, see [`OUTPUTS`], from the target's samples and, where a
    /// noise with a known effect is free, that noise. The values are not finite if the probability is 0 and so
    /// is the floor.
    pub(super) fn measure(&self, target: &[f64], free: Option<&FreePivot<'_>>, outputs: &mut [f64]) -> Result<()> {
        let samples = target.len();
        let mut sums = [0.0; BLOCKS];
        let bounds = |block: usize| block * samples / BLOCKS;
        for (block, sum) in sums.iter_mut().enumerate() {
            *sum = self.sum(target, free, bounds(block)..bounds(block + 1))?;
        }
        let total: f64 = sums.iter().sum();
        outputs[0] = self.value_of_mean(total / samples as f64);
        for (block, sum) in sums.iter().enumerate() {
            let rest = samples - (bounds(block + 1) - bounds(block));
            outputs[1 + block] = self.value_of_mean((total - sum) / rest as f64);
        }
        let counts = matches!(self, Self::LogTail { .. }) && !self.integrates(free);
        outputs[1 + BLOCKS] = self.value_of_mean((total + f64::from(counts)) / samples as f64);
        outputs[2 + BLOCKS] = total / samples as f64;
        Ok(())
    }

    /// The sum over some samples of what is averaged.
    fn sum(&self, target: &[f64], free: Option<&FreePivot<'_>>, rows: Range<usize>) -> Result<f64> {
        let values = &target[rows.clone()];
        match (self, free) {
            (Self::Mean { observed }, _) => Ok(values.iter().map(|value| value - observed).sum()),
            (Self::LogTail { test: OutlierTest::Region(region), .. }, Some(FreePivot { pivot, sampled })) => {
                let rests = values.iter().zip(&sampled[rows]).map(|(value, noise)| value - pivot.effect * noise);
                Ok(rests.map(|rest| region.probability(rest, pivot.effect, pivot.noise)).sum())
            }
            (Self::LogTail { test, .. }, _) => Ok(test.count(values)? as f64),
        }
    }

    fn integrates(&self, free: Option<&FreePivot<'_>>) -> bool {
        matches!(self, Self::LogTail { test: OutlierTest::Region(_), .. }) && free.is_some()
    }

    /// The value of the coalition of all: it gives the observation itself.
    pub(super) fn value_of_observation(&self) -> f64 {
        self.value_of_mean(match self {
            Self::LogTail { .. } => 1.0,
            Self::Mean { .. } => 0.0,
        })
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
}
