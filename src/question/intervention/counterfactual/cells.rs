//! What the draws of one cell come to.

use crate::data::Levels;
use crate::numeric::kernels::extremes;
use crate::numeric::moments::{mean, root_mean_square};
use crate::numeric::points::{BLOCKS, rows_of_block};
use crate::question::intervention::estimate::Estimate;

/// Up to how many different values are steps.
const MOST_STEPS: usize = 16;

/// The expected value of a number, with its error.
pub(super) fn expected(draws: &[f64]) -> Estimate {
    if draws.iter().all(|draw| *draw == draws[0]) {
        return Estimate::exact(draws[0]);
    }
    let blocks: Vec<f64> = (0..BLOCKS).map(|block| mean(&draws[rows_of_block(draws.len(), block)])).collect();
    Estimate { value: mean(draws), ..Estimate::of_blocks(&blocks) }.no_finer_than(of_draw(draws))
}

/// What one draw counts for at most where few different values are drawn, as where all that a row leaves open is a category; otherwise 0.
fn of_draw(draws: &[f64]) -> f64 {
    let mut different: Vec<f64> = Vec::new();
    for draw in draws {
        if !different.contains(draw) {
            if different.len() == MOST_STEPS {
                return 0.0;
            }
            different.push(*draw);
        }
    }
    let (low, high) = extremes(&different);
    (high - low) / draws.len() as f64
}

/// The standard deviation of what is left open.
pub(super) fn spread(draws: &[f64]) -> f64 {
    if draws.iter().all(|draw| *draw == draws[0]) { 0.0 } else { root_mean_square(draws, mean(draws)) }
}

/// The probability of every level, and last of none of them, each with its error.
pub(super) fn shares(draws: &[f64], levels: &Levels) -> Vec<Estimate> {
    let share = |code: usize| {
        let is_code: Vec<f64> = draws.iter().map(|&draw| f64::from(u8::from(draw == code as f64))).collect();
        expected(&is_code)
    };
    (0..=levels.len()).map(share).collect()
}

/// The likeliest code; the first of several.
pub(super) fn likeliest(draws: &[f64], levels: &Levels) -> f64 {
    let mut counts = vec![0_usize; levels.len() + 1];
    draws.iter().for_each(|&draw| counts[crate::data::place(draw).min(levels.len())] += 1);
    let best = (1..counts.len()).fold(0, |best, code| if counts[code] > counts[best] { code } else { best });
    best as f64
}
