//! From estimates to the attribution that a user reads.

use super::attributor::Attributor;
use super::case::Case;
use super::config::Quantity;
use super::group::{Splits, UnidentifiedGroup, Unseen};
use super::open_splits::OpenSplits;
use super::result::{Attribution, Contribution, MissingNode, ScoreEstimate, Unexplained, direction};
use crate::checks::{Facts, ScoreFacts, of_event};
use crate::data::Observation;
use crate::error::Result;
use crate::findings::Finding;
use crate::model::{Origin, Recovered};
use crate::numeric::ranks::sort_by;
use crate::refine::{Answer, Estimate, Found};
use crate::score::{ItScore, is_saturated};
use crate::target::Target;
use crate::world::Event;

/// A score has no meaningful shares if it is no more than so many of its standard errors, or than this share of the sum of the
/// sizes of its parts.
const ERRORS: f64 = 2.0;
const SMALL: f64 = 0.1;
/// By how much rounding may bring a score below 0, in nats.
const ROUNDING: f64 = 1e-12;

/// What shares are shares of; nothing where they would mean nothing.
pub(super) fn whole(score: &ScoreEstimate, amounts: &[f64]) -> Option<f64> {
    let sum_of_sizes: f64 = amounts.iter().map(|amount| amount.abs()).sum();
    let is_small = score.value.abs() <= (SMALL * sum_of_sizes).max(ERRORS * score.std_error);
    (!is_small).then_some(score.value)
}

impl Attributor {
    pub(super) fn assemble(
        &self,
        observation: &Observation,
        case: &Case,
        event: &Event<'_>,
        answer: &Answer,
        splits: Splits<'_>,
    ) -> Result<Attribution> {
        let (found, recovered, target) = (&answer.found, case.recovered(), &case.base().target);
        let score = self.score(found);
        let mut amounts = vec![Estimate::default(); target.nodes().len()];
        event.players().into_iter().zip(&found.contributions).for_each(|(node, &amount)| amounts[node] = amount);
        let amounts_alone: Vec<f64> = amounts.iter().map(|amount| amount.value).collect();
        let mut findings = self.findings(observation, case, &amounts_alone, &score);
        let open = match splits {
            Splits::Asked(deadline) => self.open_splits(case, observation, &amounts, score.value, deadline)?,
            Splits::Left => OpenSplits::none(amounts.len()),
        };
        // That a constant moved is found by itself.
        let is_told = |group: &&UnidentifiedGroup| group.unseen != Unseen::Constant;
        findings.extend(open.groups.iter().filter(is_told).map(UnidentifiedGroup::finding));
        let whole = whole(&score, &amounts_alone);
        let contributions = amounts
            .into_iter()
            .enumerate()
            .filter(|&(node, _)| !recovered.is_missing(node) && !self.context.contains(&node));
        let contributions = contributions.map(|(node, amount)| {
            let contribution = self.contribution(target, node, recovered, amount, whole)?;
            let observed_level = target.nodes()[node].observed_level(observation);
            Ok(Contribution {
                model_error: Some(open.errors[node]).filter(|&error| error > 0.0),
                observed_level,
                ..contribution
            })
        });
        let mut contributions = contributions.collect::<Result<Vec<_>>>()?;
        let towards = direction(self.config.question.quantity, score.value);
        // A stable sort: equal contributions stay in topological order.
        sort_by(&mut contributions, &|a, b| (towards * b.value).total_cmp(&(towards * a.value)));
        let asked = self.config.effort.asked_error();
        Ok(Attribution {
            target: self.target().to_owned(),
            quantity: self.config.question.quantity,
            score,
            unexplained: Unexplained { value: found.unexplained.value, std_error: found.unexplained.std_error() },
            contributions,
            missing: self.missing(target, recovered),
            context: self.context_of(target, recovered, observation),
            groups: open.groups,
            findings,
            samples: answer.samples,
            permutations: found.permutations,
            precision_reached: asked.map(|asked| found.largest_error() <= asked),
            seed: self.config.means.seed,
            explanation: Self::explanation(case.prepared(), answer),
        })
    }

    fn findings(&self, observation: &Observation, case: &Case, amounts: &[f64], score: &ScoreEstimate) -> Vec<Finding> {
        let std_error = score.std_error;
        let score = score.tail_probability.map(|tail_probability| ScoreFacts {
            feature_map: &self.config.question.feature_map,
            tail_probability,
            std_error,
            floor: self.floor,
        });
        let (model, wiring, recovered) = (&self.model, case.base().target.wiring(), case.as_modelled());
        let context = &*self.context;
        of_event(&Facts { model, wiring, observation, recovered, amounts, score, context })
    }

    pub(super) fn score(&self, found: &Found) -> ScoreEstimate {
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

    fn missing(&self, target: &Target, recovered: &Recovered) -> Vec<MissingNode> {
        let missing = target.nodes().iter().enumerate().filter(|&(node, _)| recovered.is_missing(node));
        let missing = missing.map(|(number, node)| MissingNode {
            node: node.name.clone(),
            stand_in: recovered.values[number],
            typical: node.typical(self.model.reference_at(node.position)),
            typical_level: node.level_name(node.typical(self.model.reference_at(node.position))),
        });
        missing.collect()
    }

    fn contribution(
        &self,
        target: &Target,
        node: usize,
        recovered: &Recovered,
        amount: Estimate,
        whole: Option<f64>,
    ) -> Result<Contribution> {
        let (position, noise) = (target.nodes()[node].position, recovered.noises[node]);
        let missing_parents = match &recovered.origins[node] {
            Origin::Observed { missing_parents } => missing_parents.as_slice(),
            Origin::Missing => &[],
        };
        let distribution = target.nodes()[node].mechanism.noise();
        let evident = target.wiring().evident_noise(recovered, node);
        let ln_tail = target.wiring().ln_noise_tail(recovered, node);
        let impossible = ln_tail == f64::NEG_INFINITY;
        let floor = if self.floor == 0.0 && impossible { self.model.floor_at(position) } else { self.floor };
        Ok(Contribution {
            node: target.node_name(node).to_owned(),
            quantity: self.config.question.quantity,
            value: amount.value,
            std_error: amount.std_error(),
            model_error: None,
            share: whole.map(|whole| amount.value / whole),
            observed: recovered.values[node],
            typical: target.nodes()[node].typical(self.model.reference_at(position)),
            observed_level: None,
            typical_level: target.nodes()[node]
                .level_name(target.nodes()[node].typical(self.model.reference_at(position))),
            missing_parents: missing_parents.iter().map(|&parent| self.model.graph().name(parent).to_owned()).collect(),
            noise,
            noise_score: ItScore::from_log_tail_probability(ln_tail, floor)?.nats(),
            extrapolated: target.nodes()[node].levels.is_none() && distribution.is_extrapolated(evident),
        })
    }
}
