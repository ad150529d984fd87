//! How to bootstrap.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// More resamples only cost time and memory.
const MOST_RESAMPLES: usize = 1_000_000;
/// One alone has no spread.
const FEWEST_RESAMPLES: usize = 2;

/// How an interval is read off the resampled estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BootstrapMethod {
    /// Between two quantiles of the resampled estimates.
    Percentile,
    /// Between two quantiles that are corrected for the estimate's bias and for how its spread changes with it: "bias-
    /// corrected and accelerated" (Efron, "Better Bootstrap Confidence Intervals", JASA 1987). The acceleration is that of a
    /// jackknife over at most 50 groups of rows, which are as many further fits.
    #[doc(alias = "BCa")]
    #[default]
    BiasCorrected,
}

/// How often to fit again, and what to make of it.
///
/// ```
/// use etiology::BootstrapConfig;
/// use etiology::bootstrap::BootstrapMethod;
///
/// let config = BootstrapConfig::default().with_resamples(2_000).with_method(BootstrapMethod::Percentile);
/// assert_eq!(config.level, 0.95);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BootstrapConfig {
    /// How often the rows are resampled and the model is fitted, 2 to a million. Default: 1000. An interval of 95 % takes 39;
    /// with fewer it reaches from the smallest to the largest, and there is a [`warning`](crate::bootstrap::BootstrapIntervals::warning).
    pub resamples: usize,
    /// The share of cases in which an interval is to hold the truth, above 0 and below 1. Default: 0.95.
    pub level: f64,
    /// Default: [`BootstrapMethod::BiasCorrected`].
    pub method: BootstrapMethod,
    /// With how many joint samples of the noises a resample is attributed at most, where the attribution takes more; 4 096 by
    /// default. Nothing needs samples in a closed form or a Fourier inversion. Fewer cost less time, and their error, which is
    /// part of the intervals, makes these wider.
    pub samples: usize,
    /// The seed of the resampling; 0 by default.
    pub seed: u64,
}

impl Default for BootstrapConfig {
    fn default() -> Self {
        Self { resamples: 1_000, level: 0.95, method: BootstrapMethod::default(), samples: 4_096, seed: 0 }
    }
}

impl BootstrapConfig {
    /// Sets the number of resamples.
    #[must_use]
    #[doc(alias = "num_bootstrap_resamples")]
    pub fn with_resamples(self, resamples: usize) -> Self {
        Self { resamples, ..self }
    }

    /// Sets the level.
    #[must_use]
    #[doc(alias = "confidence_level")]
    pub fn with_level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// Sets the method.
    #[must_use]
    pub fn with_method(self, method: BootstrapMethod) -> Self {
        Self { method, ..self }
    }

    /// Sets with how many joint samples a resample is attributed at most.
    #[must_use]
    pub fn with_samples(self, samples: usize) -> Self {
        Self { samples, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// How many resamples the level takes: with n of them a further one lies beyond the smallest, and beyond the largest, with
    /// probability 1/(n + 1) each, so that intervals which miss as seldom need n ≥ 2/(1 − level) − 1.
    pub(super) fn fewest_for_level(&self) -> usize {
        // The margin is for rounding: 1 − 0.9 is a little less than a tenth.
        (2.0 / (1.0 - self.level) - 1.0 - 1e-9).ceil() as usize
    }

    /// The share of cases in which an interval is to miss the truth at either end.
    pub(super) fn tail(&self) -> f64 {
        (1.0 - self.level) / 2.0
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(FEWEST_RESAMPLES..=MOST_RESAMPLES).contains(&self.resamples) {
            let (name, requirement) = ("the number of resamples", "at least 2 and at most a million");
            return Err(Error::InvalidParameter { name, requirement, found: self.resamples.to_string() });
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let (name, requirement) = ("the level of the intervals", "above 0 and below 1");
            return Err(Error::InvalidParameter { name, requirement, found: self.level.to_string() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_level_takes_more_resamples() {
        let fewest = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]
            .map(|level| BootstrapConfig::default().with_level(level).fewest_for_level());
        assert_eq!(fewest, [3, 9, 19, 39, 199, 1_999]);
    }

    #[test]
    fn one_resample_has_no_spread() {
        let message = BootstrapConfig::default().with_resamples(1).check().unwrap_err().to_string();
        assert!(message.contains("the number of resamples must be at least 2"), "{message}");
        BootstrapConfig::default().with_resamples(2).check().unwrap();
    }
}
