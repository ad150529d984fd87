//! Sampling of permutations.

use ndarray::Array2;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::coalition::Coalition;
use super::game::{Game, evaluate_finite};
use super::values::ShapleyValues;
use crate::error::Result;
use crate::random::{Purpose, stream};

/// Antithetic pairs per block of work. Fixed, so that the order of summation is too.
const PAIRS_PER_BLOCK: usize = 4;

/// Averages the players' marginal contributions over pairs of a random order and its reverse.
///
/// The reverse order makes a player's two places add up to the same, which cancels whatever in a contribution is
/// linear in the number of players already there (Mitchell et al., "Sampling Permutations for Shapley Value
/// Estimation", JMLR 2022, section 4.1). The pairs are independent, so their spread gives the standard error.
pub(super) fn sample<G: Game>(game: &G, permutations: usize, seed: u64) -> Result<ShapleyValues> {
    let (players, outputs) = (game.players(), game.outputs());
    let ends = Ends::evaluate(game)?;
    let pairs = permutations.div_ceil(2);
    let blocks: Vec<Result<BlockSums>> = (0..pairs.div_ceil(PAIRS_PER_BLOCK))
        .into_par_iter()
        .map(|block| {
            let start = block * PAIRS_PER_BLOCK;
            walk_block(game, &ends, seed, start..(start + PAIRS_PER_BLOCK).min(pairs))
        })
        .collect();
    let mut values = Array2::zeros((players, outputs));
    let mut first_outputs = Vec::with_capacity(pairs);
    for block in blocks {
        let block = block?;
        values += &block.sum;
        first_outputs.extend(block.first_outputs);
    }
    values /= pairs as f64;
    let std_errors = (0..players).map(|player| std_error(&first_outputs, player, values[[player, 0]])).collect();
    Ok(ShapleyValues {
        values,
        std_errors,
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

struct BlockSums {
    /// players × outputs, summed over pairs.
    sum: Array2<f64>,
    /// For each pair, each player's first output.
    first_outputs: Vec<Vec<f64>>,
}

fn walk_block<G: Game>(game: &G, ends: &Ends, seed: u64, pairs: std::ops::Range<usize>) -> Result<BlockSums> {
    let (players, outputs) = (game.players(), game.outputs());
    let mut scratch = game.scratch();
    let mut block = BlockSums { sum: Array2::zeros((players, outputs)), first_outputs: Vec::new() };
    for pair in pairs {
        let mut order: Vec<usize> = (0..players).collect();
        order.shuffle(&mut stream(seed, Purpose::Permutations, pair as u64));
        let mut contributions = Array2::zeros((players, outputs));
        walk(game, ends, &order, &mut scratch, &mut contributions)?;
        order.reverse();
        walk(game, ends, &order, &mut scratch, &mut contributions)?;
        contributions /= 2.0;
        block.first_outputs.push(contributions.column(0).to_vec());
        block.sum += &contributions;
    }
    Ok(block)
}

/// Lets the players join one by one and adds what each of them adds.
fn walk<G: Game>(
    game: &G,
    ends: &Ends,
    order: &[usize],
    scratch: &mut G::Scratch,
    contributions: &mut Array2<f64>,
) -> Result<()> {
    let mut coalition = Coalition::empty(order.len());
    let mut before = ends.empty.clone();
    let mut after = ends.full.clone();
    for (joined, &player) in order.iter().enumerate() {
        coalition.insert(player);
        if joined + 1 < order.len() {
            evaluate_finite(game, &coalition, scratch, &mut after)?;
        } else {
            after.copy_from_slice(&ends.full);
        }
        for (output, sum) in contributions.row_mut(player).iter_mut().enumerate() {
            *sum += after[output] - before[output];
        }
        std::mem::swap(&mut before, &mut after);
    }
    Ok(())
}

/// Standard error of the mean over pairs.
fn std_error(pairs: &[Vec<f64>], player: usize, mean: f64) -> f64 {
    let count = pairs.len() as f64;
    let squares: f64 = pairs.iter().map(|values| (values[player] - mean).powi(2)).sum();
    (squares / (count - 1.0) / count).sqrt()
}
