//! From estimates to the attribution that a user reads.

use super::attributor::Attributor;
use super::config::Quantity;
use super::result::{Attribution, Contribution, MissingNode, ScoreEstimate, Unexplained};
use crate::checks::{Facts, ScoreFacts, of_event};
use crate::data::Observation;
use crate::error::Result;
use crate::findings::Finding;
use crate::model::{Origin, Recovered};
use crate::refine::{Answer, Estimate, Found};
use crate::score::is_saturated;
use crate::world::Event;

/// A score has no meaningful shares if it is no more than so many of its standard errors, or than this share of the sum of the
/// sizes of its parts.
const ERRORS: f64 = 2.0;
const SMALL: f64 = 0.1;
/// By how much rounding may bring a score below 0, in nats.
const ROUNDING: f64 = 1e-12;

impl Attributor {
    pub(super) fn assemble(
        &self,
        observation: &Observation,
        event: &Event<'_>,
        answer: &Answer,
    ) -> Result<Attribution> {
        let (found, recovered) = (&answer.found, event.recovered());
        let score = self.score(found);
        let mut amounts = vec![Estimate::default(); self.target.nodes().len()];
        event.players().into_iter().zip(&found.contributions).for_each(|(node, &amount)| amounts[node] = amount);
        let amounts_alone: Vec<f64> = amounts.iter().map(|amount| amount.value).collect();
        let findings = self.findings(observation, recovered, &amounts_alone, &score);
        let sum_of_sizes: f64 = amounts_alone.iter().map(|amount| amount.abs()).sum();
        let is_small = score.value.abs() <= (SMALL * sum_of_sizes).max(ERRORS * score.std_error);
        let whole = (!is_small).then_some(score.value);
        let contributions = amounts.into_iter().enumerate().filter(|&(node, _)| !recovered.is_missing(node));
        let contributions = contributions.map(|(node, amount)| self.contribution(node, recovered, amount, whole));
        let mut contributions = contributions.collect::<Result<Vec<_>>>()?;
        // A stable sort: equal contributions stay in topological order.
        contributions.sort_by(|a, b| b.value.total_cmp(&a.value));
        let asked = self.config.effort.asked_error();
        Ok(Attribution {
            target: self.target().to_owned(),
            quantity: self.config.question.quantity,
            score,
            unexplained: Unexplained { value: found.unexplained.value, std_error: found.unexplained.std_error() },
            contributions,
            missing: self.missing(recovered),
            findings,
            samples: answer.samples,
            permutations: found.permutations,
            precision_reached: asked.map(|asked| found.largest_error() <= asked),
            seed: self.config.means.seed,
            explanation: self.explanation(answer),
        })
    }

    fn findings(
        &self,
        observation: &Observation,
        recovered: &Recovered,
        amounts: &[f64],
        score: &ScoreEstimate,
    ) -> Vec<Finding> {
        let std_error = score.std_error;
        let score = score.tail_probability.map(|tail_probability| ScoreFacts {
            feature_map: &self.config.question.feature_map,
            tail_probability,
            std_error,
            floor: self.floor,
        });
        let (model, wiring) = (&self.model, self.target.wiring());
        of_event(&Facts { model, wiring, observation, recovered, amounts, score })
    }

    fn score(&self, found: &Found) -> ScoreEstimate {
        let (value, std_error) = (found.score.value, found.score.std_error());
        if self.config.question.quantity == Quantity::MeanDeviation {
            return ScoreEstimate { value, std_error, tail_probability: None, floor: None, saturated: false };
        }
        // The score of a certain event, but for rounding.
        let value = if (-ROUNDING..0.0).contains(&value) { 0.0 } else { value };
        let saturated = is_saturated(found.probability, self.floor);
        let (tail_probability, floor) = (Some(found.probability), Some(self.floor));
        ScoreEstimate { value, std_error, tail_probability, floor, saturated }
    }

    fn missing(&self, recovered: &Recovered) -> Vec<MissingNode> {
        let missing = self.target.nodes().iter().enumerate().filter(|&(node, _)| recovered.is_missing(node));
        let missing = missing.map(|(number, node)| MissingNode {
            node: node.name.clone(),
            stand_in: recovered.values[number],
            typical: self.model.reference_at(node.position).median(),
        });
        missing.collect()
    }

    fn contribution(
        &self,
        node: usize,
        recovered: &Recovered,
        amount: Estimate,
        whole: Option<f64>,
    ) -> Result<Contribution> {
        let (position, noise) = (self.target.nodes()[node].position, recovered.noises[node]);
        let missing_parents = match &recovered.origins[node] {
            Origin::Observed { missing_parents } => missing_parents.as_slice(),
            Origin::Missing => &[],
        };
        let distribution = self.target.nodes()[node].mechanism.noise();
        let evident = self.target.wiring().evident_noise(recovered, node);
        let impossible = distribution.log_two_sided_tail(evident) == f64::NEG_INFINITY;
        let floor = if self.floor == 0.0 && impossible { self.model.default_floor() } else { self.floor };
        Ok(Contribution {
            node: self.target.node_name(node).to_owned(),
            quantity: self.config.question.quantity,
            value: amount.value,
            std_error: amount.std_error(),
            share: whole.map(|whole| amount.value / whole),
            observed: recovered.values[node],
            typical: self.model.reference_at(position).median(),
            missing_parents: missing_parents.iter().map(|&parent| self.model.graph().name(parent).to_owned()).collect(),
            noise,
            noise_score: self.model.noise_score(position, evident, floor)?.nats(),
            extrapolated: distribution.is_extrapolated(evident),
        })
    }
}
