//! What an attribution says.

use super::config::Quantity;
use crate::score::ln_with_floor;

/// How much each node contributed to an outlier of the target, with the error of each figure.
///
/// `Display` prints a table of the ranked nodes. With serde the figures are named `nats` for
/// [`Quantity::ItScore`] and `value` for [`Quantity::MeanDeviation`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Attribution {
    /// The node whose value was attributed.
    pub target: String,
    /// What was split over the nodes.
    pub quantity: Quantity,
    /// What the contributions sum to.
    pub score: ScoreEstimate,
    /// One per node that the target depends on, itself included; the largest first, equal ones in topological order.
    pub contributions: Vec<Contribution>,
    /// How many joint noise samples all coalitions shared; nothing where no samples were needed.
    pub samples: Option<usize>,
    /// How many permutations were used; nothing for exact Shapley values.
    pub permutations: Option<usize>,
    /// Whether every standard error is as small as [`Precision::StdError`](crate::Precision::StdError) asked for;
    /// nothing where it did not.
    pub precision_reached: Option<bool>,
    /// The seed.
    pub seed: u64,
}

/// What was split over the nodes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScoreEstimate {
    /// The score in nats or the deviation from the mean in the target's unit.
    pub value: f64,
    /// Its standard error, in the same unit: what another noise bank, or more terms of a Fourier series, would have
    /// changed.
    pub std_error: f64,
    /// The probability of a value at least as extreme as the observation; nothing for a mean deviation.
    pub tail_probability: Option<f64>,
    /// The floor ε; nothing for a mean deviation.
    pub floor: Option<f64>,
    /// Whether the tail probability is no larger than the floor, so that the score says "at least this much": it is
    /// within ln 2 of its [`ceiling`](Attribution::ceiling), and events further out hardly score more. A lower floor
    /// tells them apart where the noise distributions reach so far.
    pub saturated: bool,
}

/// One node's part in an outlier.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contribution {
    /// The node's name.
    pub node: String,
    /// How much the node's noise added to the score, in nats, or to the deviation, in the target's unit.
    /// Negative where it made the event less extreme than the node's usual noise would have.
    pub value: f64,
    /// The contribution's standard error, in the same unit: what another noise bank and other permutations would
    /// have changed. It does not cover the fit of the model.
    pub std_error: f64,
    /// The contribution as a share of the score; nothing if the score is 0, or as good as 0 beside its parts.
    pub share: Option<f64>,
    /// The node's observed value, in its unit.
    pub observed: f64,
    /// What is typical of the node: the median of its reference values, in its unit.
    pub typical: f64,
    /// The noise that, with the observed parents, gives the observed value.
    pub noise: f64,
    /// How unusual that noise is under its distribution, in nats, with the attribution's floor (or the model's
    /// default floor where that is 0 and the noise impossible).
    pub noise_score: f64,
    /// Whether that noise lies beyond all that its distribution was fitted to, so that what it counts for rests on the
    /// assumed tail; see [`NoiseDistribution::is_extrapolated`](crate::NoiseDistribution::is_extrapolated).
    pub extrapolated: bool,
}

impl Attribution {
    /// The contributions, the largest first: the head of the list is the root cause that the evidence points to.
    pub fn ranked(&self) -> &[Contribution] {
        &self.contributions
    }

    /// The contribution of a node, if the target depends on it.
    pub fn contribution(&self, node: &str) -> Option<&Contribution> {
        self.contributions.iter().find(|contribution| contribution.node == node)
    }

    /// The largest score that the floor allows, −ln(ε/(1 + ε)), in nats; nothing for a mean deviation.
    pub fn ceiling(&self) -> Option<f64> {
        self.score.floor.map(|floor| -ln_with_floor(0.0, floor))
    }
}
