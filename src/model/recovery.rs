//! Abduction: from an observation back to the noise that made it.

use super::fitted::FittedModel;
use crate::data::Observation;
use crate::error::{Error, Result};

/// How far a custom mechanism may miss the observed value when its recovered noise is put back, relative to
/// the node's values and their spread. Far above rounding, far below anything that would matter.
const INVERSION_TOLERANCE: f64 = 1e-6;

/// The observed values of some nodes and the noises that made them.
#[derive(Debug, Clone)]
pub(crate) struct Recovered {
    pub(crate) values: Vec<f64>,
    pub(crate) noises: Vec<f64>,
}

impl FittedModel {
    /// The observed values and noises of the nodes at the given positions, in that order. Their parents must be
    /// observed too.
    pub(crate) fn recover(&self, nodes: &[usize], observation: &Observation) -> Result<Recovered> {
        let mut recovered = Recovered { values: Vec::new(), noises: Vec::new() };
        for &position in nodes {
            let value = observation.finite(self.graph().name(position))?;
            let parents = self.parents_at(position).iter();
            let parents =
                parents.map(|&parent| observation.finite(self.graph().name(parent))).collect::<Result<Vec<_>>>()?;
            recovered.values.push(value);
            recovered.noises.push(self.recover_one(position, &parents, value)?);
        }
        Ok(recovered)
    }

    fn recover_one(&self, position: usize, parents: &[f64], observed: f64) -> Result<f64> {
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
