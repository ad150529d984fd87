//! What the training rows leave open of an attribution, because parents of a node never moved apart in them.

use super::attributor::Attributor;
use super::case::{Case, Prepared};
use super::group::{UnidentifiedGroup, Unseen};
use crate::data::Observation;
use crate::engine::{Ask, Effort, Engine, Precision};
use crate::error::Result;
use crate::mechanism::{FittedMechanism, Form, LinearFunction};
use crate::model::{Cause, Doubt, Recovered, Seen};
use crate::refine::{Deadline, Estimate, Goal, answer};
use crate::shapley::ShapleyMethod;
use crate::target::Target;

/// Another mechanism is asked about with no more samples than these: how far figures may be off need not be known to more digits.
const MOST_SAMPLES: usize = 1_024;
const PERMUTATIONS: ShapleyMethod = ShapleyMethod::Permutations(16);
/// A split is open where it moves a contribution by this share of the largest figure, and by so many standard errors.
const OPEN_SHARE: f64 = 0.15;
const OPEN_ERRORS: f64 = 4.0;

/// How far the figures of an attribution may be off because of what the rows leave open.
pub(super) struct OpenSplits {
    /// By the number of the node in the target; 0 where nothing is open.
    pub(super) errors: Vec<f64>,
    /// Where it matters in this event.
    pub(super) groups: Vec<UnidentifiedGroup>,
}

impl OpenSplits {
    /// No error and no group: no split is open, or it is not asked.
    pub(super) fn none(nodes: usize) -> Self {
        Self { errors: vec![0.0; nodes], groups: Vec::new() }
    }
}

/// The figures of the fitted model, by the number of the node in the target.
struct Fitted<'f> {
    target: &'f Target,
    amounts: &'f [Estimate],
    /// The amounts that figures with other mechanisms are compared with.
    compared: &'f [Estimate],
    /// The largest of the score and the contributions.
    largest: f64,
}

/// How far some other mechanisms of one node move the figures.
struct Moved {
    /// Each node's contribution, at most.
    each: Vec<f64>,
    /// The sum of those of the doubt's group, at most.
    sum: f64,
    /// Whether each is beyond what samples and permutations may have moved it.
    is_certain: Vec<bool>,
}

/// What came of asking.
enum Asking {
    Answered(Moved),
    /// None of the mechanisms allows the event.
    Impossible,
    OutOfTime,
}

impl Attributor {
    /// Asks what the contributions were with every other mechanism that the training rows allow. `amounts` are those of the fitted
    /// model, by the number of the node. Costs an attribution for each such mechanism that matters; where no parents moved
    /// together, O(parents²) for each node.
    pub(super) fn open_splits(
        &self,
        case: &Case,
        observation: &Observation,
        amounts: &[Estimate],
        score: f64,
        deadline: Option<&Deadline<'_>>,
    ) -> Result<OpenSplits> {
        let largest = amounts.iter().map(|amount| amount.value.abs()).fold(score.abs(), f64::max);
        let (target, recovered) = (&case.base().target, case.as_modelled());
        let doubts: Vec<(usize, Doubt)> = (0..amounts.len())
            .flat_map(|number| self.doubts(target, recovered, number).into_iter().map(move |doubt| (number, doubt)))
            // Those are another kind of error, see `model_error`.
            .filter(|(_, doubt)| doubt.cause != Cause::FarOut)
            .collect();
        if doubts.is_empty() {
            return Ok(OpenSplits::none(amounts.len()));
        }
        // What changes is looked at with every other noise as in training.
        let believed = if case.is_believed() { None } else { self.amounts_with(target, observation, None)? };
        let compared = believed.as_deref().unwrap_or(amounts);
        let fitted = Fitted { target, amounts, compared, largest };
        let mut squares = vec![0.0; amounts.len()];
        let mut groups = Vec::new();
        for number in 0..amounts.len() {
            // Coefficients of one node are one vector: it is off in one way or another. Those of several are off independently.
            let mut of_node = vec![0.0_f64; amounts.len()];
            for (_, doubt) in doubts.iter().filter(|(of, _)| *of == number) {
                let members = members(target, number, doubt);
                let moved = match self.moved(&fitted, observation, number, doubt, &members, deadline)? {
                    Asking::Answered(moved) => moved,
                    Asking::Impossible => continue,
                    // Without an answer, the members' figures may be anything up to the whole.
                    Asking::OutOfTime => fitted.moved_by_all(&members),
                };
                of_node.iter_mut().zip(&moved.each).for_each(|(error, each)| *error = error.max(*each));
                groups.extend(fitted.group(number, doubt, &members, &moved));
            }
            squares.iter_mut().zip(of_node).for_each(|(square, error)| *square += error * error);
        }
        Ok(OpenSplits { errors: squares.into_iter().map(f64::sqrt).collect(), groups })
    }

    /// What is in doubt about a node, if it and its parents were observed.
    pub(super) fn doubts(&self, target: &Target, recovered: &Recovered, number: usize) -> Vec<Doubt> {
        let node = target.wiring().node(number);
        let is_known =
            !recovered.is_missing(number) && !node.parents.iter().any(|&parent| recovered.is_missing(parent));
        // The model's own mechanism: that of the target may have been widened for the event.
        let mechanism = self.model.mechanism_at(node.position);
        let Some(doubtful) = self.model.doubtful_at(node.position).filter(|_| is_known) else { return Vec::new() };
        let parents = node.parent_values(&recovered.values);
        let noise = mechanism.estimate_noise(&parents, recovered.values[number]);
        // What is known to move the target by so much.
        let lever =
            target.effects()[number].map_or(0.0, |effect| target.nodes()[target.number()].spread / effect.abs());
        doubtful.doubts(&Seen { mechanism, parents: &parents, noise, spread: node.spread, lever })
    }

