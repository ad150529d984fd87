//! What an attribution says.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::config::Quantity;
use super::context::ContextNode;
use super::group::UnidentifiedGroup;
use crate::engine::Explanation;
use crate::findings::Finding;
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
    /// What was split: the contributions, and what is left unexplained, sum to it.
    pub score: ScoreEstimate,
    /// What the unknown noises of the missing nodes leave open; exactly 0 if none is missing.
    pub unexplained: Unexplained,
    /// One per node that the target depends on, itself included, and whose value was observed; in the order of
    /// [`ranked`](Self::ranked).
    pub contributions: Vec<Contribution>,
    /// Nodes that the target depends on, but whose value was missing, in topological order. Of these nobody knows what they
    /// contributed: their noise stays random in every coalition.
    pub missing: Vec<MissingNode>,
    /// Nodes that were given and not to be blamed, in topological order; see
    /// [`AttributionQuestion::context`](crate::attribution::AttributionQuestion::context). They have no contribution.
    pub context: Vec<ContextNode>,
    /// What speaks against this answer, with its evidence and remedy.
    pub findings: Vec<Finding>,
    /// Parents of a node whose effects the training rows do not tell apart, where that matters in this event: what they
    /// contributed together is known, how it is split over them is not.
    pub groups: Vec<UnidentifiedGroup>,
    /// How many joint noise samples all coalitions shared; nothing where no samples were needed.
    pub samples: Option<usize>,
    /// How many permutations were used; nothing for exact Shapley values.
    pub permutations: Option<usize>,
    /// Whether every standard error is as small as [`Precision::StdError`](crate::Precision::StdError) asked for;
    /// nothing where it did not.
    pub precision_reached: Option<bool>,
    /// The seed.
    pub seed: u64,
    pub(crate) explanation: Arc<Explanation>,
}

/// What was split over the nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScoreEstimate {
    /// The score in nats or the deviation from the mean in the target's unit. A score is at least 0; its estimate from samples
    /// may be below, within its error, where the event is all but certain.
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

/// The part of a score that no known noise explains: −v(all), where v(all) is the value of the coalition that keeps every
/// noise that is known.
///
/// The noise of a node whose value is missing is drawn even then. So the event does not repeat itself with certainty, but
/// with the probability q(all), and −v(all) = −ln((q(all) + ε)/(1 + ε)) ≥ 0 nats of the score need the missing noise to be
/// out of the ordinary, too. For a mean deviation it is the observed value less its mean given all known noises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unexplained {
    /// In nats, or in the target's unit for a mean deviation; exactly 0 if no node is missing, or none that matters.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub std_error: f64,
}

/// A node whose value was missing in the event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MissingNode {
    /// The node's name.
    pub node: String,
    /// What stood in for its value when the noises of its children were recovered: the median of the node given its
    /// parents, in its unit.
    pub stand_in: f64,
    /// What is typical of the node: the median of its reference values, in its unit; the code of the likeliest level of a category.
    pub typical: f64,
    /// The likeliest level of a category.
    pub typical_level: Option<String>,
}

