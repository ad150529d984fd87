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

#[cfg(test)]
mod tests {
    use super::super::{ShapleyConfig, ShapleyMethod, ShapleyValues, shapley_values, sums_of_table};
    use super::*;

    const PLAYERS: usize = 5;

    /// What a set of players is worth, and how far that may be off.
    fn worth(set: usize) -> (f64, f64) {
        (((set * 7 + 2) as f64).sin(), 0.01 * (set * 13 % 11) as f64)
    }

    /// Has two outputs: what a coalition is worth, off by so many times as much as it may be, and how far that is.
    struct Bounded {
        off: fn(usize) -> f64,
    }

    impl Game for Bounded {
        type Scratch = ();

        fn players(&self) -> usize {
            PLAYERS
        }

        fn outputs(&self) -> usize {
            2
        }

        fn is_bound(&self, output: usize) -> bool {
            output == 1
        }

        fn scratch(&self) {}

        fn evaluate(&self, coalition: &Coalition, (): &mut (), values: &mut [f64]) -> Result<()> {
            let set = coalition.iter().map(|player| 1 << player).sum();
            let (value, error) = worth(set);
            values.copy_from_slice(&[value + (self.off)(set) * error, error]);
            Ok(())
        }
    }

    fn split(off: fn(usize) -> f64, method: ShapleyMethod) -> ShapleyValues {
        shapley_values(&Bounded { off }, &ShapleyConfig::default().with_method(method)).unwrap()
    }

    #[test]
    fn bounds_of_coalitions_with_and_without_a_player_add_up() {
        let errors: Vec<f64> = (0..1 << PLAYERS).map(|set| worth(set).1).collect();
        let found = split(|_| 0.0, ShapleyMethod::Exact);
        for (found, expected) in found.outputs().column(1).iter().zip(sums_of_table(&errors)) {
            assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
        }
    }

    #[test]
    fn whatever_the_signs_of_errors_no_value_is_off_by_more_than_its_bound() {
        let signs: [fn(usize) -> f64; 3] =
            [|_| 1.0, |set| if set % 2 == 0 { 1.0 } else { -1.0 }, |set| if set.count_ones() > 2 { 1.0 } else { -1.0 }];
        for method in [ShapleyMethod::Exact, ShapleyMethod::Permutations(4)] {
            let right = split(|_| 0.0, method);
            for off in signs {
                let found = split(off, method);
                for (player, outputs) in found.outputs().rows().into_iter().enumerate() {
                    let off = (outputs[0] - right.outputs()[(player, 0)]).abs();
                    assert!(off <= outputs[1] + 1e-12, "{off} is more than {}", outputs[1]);
                }
            }
            // Errors that are positive without the first player and negative with it move its value by all of the bound.
            let reached = split(signs[1], method).values()[0] - right.values()[0];
            assert!((reached + right.outputs()[(0, 1)]).abs() < 1e-12, "{reached}");
        }
    }
}
