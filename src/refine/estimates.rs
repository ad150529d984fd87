//! From the outputs of a game to figures with errors.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::rounding::RoundingErrors;
use crate::engine::{Reading, Readout};
use crate::shapley::ShapleyValues;
use crate::world::Event;

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_985;
/// By how much, as a share, an engine's error may enlarge a stated error that no other engine makes smaller.
const HIDDEN: f64 = 0.02;

/// What was found: amounts in nats or in the target's unit, with their standard errors.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// −v(∅), which the contributions and what is left unexplained sum to; of a single world −v(T).
    pub(crate) score: Estimate,
    /// −v(all): exactly 0 unless some noises are drawn in every world.
    pub(crate) unexplained: Estimate,
    /// q(∅), or q(T) of a single world; not meaningful for a mean deviation.
    pub(crate) probability: f64,
    /// One per player; none where a single world was asked for.
    pub(crate) contributions: Vec<Estimate>,
    /// How many permutations were used; nothing for exact Shapley values.
    pub(crate) permutations: Option<usize>,
}

/// An amount with its errors.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    /// The standard error of the worlds' values: what another noise bank, or more terms of a series, would have changed.
    engine_error: f64,
    /// What other permutations would have changed.
    permutation_error: f64,
    /// What rounding of the observed values leaves open.
    rounding_error: f64,
}

impl Estimate {
    fn of_world(value: f64, engine_error: f64, rounding_error: f64) -> Self {
        Self { value, engine_error, permutation_error: 0.0, rounding_error }
    }

    /// The permutations' error is taken given the bank and the bank's given the permutations, so their variances add.
    pub(crate) fn std_error(self) -> f64 {
        self.engine_error.hypot(self.permutation_error).hypot(self.rounding_error)
    }
}

impl Found {
    /// An event that is certain: where no noise is drawn, the observation is the only value the target can take.
    pub(crate) fn certain() -> Self {
        Self::of_world(Reading::certain(), RoundingErrors::default())
    }

    /// A single world.
    pub(super) fn of_world(world: Reading, rounding: RoundingErrors) -> Self {
        Self {
            score: Estimate::of_world(-world.value, world.error, rounding.score),
            unexplained: Estimate::default(),
            probability: world.probability,
            contributions: Vec::new(),
            permutations: None,
        }
    }

    /// The Shapley values of a game, whose players are numbered in the given `order` of the event's players.
    pub(super) fn of_game(
        values: &ShapleyValues,
        readout: &dyn Readout,
        event: &Event<'_>,
        order: Option<&[usize]>,
    ) -> Self {
        let (nobody, everybody) = (readout.reading(values.empty_value()), readout.reading(values.full_value()));
        let (outputs, rounding) = (values.outputs(), RoundingErrors::of(event));
        let mut engine_errors = readout.errors(outputs);
        engine_errors.iter_mut().zip(readout.errors_beside()).for_each(|(error, beside)| *error = error.hypot(beside));
        let errors = engine_errors.into_iter().zip(permutation_errors(values));
        let amounts = outputs.rows().into_iter().zip(errors).map(|(outputs, (engine_error, permutation_error))| {
            Estimate { value: outputs[0], engine_error, permutation_error, rounding_error: rounding.contribution }
        });
        let mut contributions = vec![Estimate::default(); event.player_count()];
        for (number, amount) in amounts.enumerate() {
            contributions[order.map_or(number, |order| order[number])] = amount;
        }
        // The observation itself is known exactly, unless some noise is always drawn.
        let (score, unexplained) = if event.always_drawn().is_empty() {
            (everybody.value - nobody.value, Estimate::default())
        } else {
            (-nobody.value, Estimate::of_world(-everybody.value, everybody.error, rounding.contribution))
        };
        Self {
            score: Estimate::of_world(score, nobody.error, rounding.score),
            unexplained,
            probability: nobody.probability,
            contributions,
            permutations: values.permutations(),
        }
    }

    /// Where it is known that no player matters, whatever rounding says: all is left unexplained.
    pub(super) fn with_all_unexplained(mut self) -> Self {
        self.contributions.fill(Estimate::default());
        self.unexplained = self.score;
        self
    }

    /// The largest standard error of any amount.
    pub(crate) fn largest_error(&self) -> f64 {
        self.largest(|amount| amount.std_error())
    }

    /// The largest of the engine's own errors.
    pub(super) fn largest_engine_error(&self) -> f64 {
        self.largest(|amount| amount.engine_error)
    }

    /// The largest of the engine's own errors that a better engine could do something about: those of amounts whose stated error is larger
    /// by more than [`HIDDEN`] for it. Beside what permutations and rounding leave open, others are not seen.
    pub(super) fn largest_engine_error_that_matters(&self) -> f64 {
        let matters = |amount: &Estimate| {
            let others = amount.permutation_error.hypot(amount.rounding_error);
            if amount.std_error() > (1.0 + HIDDEN) * others { amount.engine_error } else { 0.0 }
        };
        self.largest(matters)
    }

    pub(super) fn largest_permutation_error(&self) -> f64 {
        self.largest(|amount| amount.permutation_error)
    }

    fn largest(&self, error: impl Fn(&Estimate) -> f64) -> f64 {
        self.contributions.iter().chain([&self.score, &self.unexplained]).map(error).fold(0.0, f64::max)
    }
}

/// What other permutations would have changed, for every player: the standard error over the permutations, widened as
/// Student's distribution is wider than the normal one, as few permutations do not tell it exactly.
fn permutation_errors(values: &ShapleyValues) -> Vec<f64> {
    let widened = values.permutations().map_or(1.0, |_| student_over_normal(values.degrees_of_freedom()));
    values.std_errors().iter().map(|error| widened * error).collect()
}

fn student_over_normal(degrees_of_freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees_of_freedom).map_or(1.0, |student| student.inverse_cdf(0.975) / Z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_error_that_others_hide_does_not_matter() {
        let amount = |engine_error, permutation_error, rounding_error| Estimate {
            engine_error,
            permutation_error,
            rounding_error,
            ..Estimate::default()
        };
        let found = |contributions: Vec<Estimate>| Found { contributions, ..Found::certain() };
        let hidden = [amount(0.1, 1.0, 0.0), amount(0.06, 0.0, 0.3)];
        assert_eq!(found(hidden.to_vec()).largest_engine_error_that_matters(), 0.0);
        assert_eq!(found(hidden.to_vec()).largest_engine_error(), 0.1);
        let with_seen = [hidden.as_slice(), &[amount(0.03, 0.1, 0.0), amount(0.02, 0.0, 0.0)]].concat();
        assert_eq!(found(with_seen).largest_engine_error_that_matters(), 0.03);
    }

    #[test]
    fn student_is_wider_the_fewer_pairs_there_are() {
        // scipy 1.15.3: scipy.stats.t.ppf(0.975, df) / scipy.stats.norm.ppf(0.975)
        for (degrees_of_freedom, expected) in [(1.0, 6.482_877), (12.0, 1.111_660), (49.0, 1.025_312)] {
            let found = student_over_normal(degrees_of_freedom);
            assert!((found - expected).abs() < 1e-5, "{found} instead of {expected}");
        }
    }
}
