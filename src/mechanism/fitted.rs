//! A node's mechanism after fitting.

use std::sync::Arc;

use super::custom::Mechanism;
use super::function::ParentFunction;
use crate::error::{Error, Result};
use crate::noise::NoiseDistribution;

/// A node's mechanism, ready to be evaluated and inverted, with the distribution of its noise.
///
/// Parents are in the order of the mechanism: as named in a known formula or a custom mechanism,
/// otherwise as in the graph.
#[derive(Debug, Clone)]
pub struct FittedMechanism {
    function: NodeFunction,
    noise: NoiseDistribution,
}

/// How the value comes from the parents and the noise.
#[derive(Debug, Clone)]
pub(crate) enum NodeFunction {
    /// The value is the noise: a root.
    Noise,
    Additive(ParentFunction),
    Custom(Arc<dyn Mechanism>),
}

impl FittedMechanism {
    pub(crate) fn new(function: NodeFunction, noise: NoiseDistribution) -> Self {
        Self { function, noise }
    }

    /// The distribution of the noise.
    pub fn noise(&self) -> &NoiseDistribution {
        &self.noise
    }

    /// The function of the parents to which the noise is added; nothing for a root or a custom mechanism.
    pub fn parent_function(&self) -> Option<&ParentFunction> {
        match &self.function {
            NodeFunction::Additive(function) => Some(function),
            NodeFunction::Noise | NodeFunction::Custom(_) => None,
        }
    }

    /// Whether the value does not depend on a parent, given by its place.
    pub(crate) fn ignores(&self, place: usize) -> bool {
        match &self.function {
            NodeFunction::Additive(ParentFunction::Linear(linear)) => linear.coefficients[place] == 0.0,
            _ => false,
        }
    }

    /// Whether the value is the noise.
    pub(crate) fn is_root(&self) -> bool {
        matches!(self.function, NodeFunction::Noise)
    }

    /// Whether the value is a function of the parents, if any, plus the noise.
    pub(crate) fn adds_noise(&self) -> bool {
        matches!(self.function, NodeFunction::Noise | NodeFunction::Additive(_))
    }

    /// The node's value, from its parents' values and its noise.
    pub fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        match &self.function {
            NodeFunction::Noise => noise,
            NodeFunction::Additive(function) => function.value(parents) + noise,
            NodeFunction::Custom(mechanism) => mechanism.evaluate(parents, noise),
        }
    }

    /// The noise that, with these parents, gives the node this value.
    pub fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        self.function.estimate_noise(parents, value)
    }

    /// The node's values over columns: one slice per parent, each as long as `noise` and `values`.
    ///
    /// # Errors
    /// When a value is NaN or infinite, by a user's function or by overflow; `node` is for the message.
    pub(crate) fn fill(&self, node: &str, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) -> Result<()> {
        self.fill_output(parents, noise, values);
        if let NodeFunction::Additive(_) = self.function {
            values.iter_mut().zip(noise).for_each(|(value, noise)| *value += noise);
        }
        check_finite(node, values)
    }

    /// The node's values over columns, unchecked, before a noise that is merely added: f(parents), or f(parents, noise)
    /// for a custom mechanism.
    pub(crate) fn fill_output(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        match &self.function {
            NodeFunction::Noise => values.copy_from_slice(noise),
            NodeFunction::Additive(function) => function.fill(parents, values),
            NodeFunction::Custom(mechanism) => mechanism.evaluate_columns(parents, noise, values),
        }
    }
}

/// Checks the values that samples of a node came to.
pub(crate) fn check_finite(node: &str, values: &[f64]) -> Result<()> {
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&found) => Err(Error::MechanismNotFinite { node: node.to_owned(), operation: "evaluate a sample", found }),
    }
}

impl NodeFunction {
    pub(super) fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        match self {
            Self::Noise => value,
            Self::Additive(function) => value - function.value(parents),
            Self::Custom(mechanism) => mechanism.estimate_noise(parents, value),
        }
    }
}
