//! The event, and what it would have been with a normal suspect.

use super::expectation::{Expectation, Given};
use crate::data::Observation;
use crate::error::Result;
use crate::model::{FittedModel, Recovered, WiredNode, Wiring};
use crate::numeric::points::fill_latin_hypercube;
use crate::random::{Purpose, stream};

/// How many values a missing node is thought to have had.
const DRAWS: usize = 64;

/// The values of the target and its ancestors, as they were and as they would have been had the suspect behaved normally: its value what
/// its mechanism expects, all other noises as recovered (abduction, action, prediction: Pearl, *Causality*, section 7.1).
pub(super) struct World<'m> {
    pub(super) model: &'m FittedModel,
    pub(super) wiring: Wiring,
    pub(super) recovered: Recovered,
    /// The number of the suspect.
    pub(super) suspect: usize,
    /// The values with a normal suspect; those of nodes that it does not reach are as they were, to the bit.
    pub(super) restored: Vec<f64>,
    /// Values that the nodes may have had where some are missing, and those with a normal suspect; empty where none is missing.
    draws: Vec<[Vec<f64>; 2]>,
}

impl<'m> World<'m> {
    /// Nothing where the suspect is neither the target nor a cause of it.
    ///
    /// # Errors
    /// When there is no such node, the suspect or the target has no value in the event, or noises cannot be recovered.
    pub(super) fn of(
        model: &'m FittedModel,
        target: &str,
        suspect: &str,
        event: &Observation,
        seed: u64,
    ) -> Result<Option<Self>> {
        let wiring = model.wiring_of_target(target)?;
        let suspect_at = model.graph().position(suspect)?;
        let Some(suspect) = wiring.nodes().iter().position(|node| node.position == suspect_at) else {
            return Ok(None);
        };
        wiring.node(wiring.target()).needed(event)?;
        wiring.node(suspect).needed(event)?;
        let recovered = wiring.abduct(event)?;
        let restored = recovered.values.clone();
        let mut world = Self { model, wiring, recovered, suspect, restored, draws: Vec::new() };
        let noises = world.draw_noises(seed);
        let with_values = |number: usize| (!world.recovered.is_missing(number)).then(|| world.value(number));
        let drawn = noises.iter().map(|noises| world.wiring.forward(noises, with_values));
        world.draws = drawn.map(|values| [values.clone(), values]).collect();
        world.restore(&noises);
        Ok(Some(world))
    }

    pub(super) fn node(&self, number: usize) -> &WiredNode {
        self.wiring.node(number)
    }

    pub(super) fn value(&self, number: usize) -> f64 {
        self.recovered.values[number]
    }

    /// By what the suspect moved a node.
    pub(super) fn shift(&self, number: usize) -> f64 {
        self.value(number) - self.restored[number]
    }

    /// Whether the suspect reaches a node, by its number; the suspect itself included.
    pub(super) fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.wiring.nodes().len()];
        reached[self.suspect] = true;
        for (number, node) in self.wiring.nodes().iter().enumerate().skip(self.suspect + 1) {
            reached[number] = node.parents.iter().any(|&parent| reached[parent]);
        }
        reached
    }

    /// The distribution of a node given its parents, those that `is_restored` being as they would be with a normal suspect.
    pub(super) fn given(&self, number: usize, is_restored: impl Fn(usize) -> bool) -> Expectation<'_> {
        let node = self.node(number);
        let of = |values: &[f64], restored: &[f64]| {
            let parents = node.parents.iter().map(|&parent| match is_restored(parent) {
                true => restored[parent],
                false => values[parent],
            });
            Given::new(self.model, node, parents.collect())
        };
        let is_open = node.parents.iter().any(|&parent| self.recovered.is_missing(parent));
        let sets = match is_open {
            true => self.draws.iter().map(|[values, restored]| of(values, restored)).collect(),
            false => vec![of(&self.recovered.values, &self.restored)],
        };
        Expectation { node, sets }
    }

    /// The distribution of a node given its parents as they were, and how unusual its value is there.
    pub(super) fn as_observed(&self, number: usize) -> (Expectation<'_>, f64) {
        let given = self.given(number, |_| false);
        let p_value = match given.sets.as_slice() {
            // What is mere rounding is usual.
            [only] if self.node(number).levels.is_none() => {
                only.tail_of_noise(self.node(number), self.wiring.evident_noise(&self.recovered, number))
            }
            _ => given.tail(self.value(number)),
        };
        (given, p_value)
    }

    /// Finds the values with a normal suspect, from the noises of the draws.
    fn restore(&mut self, noises: &[Vec<f64>]) {
        let normal = self.given(self.suspect, |_| false).normal_value(self.model);
        let reached = self.reached();
        let is_missing = |number: usize| self.recovered.is_missing(number);
        let restored = self.wiring.forward(&self.recovered.noises, |number| match reached[number] {
            false => Some(self.value(number)),
            true => (number == self.suspect).then_some(normal),
        });
        let drawn = self.draws.iter().zip(noises).map(|([before, _], noises)| {
            let after = self.wiring.forward(noises, |number| match is_missing(number) {
                true => (!reached[number]).then_some(before[number]),
                false => Some(restored[number]),
            });
            [before.clone(), after]
        });
        let drawn = drawn.collect();
        (self.restored, self.draws) = (restored, drawn);
    }

    /// The noises of missing nodes in so many draws, by their distributions: what effects would say of them is not used. Those of all others
    /// are 0, as they have values.
    fn draw_noises(&self, seed: u64) -> Vec<Vec<f64>> {
        let nodes = self.wiring.nodes();
        if !(0..nodes.len()).any(|number| self.recovered.is_missing(number)) {
            return Vec::new();
        }
        let column = |(number, node): (usize, &WiredNode)| {
            let mut column = vec![0.0; DRAWS];
            if self.recovered.is_missing(number) {
                fill_latin_hypercube(&mut stream(seed, Purpose::Counterfactuals, node.position as u64), &mut column);
                node.mechanism.noise().replace_by_quantiles(&mut column);
            }
            column
        };
        let columns: Vec<Vec<f64>> = nodes.iter().enumerate().map(column).collect();
        (0..DRAWS).map(|draw| columns.iter().map(|column| column[draw]).collect()).collect()
    }
}
