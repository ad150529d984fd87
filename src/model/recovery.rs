//! Abduction: from an observation back to the noise that made it.

use super::fitted::FittedModel;
use crate::data::Observation;
use crate::error::{Error, Result};

/// How far a custom mechanism may miss the observed value when its recovered noise is put back, relative to
/// the node's values and their spread. Far above rounding, far below anything that would matter.
const INVERSION_TOLERANCE: f64 = 1e-6;

/// The values of some nodes and the noises that made them.
///
/// A missing value is replaced by the median of its node given its parents, so that values and noises always belong
/// together.
#[derive(Debug, Clone)]
pub(crate) struct Recovered {
    /// Observed, or what stands in for a missing value.
    pub(crate) values: Vec<f64>,
    /// Of a node whose value is missing, the median.
    pub(crate) noises: Vec<f64>,
    pub(crate) origins: Vec<Origin>,
}

/// What a value and its noise rest on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Origin {
    /// The value was observed, but not those of these parents, by position in the graph, which the noise depends on. With
    /// none, the noise is exact.
    Observed { missing_parents: Vec<usize> },
    /// The value is missing.
    Missing,
}

impl Recovered {
    pub(crate) fn is_missing(&self, node: usize) -> bool {
        self.origins[node] == Origin::Missing
    }
}

impl FittedModel {
    /// The observed noises of the nodes at the given positions, in that order. All values must be there.
    pub(super) fn noises(&self, nodes: &[usize], observation: &Observation) -> Result<Vec<f64>> {
        let noise = |&position: &usize| {
            let value = observation.finite(self.graph().name(position))?;
            let parents = self.parents_at(position).iter();
            let parents =
                parents.map(|&parent| observation.finite(self.graph().name(parent))).collect::<Result<Vec<_>>>()?;
            self.recover_one(position, &parents, value)
        };
        nodes.iter().map(noise).collect()
    }

    /// The values and noises of the nodes at the given positions, in that order, which must be topological and leave out no
    /// parent. Values may be missing.
    pub(crate) fn recover(&self, nodes: &[usize], observation: &Observation) -> Result<Recovered> {
        let mut recovered = Recovered { values: Vec::new(), noises: Vec::new(), origins: Vec::new() };
        let mut numbers = vec![0; self.graph().node_count()];
        for (number, &position) in nodes.iter().enumerate() {
            numbers[position] = number;
            let parents = self.parents_at(position);
            let parent_values: Vec<f64> = parents.iter().map(|&parent| recovered.values[numbers[parent]]).collect();
            let (value, noise, origin) = match observation.finite_if_present(self.graph().name(position))? {
                Some(value) => {
                    let missing = |&(place, parent): &(usize, usize)| {
                        recovered.is_missing(numbers[parent]) && !self.mechanism_at(position).ignores(place)
                    };
                    let missing_parents = parents.iter().copied().enumerate().filter(missing);
                    let missing_parents = missing_parents.map(|(_, parent)| parent).collect();
                    (value, self.recover_one(position, &parent_values, value)?, Origin::Observed { missing_parents })
                }
                None => {
                    let (value, noise) = self.impute(position, &parent_values)?;
                    (value, noise, Origin::Missing)
                }
            };
            recovered.values.push(value);
            recovered.noises.push(noise);
            recovered.origins.push(origin);
        }
        Ok(recovered)
    }

    /// The median of a node given its parents, and of its noise. (The noise's median gives the value's where the mechanism
    /// is monotone in the noise, as any is that adds it.)
    fn impute(&self, position: usize, parents: &[f64]) -> Result<(f64, f64)> {
        let mechanism = self.mechanism_at(position);
        let noise = mechanism.noise().median();
        let value = mechanism.evaluate(parents, noise);
        if value.is_finite() {
            return Ok((value, noise));
        }
        let (node, operation) = (self.graph().name(position).to_owned(), "stand in for a missing value");
        Err(Error::MechanismNotFinite { node, operation, found: value })
    }

    /// The noise of one node, from its value and those of its mechanism's parents, all finite.
    pub(crate) fn recover_one(&self, position: usize, parents: &[f64], observed: f64) -> Result<f64> {
        let node = || self.graph().name(position).to_owned();
        let mechanism = self.mechanism_at(position);
        if let Some(requirement) = mechanism.violated_domain(observed) {
            let what = format!("the observed value of node `{}`", node());
            return Err(Error::OutsideDomain { what, requirement, found: observed });
        }
        let noise = mechanism.estimate_noise(parents, observed);
        if !noise.is_finite() {
            let operation = "recover the noise of the observation";
            return Err(Error::MechanismNotFinite { node: node(), operation, found: noise });
        }
        // Additive noise is a difference, which no parent's size can spoil by more than rounding.
        if mechanism.adds_noise() {
            return Ok(noise);
        }
        let reproduced = mechanism.evaluate(parents, noise);
        let scale = observed.abs().max(reproduced.abs()).max(self.reference_at(position).variance().sqrt());
        // Not the other way round, which would let NaN pass.
        if (reproduced - observed).abs() <= INVERSION_TOLERANCE * scale {
            return Ok(noise);
        }
        Err(Error::NotInvertible { node: node(), observed, noise, reproduced })
    }
}
