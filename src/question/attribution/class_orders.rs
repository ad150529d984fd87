//! What other orders of classes would make of contributions: the data give none, and with more than two classes a kept noise depends
//! on it.

use std::sync::Arc;

use super::attributor::Attributor;
use super::case::{Case, Prepared};
use super::result::Attribution;
use crate::data::Observation;
use crate::engine::Ask;
use crate::error::Result;
use crate::mechanism::{FittedMechanism, Form};
use crate::refine::{Goal, answer};
use crate::target::Target;

/// How many nodes have other orders of their classes tried, and up to how many classes each class takes the middle of one.
const MOST_NODES: usize = 4;
const MOST_CLASSES: usize = 6;

impl Attributor {
    /// The attribution with the model error of every contribution widened by half the range that it has over orders of classes: for
    /// each category with causes and more than two classes those in which another class stands between the others. They are all
    /// orders of three classes, as one turned round is the same, and some of those of more.
    pub(super) fn with_class_orders(
        &self,
        mut attribution: Attribution,
        case: &Case,
        observation: &Observation,
    ) -> Result<Attribution> {
        let target = &case.base().target;
        let is_open =
            |&number: &usize| target.nodes()[number].mechanism.classes().is_some_and(|classes| classes.classes() > 2);
        for number in (0..target.nodes().len()).filter(is_open).take(MOST_NODES) {
            // As rough as the others, so that nothing but the order differs.
            let own = self.contributions_by(target.with_mechanisms(|_, _| None), observation)?;
            let value = |found: &[(String, f64)], node: &str| {
                found.iter().find(|(name, _)| name == node).map_or(0.0, |part| part.1)
            };
            let own: Vec<f64> = attribution.contributions.iter().map(|part| value(&own, &part.node)).collect();
            let (mut low, mut high) = (own.clone(), own);
            for form in orders(&target.nodes()[number].mechanism) {
                let replaced = target.with_mechanisms(|other, mechanism| {
                    (other == number).then(|| FittedMechanism::new(form.clone(), mechanism.noise().clone()))
                });
                let found = self.contributions_by(replaced, observation)?;
                for (place, part) in attribution.contributions.iter().enumerate() {
                    let other = value(&found, &part.node);
                    (low[place], high[place]) = (low[place].min(other), high[place].max(other));
                }
            }
            for (part, (low, high)) in attribution.contributions.iter_mut().zip(low.into_iter().zip(high)) {
                let error = 0.5 * (high - low);
                if error > 0.0 {
                    part.model_error = Some(part.model_error.unwrap_or(0.0).hypot(error));
                }
            }
        }
        Ok(attribution)
    }

    fn contributions_by(&self, target: Target, observation: &Observation) -> Result<Vec<(String, f64)>> {
        let prepared = Prepared::new(target, &self.model, &self.config)?;
        let recovered = prepared.target.wiring().abduct(observation)?;
        let recovered = prepared.target.wiring().with_rounding_decided(recovered);
        let measured = self.measured(&prepared.target, &recovered)?;
        let goal = Goal { effort: self.config.effort.rough(), ..self.goal() };
        Case::new(Arc::new(prepared), recovered, measured).ask(|event, engines| {
            let found = answer(event, engines, Ask::Split, goal)?.found;
            let name = |node: usize| event.target().node_name(node).to_owned();
            Ok(event
                .players()
                .into_iter()
                .map(name)
                .zip(found.contributions.iter().map(|amount| amount.value))
                .collect())
        })
    }
}

/// The mechanism with each of its classes in the middle of the others, where it is not so already.
fn orders(mechanism: &FittedMechanism) -> Vec<Form> {
    let Some(classes) = mechanism.classes() else { return Vec::new() };
    let order = classes.order();
    let middle = order.len() / 2;
    let with_in_middle = |place: usize| {
        let mut other: Vec<usize> = order.iter().copied().filter(|&code| code != order[place]).collect();
        other.insert(middle, order[place]);
        other
    };
    let places = (0..order.len()).filter(|&place| place != middle).take(MOST_CLASSES);
    places.map(|place| Form::Classes(classes.in_order(with_in_middle(place)))).collect()
}
