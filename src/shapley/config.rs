//! How Shapley values are computed.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Most players for which [`ShapleyMethod::Auto`] enumerates: 4096 coalitions.
const AUTO_EXACT_PLAYERS: usize = 12;
/// Most players for which enumeration is allowed at all: a million coalitions.
const EXACT_PLAYERS: usize = 20;
/// What [`ShapleyMethod::Auto`] samples when it does not enumerate.
const AUTO_PERMUTATIONS: usize = 100;
/// Fewest permutations: two pairs of an order and its reverse, without which there is no standard error.
const MIN_PERMUTATIONS: usize = 3;

/// Most permutations: their partial sums are kept until the end.
pub(crate) const MOST_PERMUTATIONS: usize = 100_000;

/// Whether to visit every coalition or to sample orders of the players.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[doc(alias = "ShapleyApproximationMethods")]
pub enum ShapleyMethod {
    /// Exact for up to 12 players, 100 permutations beyond. An attribution is exact for up to 16 players where it needs
    /// no samples.
    #[default]
    Auto,
    /// All 2ⁿ coalitions; at most 20 players.
    Exact,
    /// So many random permutations, at least 3. They come in antithetic pairs, an order and its reverse, so
    /// an odd number is rounded up.
    #[doc(alias = "num_permutations")]
    Permutations(usize),
}

impl ShapleyMethod {
    /// The number of permutations to draw, or `None` to enumerate.
    pub(super) fn resolve(self, players: usize) -> Result<Option<usize>> {
        match self {
            Self::Auto if players <= AUTO_EXACT_PLAYERS => Ok(None),
            Self::Auto => Ok(Some(AUTO_PERMUTATIONS)),
            Self::Exact if players <= EXACT_PLAYERS => Ok(None),
            Self::Exact => Err(Error::TooManyPlayers { players, limit: EXACT_PLAYERS }),
            Self::Permutations(permutations) => {
                self.check()?;
                Ok(Some(permutations))
            }
        }
    }

    /// Enumeration in the place of the automatic choice for so few players, where a coalition is cheap.
    pub(crate) fn or_exact_up_to(self, most_players: usize, players: usize) -> Self {
        if self == Self::Auto && players <= most_players { Self::Exact } else { self }
    }

    /// Enumeration in the place of permutations that would evaluate as many coalitions as there are: it costs no more and
    /// is exact.
    pub(crate) fn or_exact_at_no_more_cost(self, players: usize) -> Self {
        match self {
            Self::Permutations(permutations)
                if players <= EXACT_PLAYERS
                    && 2 * permutations.div_ceil(2) * players.saturating_sub(1) + 2 >= 1 << players =>
            {
                Self::Exact
            }
            method => method,
        }
    }

    /// The number of permutations, or `None` where all coalitions are visited.
    pub(crate) fn permutations(self, players: usize) -> Result<Option<usize>> {
        self.resolve(players)
    }

    /// Whether all coalitions of so many players are visited.
    pub(crate) fn enumerates(self, players: usize) -> Result<bool> {
        Ok(self.resolve(players)?.is_none())
    }

    /// Checks what can be checked without knowing the game.
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Self::Permutations(permutations) if !(MIN_PERMUTATIONS..=MOST_PERMUTATIONS).contains(&permutations) => {
                Err(Error::InvalidParameter {
                    name: "the number of permutations",
                    requirement: "at least 3, so that a standard error can be given, and at most 100 000",
                    found: permutations.to_string(),
                })
            }
            _ => Ok(()),
        }
    }
}

/// How [`shapley_values`](crate::shapley::shapley_values) works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShapleyConfig {
    /// Enumeration or permutations; automatic by default.
    pub method: ShapleyMethod,
    /// The seed of the permutations; 0 by default. Exact enumeration does not use it.
    pub seed: u64,
}

impl ShapleyConfig {
    /// Sets the method.
    #[must_use]
    pub fn with_method(self, method: ShapleyMethod) -> Self {
        Self { method, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
}