    fn moved(
        &self,
        fitted: &Fitted<'_>,
        observation: &Observation,
        number: usize,
        doubt: &Doubt,
        members: &[usize],
        deadline: Option<&Deadline<'_>>,
    ) -> Result<Asking> {
        let count = fitted.amounts.len();
        let mut moved = Moved { each: vec![0.0; count], sum: 0.0, is_certain: vec![false; count] };
        let mut any = false;
        for form in &doubt.forms {
            if deadline.is_some_and(Deadline::is_over) {
                return Ok(Asking::OutOfTime);
            }
            let Some(amounts) = self.amounts_with(fitted.target, observation, Some((number, form)))? else { continue };
            any = true;
            for (node, (other, own)) in amounts.iter().zip(fitted.compared).enumerate() {
                let (by, error) = ((other.value - own.value).abs(), other.std_error().hypot(own.std_error()));
                moved.each[node] = moved.each[node].max(by);
                moved.is_certain[node] |= by > OPEN_ERRORS * error;
            }
            let sum = |amounts: &[Estimate]| members.iter().map(|&node| amounts[node].value).sum::<f64>();
            moved.sum = moved.sum.max((sum(&amounts) - sum(fitted.compared)).abs());
        }
        Ok(if any { Asking::Answered(moved) } else { Asking::Impossible })
    }

    /// The contributions if a node had this mechanism, or with those of the model; `None` if the event then cannot be, as its value
    /// is out of reach.
    fn amounts_with(
        &self,
        target: &Target,
        observation: &Observation,
        other: Option<(usize, &Form)>,
    ) -> Result<Option<Vec<Estimate>>> {
        let replaced = target.with_mechanisms(|number, mechanism| {
            let (_, form) = other.filter(|&(of, _)| of == number)?;
            Some(FittedMechanism::new(form.clone(), mechanism.noise().clone()))
        });
        // An engine that was asked for need not apply to another mechanism.
        let Ok(prepared) = Prepared::new(replaced, &self.model, &self.config) else { return Ok(None) };
        let Ok(recovered) = prepared.target.wiring().abduct(observation) else { return Ok(None) };
        let event = self.measured(&prepared.target, &recovered)?.event(&prepared.target, recovered);
        let Effort { samples, .. } = self.config.effort;
        let effort = Effort {
            samples: samples.min(MOST_SAMPLES),
            shapley_method_of_samples: PERMUTATIONS,
            precision: Precision::Budget,
            ..self.config.effort
        };
        let goal = Goal { effort, ..self.goal() };
        let engines: Vec<&dyn Engine> = prepared.engines.iter().collect();
        let Ok(found) = answer(&event, &engines, Ask::Split, goal) else { return Ok(None) };
        let mut amounts = vec![Estimate::default(); target.nodes().len()];
        event.players().into_iter().zip(found.found.contributions).for_each(|(node, amount)| amounts[node] = amount);
        Ok(Some(amounts))
    }
}

/// The numbers of the nodes whose contributions together are what the rows do tell: the tied parents, and the node itself where
/// the event leaves the plane of the rows.
fn members(target: &Target, number: usize, doubt: &Doubt) -> Vec<usize> {
    let parents = &target.wiring().node(number).parents;
    let mut members: Vec<usize> = doubt.members.iter().map(|&place| parents[place]).collect();
    members.extend(doubt.off_plane.map(|_| number));
    members
}

impl Fitted<'_> {
    fn moved_by_all(&self, members: &[usize]) -> Moved {
        let count = self.amounts.len();
        let mut moved = Moved { each: vec![0.0; count], sum: self.largest, is_certain: vec![false; count] };
        for &member in members {
            moved.each[member] = self.largest;
            moved.is_certain[member] = true;
        }
        moved
    }

    /// The group of a doubt, where it is open in this event how an amount is split over it.
    fn group(&self, number: usize, doubt: &Doubt, members: &[usize], moved: &Moved) -> Option<UnidentifiedGroup> {
        let wiring = self.target.wiring();
        let is_open = |&&node: &&usize| moved.is_certain[node] && moved.each[node] > OPEN_SHARE * self.largest;
        members.iter().find(is_open)?;
        let name = |&place: &usize| wiring.node(wiring.node(number).parents[place]).name.clone();
        let unseen = match doubt.cause {
            Cause::FarOut => return None,
            Cause::Constant => Unseen::Constant,
            Cause::NearlyTied { apart } => Unseen::NearlyTogether { apart },
            Cause::Tied => {
                let names: Vec<String> = (0..wiring.node(number).parents.len()).map(|place| name(&place)).collect();
                let relation = |(place, sum): &(usize, LinearFunction)| {
                    format!("{} = {}", names[*place], sum.describe_terms(&names))
                };
                Unseen::Together { relations: doubt.relations.iter().map(relation).collect() }
            }
        };
        Some(UnidentifiedGroup {
            child: wiring.node(number).name.clone(),
            nodes: doubt.members.iter().map(name).collect(),
            unseen,
            deviations_off_plane: doubt.off_plane,
            value: members.iter().map(|&node| self.amounts[node].value).sum(),
            std_error: members.iter().map(|&node| self.amounts[node].std_error()).sum(),
            model_error: moved.sum,
        })
    }
}
