//! From the Shapley values of a game's outputs to figures with errors.

use super::jackknife::variance_of_bank;
use super::measure::OUTPUTS;
use crate::shapley::ShapleyValues;

/// What the game of one event gave: amounts in nats or in the target's unit, with their standard errors.
#[derive(Debug)]
pub(super) struct Estimates {
    /// −v(∅), which the contributions sum to.
    pub(super) score: (f64, f64),
    /// q(∅); not meaningful for a mean deviation.
    pub(super) tail_probability: f64,
    /// One per player.
    pub(super) contributions: Vec<(f64, f64)>,
    /// How many permutations were used; nothing for exact Shapley values.
    pub(super) permutations: Option<usize>,
}

impl Estimates {
    /// Of an event that is certain.
    pub(super) fn certain() -> Self {
        Self { score: (0.0, 0.0), tail_probability: 1.0, contributions: Vec::new(), permutations: None }
    }

    /// The first output is the coalition's value, the last its probability. A game of samples has the replicates of
    /// [`OUTPUTS`] in between; one in closed form has none, and no error but that of the permutations.
    pub(super) fn new(values: &ShapleyValues) -> Self {
        let empty = values.empty_value();
        let outputs = values.outputs();
        let contributions = outputs.rows().into_iter().zip(values.std_errors()).map(|(outputs, &error)| {
            let outputs = outputs.to_vec();
            // The permutations' error is taken given the bank and the bank's given the permutations, so their
            // variances add.
            (outputs[0], (variance(&outputs) + error * error).sqrt())
        });
        Self {
            // v(all) is known exactly, so the error of the score is that of v(∅).
            score: (values.full_value()[0] - empty[0], variance(empty).sqrt()),
            tail_probability: empty[empty.len() - 1],
            contributions: contributions.collect(),
            permutations: values.permutations(),
        }
    }
}

fn variance(outputs: &[f64]) -> f64 {
    if outputs.len() == OUTPUTS { variance_of_bank(outputs) } else { 0.0 }
}
