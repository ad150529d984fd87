//! Shapley values of any cooperative game, which need not have to do with causes or outliers.
//!
//! The Shapley value of player *i* among *n* is the average, over all orders in which the players
//! may join, of what *i* adds to the value of those already there (Shapley 1953):
//!
//! φᵢ = Σ_{T ∌ i} |T|! (n − |T| − 1)! / n! · ( v(T ∪ {i}) − v(T) )
//!
//! They sum to v(all) − v(∅). [`shapley_values`] computes them exactly by visiting all 2ⁿ
//! coalitions, or estimates them from random orders with a standard error.

mod coalition;
mod config;
mod errors;
mod exact;
mod faces;
mod game;
mod orders;
mod permutation;
mod table;
mod values;

use crate::error::{Error, Result};

pub use coalition::Coalition;
pub(crate) use config::MOST_PERMUTATIONS;
pub use config::{ShapleyConfig, ShapleyMethod};
pub(crate) use exact::joining_weights;
pub(crate) use faces::Faces;
pub use game::{FunctionGame, Game};
pub(crate) use table::{sums_of_table, values_of_table};
pub use values::ShapleyValues;

/// The Shapley values of a game.
///
/// Exact enumeration evaluates 2ⁿ coalitions of *n* players, *P* permutations P·(n − 1) + 2. Both
/// run on the current rayon pool, and their results depend on the game and the configuration alone,
/// never on the number of threads.
///
/// # Errors
/// When the game has no players or no outputs, the configuration is invalid for it (see
/// [`ShapleyMethod`]), or the game itself returns an error.
///
/// ```
/// use etiology::shapley::{FunctionGame, ShapleyConfig, shapley_values};
///
/// // A left glove is worth something only with a right one; players 1 and 2 hold right gloves.
/// let gloves = FunctionGame::new(3, |coalition| {
///     f64::from(coalition.contains(0) && (coalition.contains(1) || coalition.contains(2)))
/// });
/// let result = shapley_values(&gloves, &ShapleyConfig::default())?;
/// assert!((result.values()[0] - 4.0 / 6.0).abs() < 1e-12);
/// assert!((result.values()[1] - 1.0 / 6.0).abs() < 1e-12);
/// # Ok::<(), etiology::Error>(())
/// ```
#[doc(alias = "set_function")]
#[doc(alias = "estimate_shapley_values")]
pub fn shapley_values<G: Game>(game: &G, config: &ShapleyConfig) -> Result<ShapleyValues> {
    if game.players() == 0 {
        return Err(Error::Empty { what: "the game".to_owned(), expected: "player" });
    }
    if game.outputs() == 0 {
        return Err(Error::Empty { what: "the value of a coalition".to_owned(), expected: "output" });
    }
    match config.method.resolve(game.players())? {
        None => exact::enumerate(game),
        Some(permutations) => permutation::sample(game, permutations, config.seed),
    }
}
