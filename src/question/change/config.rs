//! What of a change is asked, and with how much effort it is answered.

use serde::{Deserialize, Serialize};

use super::functional::Functional;
use crate::error::{Error, Result};
use crate::shapley::ShapleyConfig;

/// Fewest samples: two for each of the 16 blocks that tell the error.
const FEWEST_SAMPLES: usize = 32;
/// Most samples: each needs 8 bytes for each node and thread, twice.
const MOST_SAMPLES: usize = 10_000_000;
/// Most resamples for intervals.
const MOST_RESAMPLES: usize = 1_000_000;
/// One alone has no spread.
const FEWEST_RESAMPLES: usize = 2;

/// What is split over the mechanisms, and how.
///
/// ```
/// use etiology::change::{ChangeConfig, Functional};
///
/// let config = ChangeConfig::default().with_functional(Functional::Quantile(0.95)).with_seed(7);
/// assert_eq!(config.samples, 16_384);
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ChangeConfig {
    /// What of the target's distribution; its mean by default.
    pub functional: Functional,
    /// How many joint samples of all noises the coalitions share where samples are needed, at least 32; 16 384 by default. A power of two
    /// suits the scrambled nets best. Closed forms and Fourier inversion need none.
    #[doc(alias = "num_samples")]
    pub samples: usize,
    /// The seed of the samples and of the resampled rows; 0 by default. Permutations have theirs in [`shapley`](Self::shapley).
    pub seed: u64,
    /// How Shapley values are computed. By default exactly for up to 12 changed mechanisms, 16 where no samples are needed, and by 100
    /// permutations beyond.
    pub shapley: ShapleyConfig,
    /// How it is found which mechanisms changed, where there are data; by default by a test at the level 0.05. `None` takes all for changed.
    /// Two models that are given without data have changed mechanisms where they differ.
    #[doc(alias = "mechanism_change_test")]
    pub test: Option<ChangeTest>,
    /// How many times the rows of both tables are resampled for intervals, where there are data; 0 by default, which gives none. Each
    /// resample costs three fits.
    pub resamples: usize,
    /// The share of cases in which an interval is to hold the truth, above 0 and below 1; 0.95 by default.
    pub interval_level: f64,
}

/// How it is decided whether a mechanism changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ChangeTest {
    /// The probability that any mechanism at all is taken for changed though none has; 0.05 by default. Above 0 and below 1.
    #[doc(alias = "mechanism_change_test_significance_level")]
    pub level: f64,
}

impl Default for ChangeTest {
    fn default() -> Self {
        Self { level: 0.05 }
    }
}

impl ChangeTest {
    /// A test at this level.
    pub fn at_level(level: f64) -> Self {
        Self { level }
    }
}

impl Default for ChangeConfig {
    fn default() -> Self {
        Self {
            functional: Functional::default(),
            samples: 16_384,
            seed: 0,
            shapley: ShapleyConfig::default(),
            test: Some(ChangeTest::default()),
            resamples: 0,
            interval_level: 0.95,
        }
    }
}

impl ChangeConfig {
    /// Sets what of the target's distribution is asked for.
    #[must_use]
    pub fn with_functional(self, functional: Functional) -> Self {
        Self { functional, ..self }
    }

    /// Sets the number of samples.
    #[must_use]
    pub fn with_samples(self, samples: usize) -> Self {
        Self { samples, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets how Shapley values are computed.
    #[must_use]
    pub fn with_shapley(self, shapley: ShapleyConfig) -> Self {
        Self { shapley, ..self }
    }

    /// Sets how it is decided which mechanisms changed.
    #[must_use]
    pub fn with_test(self, test: Option<ChangeTest>) -> Self {
        Self { test, ..self }
    }

    /// Asks for intervals, from so many resamples of the rows.
    #[must_use]
    pub fn with_resamples(self, resamples: usize) -> Self {
        Self { resamples, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        let invalid = |name, requirement, found| Err(Error::InvalidParameter { name, requirement, found });
        self.functional.check()?;
        self.shapley.method.check()?;
        if !(FEWEST_SAMPLES..=MOST_SAMPLES).contains(&self.samples) {
            let requirement = "at least 32, two for each of 16 blocks, and at most 10 million";
            return invalid("the number of samples", requirement, self.samples.to_string());
        }
        if let Some(test) = self.test.filter(|test| !(test.level > 0.0 && test.level < 1.0)) {
            return invalid("the level of the mechanism test", "above 0 and below 1", test.level.to_string());
        }
        if self.resamples != 0 && !(FEWEST_RESAMPLES..=MOST_RESAMPLES).contains(&self.resamples) {
            let requirement = "0 for no intervals, or at least 2 and at most a million";
            return invalid("the number of resamples", requirement, self.resamples.to_string());
        }
        if !(self.interval_level > 0.0 && self.interval_level < 1.0) {
            let found = self.interval_level.to_string();
            return invalid("the level of the intervals", "above 0 and below 1", found);
        }
        Ok(())
    }
}
