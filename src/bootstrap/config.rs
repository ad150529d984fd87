//! How to bootstrap.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// More resamples only cost time and memory.
const MOST_RESAMPLES: usize = 1_000_000;
/// Fewer say nothing of an interval's ends.
const FEWEST_RESAMPLES: usize = 20;

/// How an interval is read off the resampled estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BootstrapMethod {
    /// Between two quantiles of the resampled estimates.
    Percentile,
    /// The same with quantiles that are corrected for the estimate's bias and for how its spread changes with it: "bias-
    /// corrected and accelerated" (Efron, "Better Bootstrap Confidence Intervals", JASA 1987). The acceleration is that of a
    /// jackknife over at most 50 groups of rows, which are as many further fits.
    #[doc(alias = "BCa")]
    #[default]
    BiasCorrected,
}

/// How often to fit again, and what to make of it.
///
/// ```
/// use etiology::{BootstrapConfig, BootstrapMethod};
///
/// let config = BootstrapConfig::default().with_resamples(2_000).with_method(BootstrapMethod::Percentile);
/// assert_eq!(config.level, 0.95);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BootstrapConfig {
    /// How often the rows are resampled and the model is fitted, 20 to a million. Default: 1000.
    pub resamples: usize,
    /// The share of cases in which an interval is to hold the truth, above 0 and below 1. Default: 0.95.
    pub level: f64,
    /// Default: [`BootstrapMethod::BiasCorrected`].
    pub method: BootstrapMethod,
    /// The seed of the resampling; 0 by default.
    pub seed: u64,
}

impl Default for BootstrapConfig {
    fn default() -> Self {
        Self { resamples: 1_000, level: 0.95, method: BootstrapMethod::default(), seed: 0 }
    }
}

impl BootstrapConfig {
    /// Sets the number of resamples.
    #[must_use]
    pub fn with_resamples(self, resamples: usize) -> Self {
        Self { resamples, ..self }
    }

    /// Sets the level.
    #[must_use]
    pub fn with_level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// Sets the method.
    #[must_use]
    pub fn with_method(self, method: BootstrapMethod) -> Self {
        Self { method, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(FEWEST_RESAMPLES..=MOST_RESAMPLES).contains(&self.resamples) {
            let (name, requirement) = ("the number of resamples", "at least 20 and at most a million");
            return Err(Error::InvalidParameter { name, requirement, found: self.resamples.to_string() });
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let (name, requirement) = ("the level of the intervals", "above 0 and below 1");
            return Err(Error::InvalidParameter { name, requirement, found: self.level.to_string() });
        }
        Ok(())
    }
}
