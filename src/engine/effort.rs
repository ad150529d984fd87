//! How much may be spent.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::numeric::points::BLOCKS;
use crate::shapley::ShapleyMethod;

/// Fewest samples: two per block, without which no error could be given.
const FEWEST_SAMPLES: usize = 2 * BLOCKS;

/// Most samples: each needs 8 bytes per node and thread.
const MOST_SAMPLES: usize = 10_000_000;

/// What suffices for an order of magnitude.
const ROUGH_SAMPLES: usize = 512;
const ROUGH_PERMUTATIONS: ShapleyMethod = ShapleyMethod::Permutations(8);

/// Up to how many players all coalitions are visited by default where they need no samples: some tens of milliseconds at
/// most.
pub(super) const EXACT_WITHOUT_SAMPLES: usize = 16;

/// How precise the result should be.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Precision {
    /// What the configured samples and permutations give.
    #[default]
    Budget,
    /// The largest standard error that any contribution, and the score, may have: in nats, or in the target's unit for
    /// [`Quantity::MeanDeviation`](crate::Quantity::MeanDeviation). The configured samples and permutations are where it
    /// begins; each is doubled as often as its part of the error needs, up to about a million samples and 100 000
    /// permutations. Whether that was enough is said by
    /// [`Attribution::precision_reached`](crate::Attribution::precision_reached).
    StdError(f64),
}

/// How much is spent on a question, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Effort {
    /// How many joint samples of the noises all coalitions share; at least 32, 16 384 by default. A power of two suits
    /// quasi-Monte Carlo best. With more than 12 players, coalitions that a share of them tells exactly enough beside the least exact are
    /// visited with that share; where a target is linear in many noises, columns of the others are as long as an error of 0.02 nats in
    /// contributions needs, or the one asked for as [`Precision::StdError`]. Closed forms and Fourier inversion need none.
    #[doc(alias = "num_distribution_samples")]
    pub samples: usize,
    /// Exact Shapley values or permutations; automatic by default: exact for up to 12 players, 16 where no samples are
    /// needed. Permutations that would evaluate as many coalitions as there are give way to exact values.
    pub shapley_method: ShapleyMethod,
    /// What takes the place of an automatic [`shapley_method`](Self::shapley_method) where every coalition costs samples;
    /// automatic by default. A few permutations suffice to rank nodes.
    pub shapley_method_of_samples: ShapleyMethod,
    /// Whether to spend what is configured or as much as a standard error needs; the former by default.
    pub precision: Precision,
    /// Whether each contribution also says what it would be by other mechanisms that the data leave possible, for an event
    /// outside of the data that mechanisms were chosen from; not by default. Costs a few rough attributions, however many nodes
    /// are outside, and nothing for an event inside. It covers orders of classes, too, at a rough attribution for each that is tried of a
    /// category with causes and more than two classes.
    pub model_error: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            samples: 16_384,
            shapley_method: ShapleyMethod::default(),
            shapley_method_of_samples: ShapleyMethod::default(),
            precision: Precision::default(),
            model_error: false,
        }
    }
}

impl Effort {
    /// # Errors
    /// When a number is out of its range.
    pub(crate) fn check(&self) -> Result<()> {
        if !(FEWEST_SAMPLES..=MOST_SAMPLES).contains(&self.samples) {
            return Err(Error::InvalidParameter {
                name: "the number of samples",
                requirement: "at least 32, so that a standard error can be given, and at most 10 million",
                found: self.samples.to_string(),
            });
        }
        if let Precision::StdError(std_error) = self.precision
            && !(std_error > 0.0 && std_error.is_finite())
        {
            return Err(Error::InvalidParameter {
                name: "the standard error to reach",
                requirement: "positive and finite",
                found: std_error.to_string(),
            });
        }
        self.shapley_method.check()?;
        self.shapley_method_of_samples.check()
    }

    /// For figures of which an order of magnitude counts, as of how far another mechanism would move an attribution.
    pub(crate) fn rough(self) -> Self {
        Self {
            samples: self.samples.min(ROUGH_SAMPLES),
            shapley_method: ROUGH_PERMUTATIONS,
            precision: Precision::Budget,
            ..self
        }
    }

    /// The standard error that is to be reached, if one is asked for.
    pub(crate) fn asked_error(&self) -> Option<f64> {
        match self.precision {
            Precision::StdError(std_error) => Some(std_error),
            Precision::Budget => None,
        }
    }

    /// How Shapley values of so many players are found where a coalition needs no samples.
    pub(super) fn method_without_samples(&self, players: usize) -> ShapleyMethod {
        self.shapley_method.or_exact_at_no_more_cost(players).or_exact_up_to(EXACT_WITHOUT_SAMPLES, players)
    }

    /// How Shapley values of so many players are found where every coalition costs samples.
    pub(super) fn method_of_samples(&self, players: usize) -> ShapleyMethod {
        match self.shapley_method.or_exact_at_no_more_cost(players) {
            ShapleyMethod::Auto => self.shapley_method_of_samples.or_exact_at_no_more_cost(players),
            method => method,
        }
    }
}
