//! Means and covariances of nodes that are linear in all noises that they depend on.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;
use crate::target::Target;

/// A node as a constant plus a weighted sum of noises.
#[derive(Debug, Clone)]
pub(crate) struct LinearMoments {
    /// Its expected value, in its unit.
    pub(crate) mean: f64,
    /// For the position of every noise's node the effect of the noise, and its variance.
    terms: BTreeMap<usize, (f64, f64)>,
    /// Whether all its noises are normal or constant.
    pub(crate) is_normal: bool,
}

impl LinearMoments {
    /// The covariance of two nodes of one model.
    pub(crate) fn covariance(&self, other: &Self) -> f64 {
        let both = self.terms.iter().filter_map(|(position, term)| Some((term, other.terms.get(position)?)));
        both.map(|((effect, variance), (other, _))| effect * other * variance).sum()
    }

    pub(crate) fn variance(&self) -> f64 {
        self.covariance(self)
    }
}

/// The moments of a node; nothing where it is not linear.
///
/// # Errors
/// When there is no such node, or the variance of a noise is not finite.
pub(crate) fn linear_moments(model: &FittedModel, name: &str) -> Result<Option<LinearMoments>> {
    let target = Target::new(model, name)?;
    let Ok(effects) = target.linear_effects() else { return Ok(None) };
    let nodes = target.nodes();
    let mut terms = BTreeMap::new();
    for (number, &effect) in effects.iter().enumerate().filter(|(_, effect)| **effect != 0.0) {
        terms.insert(nodes[number].position, (effect, finite_variance(&target, number)?));
    }
    let means: Vec<f64> = nodes.iter().map(|node| node.mechanism.noise().mean()).collect();
    let is_normal =
        (0..nodes.len()).all(|number| effects[number] == 0.0 || target.noise(number).is_normal_or_constant());
    Ok(Some(LinearMoments { mean: target.wiring().target_value(&means), terms, is_normal }))
}

/// The variance of the noise of a node.
///
/// # Errors
/// When it is not finite.
pub(crate) fn finite_variance(target: &Target, number: usize) -> Result<f64> {
    let noise: &NoiseDistribution = target.noise(number);
    let found = noise.variance();
    if found.is_finite() {
        return Ok(found);
    }
    let what = format!("the variance of the noise of `{}`, {noise}", target.node_name(number));
    Err(Error::NonFiniteValue { what, found })
}