/// One node's part in an outlier.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contribution {
    /// The node's name.
    pub node: String,
    /// What it is a part of: says the unit of `value` and `std_error`, see [`nats`](Self::nats).
    pub quantity: Quantity,
    /// How much the node's noise added to the score, in nats, or to the deviation, in the target's unit.
    /// Negative where it made the event less extreme than the node's usual noise would have.
    pub value: f64,
    /// The contribution's standard error, in the same unit: what another noise bank and other permutations would
    /// have changed. It does not cover the fit of the model.
    pub std_error: f64,
    /// By how much the contribution may be off because other mechanisms are possible, in the same unit: half its range over those
    /// that the data leave possible, each taken alone for one node at a time, and the largest change by those that
    /// differ from a fitted one in what the training rows leave open of its coefficients; and half its range over orders of the classes
    /// of categories. Nothing where all mechanisms are inside the data that
    /// they were chosen from, or were given. Of the former, and of parents far out, it is there only where asked for, see
    /// [`Effort::model_error`](crate::attribution::Effort::model_error).
    pub model_error: Option<f64>,
    /// The contribution as a share of the score; nothing if the score is 0 within twice its standard error, or small (a tenth)
    /// beside the sum of the sizes of its parts, which then cancel.
    pub share: Option<f64>,
    /// The node's observed value, in its unit; the code of the level of a category, see [`Levels`](crate::data::Levels).
    pub observed: f64,
    /// What is typical of the node: the median of its reference values, in its unit; the code of the likeliest level of a category.
    pub typical: f64,
    /// The level that was observed of a category, also one that training did not have; nothing where the node is none.
    pub observed_level: Option<String>,
    /// The likeliest level of a category.
    pub typical_level: Option<String>,
    /// Parents whose value was missing and which the node's mechanism depends on. If there are any, the noise was recovered
    /// with stand-ins for them, and all of this is approximate: what the missing parent did beyond its median is put down
    /// to this node.
    pub missing_parents: Vec<String>,
    /// The noise that, with the observed parents, gives the observed value; of a category with causes the middle of all that do.
    pub noise: f64,
    /// How unusual that noise is under its distribution, in nats, with the attribution's floor (or the model's
    /// default floor where that is 0 and the noise impossible).
    pub noise_score: f64,
    /// Whether that noise lies beyond all that its distribution was fitted to, so that what it counts for rests on the
    /// assumed tail; see [`NoiseDistribution::is_extrapolated`](crate::NoiseDistribution::is_extrapolated).
    pub extrapolated: bool,
}

impl Contribution {
    /// The contribution to the outlier score in nats; nothing for a contribution to a mean deviation, which has the target's
    /// unit.
    pub fn nats(&self) -> Option<f64> {
        match self.quantity {
            Quantity::ItScore => Some(self.value),
            Quantity::MeanDeviation => None,
        }
    }

    /// Whether the contribution rests on a stand-in for the missing value of a parent.
    pub fn is_approximate(&self) -> bool {
        !self.missing_parents.is_empty()
    }
}

impl Attribution {
    /// The contributions, the suspect first: by how much each node made the event more extreme, those that made it less so
    /// last, equal ones in topological order.
    ///
    /// First is the largest contribution to a score, whichever side the target is extreme on. Of a
    /// [mean deviation](Quantity::MeanDeviation) it is the one that moved the target furthest in the direction in which it
    /// deviates: for a target above its mean the largest, for one below it the most negative.
    pub fn ranked(&self) -> &[Contribution] {
        &self.contributions
    }

    /// Which engine answered, why, and why the others did not.
    pub fn explain(&self) -> &Explanation {
        &self.explanation
    }

    /// The contribution of a node, if the target depends on it and its value was observed.
    pub fn contribution(&self, node: &str) -> Option<&Contribution> {
        self.contributions.iter().find(|contribution| contribution.node == node)
    }

    /// The largest score that the floor allows, −ln(ε/(1 + ε)), in nats; nothing for a mean deviation.
    pub fn ceiling(&self) -> Option<f64> {
        self.score.floor.map(|floor| -ln_with_floor(0.0, floor))
    }
}

/// The sign of a contribution that made the event more extreme: −1 to a deviation below the mean, otherwise 1.
pub(crate) fn direction(quantity: Quantity, score: f64) -> f64 {
    if quantity == Quantity::MeanDeviation && score < 0.0 { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Observation;
    use crate::graph::CausalGraph;
    use crate::model::StructuralCausalModel;
    use crate::noise::NoiseDistribution;
    use crate::question::attribution::AttributionConfig;

    #[test]
    fn nats_are_those_of_the_score_alone() {
        let model =
            StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["a"], Vec::<(&str, &str)>::new()).unwrap())
                .with_mechanism("a", NoiseDistribution::normal(0.0, 1.0).unwrap())
                .unwrap()
                .without_fitting()
                .unwrap();
        let event = Observation::try_from([("a", 3.0)]).unwrap();
        let ask = |quantity| {
            let config = AttributionConfig::default().with_quantity(quantity);
            model.attribute_outlier("a", &event, &config).unwrap().contributions[0].clone()
        };
        let of_score = ask(Quantity::ItScore);
        assert!(of_score.value > 1.0 && of_score.nats() == Some(of_score.value));
        let of_mean = ask(Quantity::MeanDeviation);
        assert!((of_mean.value - 3.0).abs() < 1e-12 && of_mean.nats().is_none());
    }
}
