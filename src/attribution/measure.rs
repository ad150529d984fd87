//! What a coalition is worth, from samples of the target.

use super::config::BLOCKS;
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

/// The estimate from all samples and, for each block, the one from all samples but that block's.
pub(super) const OUTPUTS: usize = 1 + BLOCKS;

impl Measure {
    /// Writes the coalition's value and its leave-one-block-out replicates. The values are not finite if the probability is 0 and
    /// so is the floor.
    pub(super) fn measure(&self, target: &[f64], outputs: &mut [f64]) -> Result<()> {
        let mut sums = [0.0; BLOCKS];
        let bounds = |block: usize| block * target.len() / BLOCKS;
        for (block, sum) in sums.iter_mut().enumerate() {
            let values = &target[bounds(block)..bounds(block + 1)];
            *sum = match self {
                Self::LogTail { test, .. } => test.count(values)? as f64,
                Self::Mean { observed } => values.iter().map(|value| value - observed).sum(),
            };
        }
        let total: f64 = sums.iter().sum();
        outputs[0] = self.value_of_mean(total / target.len() as f64);
        for (block, sum) in sums.iter().enumerate() {
            let rest = target.len() - (bounds(block + 1) - bounds(block));
            outputs[1 + block] = self.value_of_mean((total - sum) / rest as f64);
        }
        Ok(())
    }

    /// The value of the coalition of all: it gives the observation itself.
    pub(super) fn value_of_observation(&self) -> f64 {
        self.value_of_mean(match self {
            Self::LogTail { .. } => 1.0,
            Self::Mean { .. } => 0.0,
        })
    }

    /// From the share of hits or the mean distance to the observation, to the coalition's value. (Distances to the observation rather
    /// than values are averaged because they lose no digits where the target is far from 0.)
    fn value_of_mean(&self, mean: f64) -> f64 {
        match self {
            Self::LogTail { floor, .. } => (mean + floor).ln() - floor.ln_1p(),
            Self::Mean { .. } => mean,
        }
    }
}
