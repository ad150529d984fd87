//! Sampling of permutations.

use super::errors::pooled;
use super::game::Game;
use super::orders::{OrderSet, degrees_of_freedom, variances};
use super::pairs::{Added, Pairs};
use super::runs::{Expected, first_pairs};
use super::values::ShapleyValues;
use super::walk::{Ends, Walker};
use crate::error::Result;
use crate::threads::{in_parallel, proceed};

/// Antithetic pairs per block of work. Fixed, so that the order of summation is too.
const PAIRS_PER_BLOCK: usize = 4;

/// Averages the players' marginal contributions over pairs of a random order and its reverse.
///
/// The reverse order makes a player's two places add up to the same, which cancels whatever in a contribution is
/// linear in the number of players already there (Mitchell et al., "Sampling Permutations for Shapley Value
/// Estimation", JMLR 2022, section 4.1). Orders are drawn in sets that cover more than independent ones ([`OrderSet`]). Players who hardly
/// matter are measured together after the first orders ([`Expected`]).
pub(super) fn sample<G: Game>(game: &G, permutations: usize, seed: u64) -> Result<ShapleyValues> {
    let players = game.players();
    let ends = Ends::evaluate(game)?;
    let pairs = permutations.div_ceil(2);
    let sets = OrderSet::draw_all(players, pairs, seed);
    let orders: Vec<&[usize]> = sets.iter().flat_map(OrderSet::orders).map(Vec::as_slice).collect();
    let (first, rest) = orders.split_at(first_pairs(game, pairs));
    // One a block: there are few, and what follows waits for them.
    let first = walk_all(game, &ends, None, first, 1)?;
    let expected = Expected::of(&first, pairs);
    let mut all = first.clone();
    all.append(walk_all(game, &ends, expected.as_ref(), rest, PAIRS_PER_BLOCK)?);
    let of_orders = variances(&sets, players, all.amounts());
    let (mut std_errors, degrees_of_freedom) =
        pooled(&of_orders, degrees_of_freedom(&sets), &all.variances_of_independent());
    if let Some(expected) = expected {
        expected.raise(&mut std_errors, &first, &all);
    }
    Ok(ShapleyValues {
        values: all.means(),
        std_errors,
        degrees_of_freedom,
        evaluations: all.evaluations() + 2,
        empty: ends.empty,
        full: ends.full,
        permutations: Some(2 * pairs),
    })
}

/// So many orders a block, and each order's reverse.
fn walk_all<G: Game>(
    game: &G,
    ends: &Ends,
    expected: Option<&Expected>,
    orders: &[&[usize]],
    per_block: usize,
) -> Result<Pairs> {
    let blocks: Vec<&[&[usize]]> = orders.chunks(per_block).collect();
    let walked: Vec<Result<Pairs>> =
        in_parallel(blocks.len(), &|block| walk_block(Walker::new(game, ends, expected), game, blocks[block]));
    let mut all = Pairs::none(game);
    for block in walked {
        all.append(block?);
    }
    Ok(all)
}

fn walk_block<G: Game>(mut walker: Walker<'_, G>, game: &G, orders: &[&[usize]]) -> Result<Pairs> {
    let mut pairs = Pairs::none(game);
    for &order in orders {
        proceed()?;
        let reverse: Vec<usize> = order.iter().rev().copied().collect();
        let (mut forwards, mut backwards) = (Added::nothing(game), Added::nothing(game));
        walker.walk(order, &mut forwards)?;
        walker.walk(&reverse, &mut backwards)?;
        pairs.push(&forwards, &backwards);
    }
    pairs.count(walker.evaluations);
    Ok(pairs)
}
