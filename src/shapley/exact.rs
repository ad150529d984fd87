//! Exact enumeration of all coalitions.

use ndarray::{Array2, ArrayView1};

use super::coalition::Coalition;
use super::game::{Game, evaluate_finite, signs_without};
use super::values::ShapleyValues;
use crate::error::Result;
use crate::threads::{in_parallel, proceed};

/// Coalitions per block of work. Fixed, so that the order of summation is too.
const BLOCK: u64 = 256;
/// Coalitions between two looks whether somebody still wants the answer.
const STEPS_BETWEEN_LOOKS: u64 = 4;

/// Visits all 2ⁿ coalitions in Gray-code order, each differing from the last in one player.
///
/// Every coalition's value enters player *i*'s sum with weight ±|S|!(n − |S| − 1)!/n!, where S is the
/// coalition without *i*: plus when *i* is in it, minus when not. So nothing but the sums is stored.
pub(super) fn enumerate<G: Game>(game: &G) -> Result<ShapleyValues> {
    let players = game.players();
    let coalitions = 1_u64 << players;
    let weights = joining_weights(players);
    let blocks = usize::try_from(coalitions.div_ceil(BLOCK)).unwrap_or(usize::MAX);
    let blocks: Vec<Result<BlockSums>> = in_parallel(blocks, &|block| {
        let start = block as u64 * BLOCK;
        sum_block(game, &weights, start..(start + BLOCK).min(coalitions))
    });
    let mut values = Array2::zeros((players, game.outputs()));
    let (mut empty, mut full) = (Vec::new(), Vec::new());
    for block in blocks {
        let block = block?;
        for (mut row, members) in values.outer_iter_mut().zip(block.values.chunks(block.everybody.len().max(1))) {
            row += &ArrayView1::from(members);
            row += &ArrayView1::from(&block.everybody);
        }
        empty.extend(block.empty.into_iter().flatten());
        full.extend(block.full.into_iter().flatten());
    }
    let evaluations = usize::try_from(coalitions).unwrap_or(usize::MAX);
    Ok(ShapleyValues {
        values,
        std_errors: vec![0.0; players],
        degrees_of_freedom: f64::INFINITY,
        empty,
        full,
        permutations: None,
        evaluations,
    })
}

struct BlockSums {
    /// players × outputs, one player after another.
    values: Vec<f64>,
    /// What is to be added to every player's values.
    everybody: Vec<f64>,
    /// What a coalition adds to the values of its members.
    members: Vec<f64>,
    empty: Option<Vec<f64>>,
    full: Option<Vec<f64>>,
}

fn sum_block<G: Game>(game: &G, weights: &[f64], steps: std::ops::Range<u64>) -> Result<BlockSums> {
    let players = game.players();
    let mut scratch = game.scratch();
    let mut output = vec![0.0; game.outputs()];
    let zeros = |count: usize| vec![0.0; count];
    let (values, everybody, members) = (zeros(players * game.outputs()), zeros(game.outputs()), zeros(game.outputs()));
    let mut sums = BlockSums { values, everybody, members, empty: None, full: None };
    let signs = signs_without(game);
    let mut coalition = gray_coalition(steps.start, players);
    for step in steps.clone() {
        if step % STEPS_BETWEEN_LOOKS == 0 {
            proceed()?;
        }
        if step > steps.start {
            // The Gray code of a step differs from the last in the lowest bit that the step's number has set.
            coalition.toggle(players - 1 - step.trailing_zeros() as usize);
        }
        evaluate_finite(game, &coalition, &mut scratch, &mut output)?;
        add_weighted(&mut sums, &coalition, (weights, &signs), &output);
        if coalition.is_empty() {
            sums.empty = Some(output.clone());
        } else if coalition.len() == players {
            sums.full = Some(output.clone());
        }
    }
    Ok(sums)
}

/// A coalition of s counts +w(s − 1) for its members and ±w(s) for all others, minus unless the output is a bound: that is ±w(s) for
/// everybody, and w(s − 1) ∓ w(s) more for members, which is half the work.
fn add_weighted(sums: &mut BlockSums, coalition: &Coalition, (weights, signs): (&[f64], &[f64]), output: &[f64]) {
    let size = coalition.len();
    let outside = weights.get(size).copied().unwrap_or(0.0);
    let joining = size.checked_sub(1).map_or(0.0, |others| weights[others]);
    let BlockSums { values, everybody, members, .. } = sums;
    let sums = everybody.iter_mut().zip(members.iter_mut()).zip(output.iter().zip(signs));
    for ((everybody, members), (value, sign)) in sums {
        *everybody += sign * outside * value;
        *members = (joining - sign * outside) * value;
    }
    for player in coalition.iter() {
        let of_player = &mut values[player * members.len()..][..members.len()];
        of_player.iter_mut().zip(members.iter()).for_each(|(sum, members)| *sum += members);
    }
}

/// The coalition at a step of the Gray code. The last player is its lowest bit, which changes at every other step.
fn gray_coalition(step: u64, players: usize) -> Coalition {
    let bits = step ^ (step >> 1);
    let mut coalition = Coalition::empty(players);
    (0..players).filter(|bit| bits >> bit & 1 == 1).for_each(|bit| coalition.insert(players - 1 - bit));
    coalition
}

/// s!(n − s − 1)!/n! for s = 0, …, n − 1: how often a player joins a given coalition of s others.
pub(crate) fn joining_weights(players: usize) -> Vec<f64> {
    let n = players as f64;
    let mut weight = 1.0 / n;
    (0..players)
        .map(|size| {
            let current = weight;
            weight *= (size as f64 + 1.0) / (n - size as f64 - 1.0);
            current
        })
        .collect()
}
