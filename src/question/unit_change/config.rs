//! How a difference is split.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::numeric::points::BLOCKS;
use crate::shapley::{ShapleyConfig, ShapleyMethod};

/// Up to how many players all coalitions are visited by default: each costs one evaluation of the graph.
const EXACT_PLAYERS: usize = 16;
/// How many orders are drawn of more players.
const PERMUTATIONS: usize = 1_000;
const MOST_DRAWS: usize = 100_000;

/// How the difference between two rows is split where that is not in closed form.
///
/// ```
/// use etiology::unit_change::UnitChangeConfig;
///
/// assert_eq!(UnitChangeConfig::default().with_seed(7).seed, 7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct UnitChangeConfig {
    /// Exact Shapley values or permutations; automatic by default: exact for up to 16 players, 1 000 permutations beyond.
    pub method: ShapleyMethod,
    /// How many draws are taken of what rows leave open, the noises of categories with causes; at least 32, 64 by default.
    pub draws: usize,
    /// The seed of permutations and draws; 0 by default.
    pub seed: u64,
    /// Whether what rounding may explain is told apart from what it may not; off by default. A noise that is recovered from rounded values,
    /// such as a tax of whole cents, differs between any two rows, and each difference is a part of its own. With this, a noise counts
    /// as unmoved if it differs by no more than the [steps](crate::FittedModel::resolution) allow in which the node's and
    /// its parents' values are measured, in both rows together; what all of these make together is
    /// [`UnitChange::rounding`](super::UnitChange::rounding). Noises of nodes without causes are what was measured, and never rounding.
    pub rounding_apart: bool,
}

impl Default for UnitChangeConfig {
    fn default() -> Self {
        Self { method: ShapleyMethod::Auto, draws: 64, seed: 0, rounding_apart: false }
    }
}

impl UnitChangeConfig {
    /// Sets how Shapley values are computed.
    #[must_use]
    pub fn with_method(self, method: ShapleyMethod) -> Self {
        Self { method, ..self }
    }

    /// Sets how many draws are taken of the noises of categories.
    #[must_use]
    pub fn with_draws(self, draws: usize) -> Self {
        Self { draws, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Tells what rounding may explain apart.
    #[must_use]
    pub fn with_rounding_apart(self, rounding_apart: bool) -> Self {
        Self { rounding_apart, ..self }
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(2 * BLOCKS..=MOST_DRAWS).contains(&self.draws) {
            let (name, requirement) = ("the number of draws", "at least 32 and at most 100 000");
            return Err(Error::InvalidParameter { name, requirement, found: self.draws.to_string() });
        }
        self.method.check()
    }

    /// For so many players.
    pub(super) fn shapley(&self, players: usize) -> ShapleyConfig {
        let method = match self.method.or_exact_up_to(EXACT_PLAYERS, players) {
            ShapleyMethod::Auto => ShapleyMethod::Permutations(PERMUTATIONS),
            method => method.or_exact_at_no_more_cost(players),
        };
        ShapleyConfig::default().with_method(method).with_seed(self.seed)
    }
}
