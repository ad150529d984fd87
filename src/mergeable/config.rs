//! What an accumulator keeps beside its sums.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Rows of the sample unless other are asked for: shares of rows are within 0.53 % with probability 95 %.
const SAMPLE_ROWS: usize = 1 << 16;
/// More rows than these are a table.
const MOST_SAMPLE_ROWS: usize = 1 << 26;

/// What a [`FitAccumulator`](crate::mergeable::FitAccumulator) keeps of the rows, and what it is for. Parts that are to be merged need the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FitAccumulatorConfig {
    /// How many rows the sample has at most; 65 536 by default, from 2 to 67 million. Up to so many rows in all, every row is kept and the fit is
    /// that of a table. Costs 8 bytes for each row and node, twice that while rows are added.
    pub sample_rows: usize,
    /// The key of the hash that decides which rows are sampled; 0 by default.
    pub seed: u64,
    /// Whether nodes whose mechanism needs rows, such as trees, are fitted to the sample; otherwise, by default, they are an error.
    pub fit_rest_on_sample: bool,
}

impl Default for FitAccumulatorConfig {
    fn default() -> Self {
        Self { sample_rows: SAMPLE_ROWS, seed: 0, fit_rest_on_sample: false }
    }
}

impl FitAccumulatorConfig {
    /// Sets the number of rows of the sample.
    #[must_use]
    pub fn with_sample_rows(self, sample_rows: usize) -> Self {
        Self { sample_rows, ..self }
    }

    /// Sets the key of the hash.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Fits nodes whose mechanism needs rows to the sample.
    #[must_use]
    pub fn fitting_rest_on_sample(self) -> Self {
        Self { fit_rest_on_sample: true, ..self }
    }
}

/// # Errors
/// When a sample is to have so many rows that it cannot, or too few to fit anything to.
pub(super) fn check_sample_rows(rows: usize) -> Result<()> {
    if (2..=MOST_SAMPLE_ROWS).contains(&rows) {
        return Ok(());
    }
    let (name, requirement) = ("the number of rows of a sample", "at least 2 and at most 67108864");
    Err(Error::InvalidParameter { name, requirement, found: rows.to_string() })
}
