//! What a game is.

use super::coalition::Coalition;
use crate::error::{Error, Result, list_names};

/// A cooperative game: a value, or several, for every coalition of its players.
///
/// A game with several outputs is several games whose Shapley values are computed over the same
/// coalitions, for instance an estimate and its replicates.
pub trait Game: Sync {
    /// What the game keeps between evaluations to make the next one cheaper. It must not change any result:
    /// the value of a coalition depends on the coalition alone.
    type Scratch;

    /// How many players there are.
    ///
    /// Exact enumeration changes the last players most often and the first ones least, so put
    /// those whose change is cheap last.
    fn players(&self) -> usize;

    /// How many values a coalition has.
    fn outputs(&self) -> usize {
        1
    }

    /// Whether an output is a bound of how far another one may be off. What is worth something counts for a player by the difference
    /// that it makes; bounds by their sum, with the player and without, as what they bound may have either sign. None is by default.
    fn is_bound(&self, _output: usize) -> bool {
        false
    }

    /// A fresh scratch space. One is made for every block of coalitions.
    fn scratch(&self) -> Self::Scratch;

    /// Writes the coalition's values, one per output, into `values`.
    ///
    /// # Errors
    /// Whatever can go wrong in the game; the first error, in the order of coalitions, is returned.
    fn evaluate(&self, coalition: &Coalition, scratch: &mut Self::Scratch, values: &mut [f64]) -> Result<()>;
}

/// For every output what its value without a player is multiplied by, before it is added to that with the player.
pub(super) fn signs_without<G: Game>(game: &G) -> Vec<f64> {
    (0..game.outputs()).map(|output| if game.is_bound(output) { 1.0 } else { -1.0 }).collect()
}

/// The coalition's values, which must be finite: one that is not would silently spoil those of all players.
pub(super) fn evaluate_finite<G: Game>(
    game: &G,
    coalition: &Coalition,
    scratch: &mut G::Scratch,
    values: &mut [f64],
) -> Result<()> {
    game.evaluate(coalition, scratch, values)?;
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&found) => {
            let players: Vec<String> = coalition.iter().map(|player| player.to_string()).collect();
            Err(Error::GameNotFinite { players: list_names(&players), found })
        }
    }
}

/// A game with one output, given by a function of the coalition.
#[derive(Clone, Copy)]
pub struct FunctionGame<F> {
    players: usize,
    value: F,
}

impl<F: Fn(&Coalition) -> f64 + Sync> FunctionGame<F> {
    /// A game of so many players.
    pub fn new(players: usize, value: F) -> Self {
        Self { players, value }
    }
}

impl<F> std::fmt::Debug for FunctionGame<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FunctionGame").field("players", &self.players).finish_non_exhaustive()
    }
}

impl<F: Fn(&Coalition) -> f64 + Sync> Game for FunctionGame<F> {
    type Scratch = ();

    fn players(&self) -> usize {
        self.players
    }

    fn scratch(&self) {}

    fn evaluate(&self, coalition: &Coalition, (): &mut (), values: &mut [f64]) -> Result<()> {
        values[0] = (self.value)(coalition);
        Ok(())
    }
}
