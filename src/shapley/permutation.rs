//! Sampling of permutations.

use ndarray::Array2;

use super::coalition::Coalition;
use super::errors::pooled;
use super::game::{Game, evaluate_finite, signs_without};
use super::orders::{OrderSet, degrees_of_freedom, variances};
use super::values::ShapleyValues;
use crate::error::Result;
use crate::threads::{in_parallel, proceed};

/// Antithetic pairs per block of work. Fixed, so that the order of summation is too.
const PAIRS_PER_BLOCK: usize = 4;

/// Averages the players' marginal contributions over pairs of a random order and its reverse.
///
/// The reverse order makes a player's two places add up to the same, which cancels whatever in a contribution is
/// linear in the number of players already there (Mitchell et al., "Sampling Permutations for Shapley Value
/// Estimation", JMLR 2022, section 4.1). Orders are drawn in sets that cover more than independent ones ([`OrderSet`]).
pub(super) fn sample<G: Game>(game: &G, permutations: usize, seed: u64) -> Result<ShapleyValues> {
    let (players, outputs) = (game.players(), game.outputs());
    let ends = Ends::evaluate(game)?;
    let pairs = permutations.div_ceil(2);
    let sets = OrderSet::draw_all(players, pairs, seed);
    let orders: Vec<&Vec<usize>> = sets.iter().flat_map(OrderSet::orders).collect();
    let blocks: Vec<&[&Vec<usize>]> = orders.chunks(PAIRS_PER_BLOCK).collect();
    let blocks: Vec<Result<BlockSums>> = in_parallel(blocks.len(), &|block| walk_block(game, &ends, blocks[block]));
    let mut values = Array2::zeros((players, outputs));
    let mut first_outputs = Vec::with_capacity(pairs);
    let mut squares = vec![0.0; players];
    for block in blocks {
        let block = block?;
        values += &block.sum;
        first_outputs.extend(block.first_outputs);
        squares.iter_mut().zip(block.squares).for_each(|(sum, squares)| *sum += squares);
    }
    values /= pairs as f64;
    let walks = 2.0 * pairs as f64;
    let of_walks: Vec<f64> = squares.iter().map(|squares| squares / pairs as f64 / walks).collect();
    let (std_errors, degrees_of_freedom) =
        pooled(&variances(&sets, players, &first_outputs), degrees_of_freedom(&sets), &of_walks);
    Ok(ShapleyValues {
        values,
        std_errors,
        degrees_of_freedom,
        empty: ends.empty,
        full: ends.full,
        permutations: Some(2 * pairs),
        evaluations: 2 * pairs * (players - 1) + 2,
    })
}

/// The values of the coalitions of nobody and of all, which every permutation shares.
struct Ends {
    empty: Vec<f64>,
    full: Vec<f64>,
}

impl Ends {
    fn evaluate<G: Game>(game: &G) -> Result<Self> {
        let mut scratch = game.scratch();
        let (mut empty, mut full) = (vec![0.0; game.outputs()], vec![0.0; game.outputs()]);
        evaluate_finite(game, &Coalition::empty(game.players()), &mut scratch, &mut empty)?;
        evaluate_finite(game, &Coalition::full(game.players()), &mut scratch, &mut full)?;
        Ok(Self { empty, full })
    }
}

/// Room for the steps of a walk.
struct Steps {
    coalition: Coalition,
    /// The values of the coalition before and after a player left.
    with: Vec<f64>,
    without: Vec<f64>,
    /// See [`signs_without`].
    signs: Vec<f64>,
}

struct BlockSums {
    /// players × outputs, summed over pairs.
    sum: Array2<f64>,
    /// For each pair, each player's first output.
    first_outputs: Vec<Vec<f64>>,
    /// For each player the squares of half the difference of what it added in an order and in its reverse, of the first output.
    squares: Vec<f64>,
}

fn walk_block<G: Game>(game: &G, ends: &Ends, orders: &[&Vec<usize>]) -> Result<BlockSums> {
    let (players, outputs) = (game.players(), game.outputs());
    let mut scratch = game.scratch();
    let (with, without) = (vec![0.0; outputs], vec![0.0; outputs]);
    let mut steps = Steps { coalition: Coalition::empty(players), with, without, signs: signs_without(game) };
    let mut contributions = Array2::zeros((players, outputs));
    let mut block =
        BlockSums { sum: Array2::zeros((players, outputs)), first_outputs: Vec::new(), squares: vec![0.0; players] };
    for &order in orders {
        proceed()?;
        let reverse: Vec<usize> = order.iter().rev().copied().collect();
        contributions.fill(0.0);
        walk(game, ends, order, &mut scratch, &mut steps, &mut contributions)?;
        let forwards = contributions.column(0).to_vec();
        walk(game, ends, &reverse, &mut scratch, &mut steps, &mut contributions)?;
        let both = contributions.column(0);
        for ((squares, forwards), both) in block.squares.iter_mut().zip(forwards).zip(both) {
            *squares += (forwards - 0.5 * both).powi(2);
        }
        contributions /= 2.0;
        block.first_outputs.push(contributions.column(0).to_vec());
        block.sum += &contributions;
    }
    Ok(block)
}

/// Lets the players leave one by one, the last of the order first, and adds what each of them had added.
///
/// Backwards, because a game that remembers the last coalition knows best the one of all: in a game of samples nothing
/// is drawn there, and on the way down sums only grow, so that no rounding is left behind by what was taken away again.
fn walk<G: Game>(
    game: &G,
    ends: &Ends,
    order: &[usize],
    scratch: &mut G::Scratch,
    steps: &mut Steps,
    contributions: &mut Array2<f64>,
) -> Result<()> {
    let Steps { coalition, with, without, signs } = steps;
    order.iter().for_each(|&player| coalition.insert(player));
    with.copy_from_slice(&ends.full);
    for (joined, &player) in order.iter().enumerate().rev() {
        coalition.remove(player);
        if joined > 0 {
            evaluate_finite(game, coalition, scratch, without)?;
        } else {
            without.copy_from_slice(&ends.empty);
        }
        let both = with.iter().zip(without.iter()).zip(signs.iter());
        let added = both.map(|((with, without), sign)| with + sign * without);
        contributions.row_mut(player).iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
        std::mem::swap(with, without);
    }
    Ok(())
}
