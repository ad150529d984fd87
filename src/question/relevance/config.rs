//! With how much effort relevance is found.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::question::integrals::{check_exact_players, check_samples};

/// With how much effort [relevance](crate::relevance) is found where it has no closed form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RelevanceConfig {
    /// How many draws there are, at least 256, in 32 independent nets whose sizes are rounded up to powers of two; 262 144 by default. A row's
    /// relevance against a table takes each row of the table once instead.
    pub samples: usize,
    /// Up to how many features all coalitions are visited, at most 16; 4 by default. Beyond, every draw has a random order of the features,
    /// and its reverse.
    pub exact_players: usize,
    /// The seed; 0 by default.
    pub seed: u64,
}

impl Default for RelevanceConfig {
    fn default() -> Self {
        Self { samples: 1 << 18, exact_players: 4, seed: 0 }
    }
}

impl RelevanceConfig {
    /// Sets the number of draws, at least 256.
    #[must_use]
    pub fn with_samples(self, samples: usize) -> Self {
        Self { samples, ..self }
    }

    /// Sets up to how many features all coalitions are visited, at most 16.
    #[must_use]
    pub fn with_exact_players(self, exact_players: usize) -> Self {
        Self { exact_players, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        check_samples(self.samples)?;
        check_exact_players(self.exact_players)
    }
}
