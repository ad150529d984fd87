//! From the Shapley values of a game's outputs to figures with errors.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::fourier::with_those_of_others;
use super::jackknife::variance_of_bank;
use super::measure::OUTPUTS;
use crate::shapley::ShapleyValues;

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_985;

/// What the game of one event gave: amounts in nats or in the target's unit, with their standard errors.
#[derive(Debug)]
pub(super) struct Estimates {
    /// −v(∅), which the contributions and what is left unexplained sum to.
    pub(super) score: Estimate,
    /// −v(all): exactly 0 unless some noises are always free.
    pub(super) unexplained: Estimate,
    /// q(∅); not meaningful for a mean deviation.
    pub(super) tail_probability: f64,
    /// One per player.
    pub(super) contributions: Vec<Estimate>,
    /// How many permutations were used; nothing for exact Shapley values.
    pub(super) permutations: Option<usize>,
}

/// An amount with its errors.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Estimate {
    pub(super) value: f64,
    /// The standard error of the coalitions' values: what another noise bank, or more terms of a series, would have
    /// changed.
    pub(super) bank_error: f64,
    /// What other permutations would have changed.
    pub(super) permutation_error: f64,
}

impl Estimate {
    /// −v(∅), from the values of the coalition of nobody, with its error, and of that of all. The latter is known exactly,
    /// if no noise is always free.
    pub(super) fn of_score(empty: f64, bank_error: f64, full: f64, always_free: &[usize]) -> Self {
        let value = if always_free.is_empty() { full - empty } else { -empty };
        Self { value, bank_error, permutation_error: 0.0 }
    }

    /// −v(all): exactly 0, if no noise is always free.
    pub(super) fn unexplained(full: f64, bank_error: f64, always_free: &[usize]) -> Self {
        if always_free.is_empty() {
            return Self::default();
        }
        Self { value: -full, bank_error, permutation_error: 0.0 }
    }

    /// The permutations' error is taken given the bank and the bank's given the permutations, so their variances add.
    pub(super) fn std_error(self) -> f64 {
        self.bank_error.hypot(self.permutation_error)
    }
}

impl Estimates {
    /// Of an event that is certain.
    pub(super) fn certain() -> Self {
        let (score, unexplained) = (Estimate::default(), Estimate::default());
        Self { score, unexplained, tail_probability: 1.0, contributions: Vec::new(), permutations: None }
    }

    /// The first output is the coalition's value, the last its probability. A game of samples has the replicates of
    /// [`OUTPUTS`] in between; one in closed form has none, and no error but that of the permutations.
    pub(super) fn new(values: &ShapleyValues, always_free: &[usize]) -> Self {
        let (empty, full) = (values.empty_value(), values.full_value());
        let outputs = values.outputs();
        let contributions = outputs.rows().into_iter().zip(permutation_errors(values));
        let contributions = contributions.map(|(outputs, permutation_error)| {
            let outputs = outputs.to_vec();
            Estimate { value: outputs[0], bank_error: bank_error(&outputs), permutation_error }
        });
        Self {
            score: Estimate::of_score(empty[0], bank_error(empty), full[0], always_free),
            unexplained: Estimate::unexplained(full[0], bank_error(full), always_free),
            tail_probability: empty[empty.len() - 1],
            contributions: contributions.collect(),
            permutations: values.permutations(),
        }
    }

    /// The same for a game of samples with one more output, by how much the last terms of a series changed the value: those of
    /// all players are errors on top of the samples'. `score_error` is that of v(∅), from the change and the probability.
    pub(super) fn with_series(
        values: &ShapleyValues,
        always_free: &[usize],
        score_error: impl Fn(f64, f64) -> f64,
    ) -> Self {
        let (empty, full) = (values.empty_value(), values.full_value());
        let outputs = values.outputs();
        let changes = with_those_of_others(&outputs.column(OUTPUTS).to_vec());
        let of_samples = |outputs: &[f64]| bank_error(&outputs[..OUTPUTS]);
        let contributions = outputs.rows().into_iter().zip(changes).map(|(outputs, change)| {
            let outputs = outputs.to_vec();
            Estimate { value: outputs[0], bank_error: of_samples(&outputs).hypot(change), permutation_error: 0.0 }
        });
        let error = |of: &[f64]| of_samples(of).hypot(score_error(of[OUTPUTS], of[OUTPUTS - 1]));
        Self {
            score: Estimate::of_score(empty[0], error(empty), full[0], always_free),
            unexplained: Estimate::unexplained(full[0], error(full), always_free),
            tail_probability: empty[OUTPUTS - 1],
            contributions: contributions.collect(),
            permutations: None,
        }
    }

    /// The largest standard error of any amount.
    pub(super) fn largest_error(&self) -> f64 {
        self.largest(|estimate| estimate.std_error())
    }

    pub(super) fn largest_bank_error(&self) -> f64 {
        self.largest(|estimate| estimate.bank_error)
    }

    pub(super) fn largest_permutation_error(&self) -> f64 {
        self.largest(|estimate| estimate.permutation_error)
    }

    fn largest(&self, error: impl Fn(&Estimate) -> f64) -> f64 {
        self.contributions.iter().chain([&self.score, &self.unexplained]).map(error).fold(0.0, f64::max)
    }
}

fn bank_error(outputs: &[f64]) -> f64 {
    if outputs.len() == OUTPUTS { variance_of_bank(outputs).sqrt() } else { 0.0 }
}

/// What other permutations would have changed, for every player: the standard error over the pairs of permutations,
/// widened as Student's distribution is wider than the normal one, as few pairs do not tell it exactly.
pub(super) fn permutation_errors(values: &ShapleyValues) -> Vec<f64> {
    let widened = values.permutations().map_or(1.0, |permutations| student_over_normal(permutations / 2 - 1));
    values.std_errors().iter().map(|error| widened * error).collect()
}

fn student_over_normal(degrees_of_freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, degrees_of_freedom as f64).map_or(1.0, |student| student.inverse_cdf(0.975) / Z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_is_wider_the_fewer_pairs_there_are() {
        // scipy 1.15.3: scipy.stats.t.ppf(0.975, df) / scipy.stats.norm.ppf(0.975)
        for (degrees_of_freedom, expected) in [(1, 6.482_877), (12, 1.111_660), (49, 1.025_312)] {
            let found = student_over_normal(degrees_of_freedom);
            assert!((found - expected).abs() < 1e-5, "{found} instead of {expected}");
        }
    }
}
