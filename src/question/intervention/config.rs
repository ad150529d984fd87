//! How much is spent on an intervention's figures.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::numeric::points::BLOCKS;

const MOST_SAMPLES: usize = 100_000_000;
const MOST_DRAWS: usize = 1_000_000;

/// How much is spent on the figures of an intervention, where they are not in closed form.
///
/// ```
/// use etiology::intervention::InterventionConfig;
///
/// let config = InterventionConfig::default().with_samples(1_000_000).with_seed(7);
/// assert_eq!(config.row_draws, 256);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct InterventionConfig {
    /// How many joint samples of the noises, at least 32; 65 536 by default. A power of two suits quasi-Monte Carlo best.
    #[doc(alias = "num_samples_to_draw")]
    pub samples: usize,
    /// How many draws a row takes of what it leaves open (missing values, the noises of categories), at least 32; 256 by
    /// default. They are the same for all rows.
    pub row_draws: usize,
    /// The level whose probability is asked, of a target that is a category; nothing for a number.
    pub level: Option<String>,
    /// The seed of all draws; 0 by default.
    pub seed: u64,
}

impl Default for InterventionConfig {
    fn default() -> Self {
        Self { samples: 65_536, row_draws: 256, level: None, seed: 0 }
    }
}

impl InterventionConfig {
    /// Sets the number of joint samples.
    #[must_use]
    pub fn with_samples(self, samples: usize) -> Self {
        Self { samples, ..self }
    }

    /// Sets how many draws a row takes.
    #[must_use]
    pub fn with_row_draws(self, row_draws: usize) -> Self {
        Self { row_draws, ..self }
    }

    /// Sets of which level of a category the probability is asked.
    #[must_use]
    pub fn with_level(self, level: impl Into<String>) -> Self {
        Self { level: Some(level.into()), ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        let check = |name, requirement, found: usize, most| match (2 * BLOCKS..=most).contains(&found) {
            true => Ok(()),
            false => Err(Error::InvalidParameter { name, requirement, found: found.to_string() }),
        };
        let (samples, draws) = ("at least 32 and at most 100 million", "at least 32 and at most a million");
        check("the number of samples", samples, self.samples, MOST_SAMPLES)?;
        check("the number of draws of a row", draws, self.row_draws, MOST_DRAWS)
    }
}
