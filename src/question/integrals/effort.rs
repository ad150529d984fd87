//! How many points and coalitions an answer may take.

use super::replicates::REPLICATES;
use crate::error::{Error, Result};

/// Fewest and most points in all.
const FEWEST_SAMPLES: usize = 8 * REPLICATES;
const MOST_SAMPLES: usize = 1 << 24;

/// More players than this are never enumerated: 65 536 coalitions of every net.
const MOST_EXACT_PLAYERS: usize = 16;

/// # Errors
/// When there are too few or too many points.
pub(crate) fn check_samples(samples: usize) -> Result<()> {
    if (FEWEST_SAMPLES..=MOST_SAMPLES).contains(&samples) {
        return Ok(());
    }
    let requirement = "at least 256 and at most 16 777 216, in 32 nets whose differences give the errors";
    Err(Error::InvalidParameter { name: "the number of samples", requirement, found: samples.to_string() })
}

/// # Errors
/// When there are too many to visit all their coalitions.
pub(crate) fn check_exact_players(players: usize) -> Result<()> {
    if players <= MOST_EXACT_PLAYERS {
        return Ok(());
    }
    let (name, requirement) = ("the number of players whose coalitions are all visited", "at most 16");
    Err(Error::InvalidParameter { name, requirement, found: players.to_string() })
}

/// How many points each net has: a power of two, as nets are best there.
pub(crate) fn points_of(samples: usize) -> usize {
    samples.div_ceil(REPLICATES).next_power_of_two()
}
