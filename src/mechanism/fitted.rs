//! A node's mechanism after fitting.

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use super::custom::NamedMechanism;
use super::function::ParentFunction;
use super::location_scale::LocationScaleFunction;
use super::post_nonlinear::PostNonlinearFunction;
use super::saved::SavedMechanism;
use crate::error::{Error, Result};
use crate::noise::NoiseDistribution;

/// A node's mechanism, ready to be evaluated and inverted, with the distribution of its noise.
///
/// Parents are in the order of the mechanism: as named in a known formula or a custom mechanism,
/// otherwise as in the graph.
///
/// It can be saved with any serde format and comes back bit by bit, if the format keeps all digits. What is saved is
/// checked on loading. Mechanisms and formulas written in code cannot be saved: that is an error which says so.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedMechanism")]
pub struct FittedMechanism {
    function: NodeFunction,
    noise: NoiseDistribution,
}

/// How the value comes from the parents and the noise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum NodeFunction {
    /// The value is the noise: a root.
    Noise,
    Additive(ParentFunction),
    PostNonlinear(PostNonlinearFunction),
    LocationScale(LocationScaleFunction),
    #[serde(skip_deserializing, serialize_with = "refuse_custom")]
    Custom(NamedMechanism),
}

fn refuse_custom<S: Serializer>(NamedMechanism { mechanism, .. }: &NamedMechanism, _: S) -> Result<S::Ok, S::Error> {
    Err(S::Error::custom(format!("the custom mechanism {mechanism:?} is code and cannot be saved")))
}

impl FittedMechanism {
    pub(crate) fn new(function: NodeFunction, noise: NoiseDistribution) -> Self {
        Self { function, noise }
    }

    /// The distribution of the noise.
    pub fn noise(&self) -> &NoiseDistribution {
        &self.noise
    }

    /// The function of the parents to which the noise is added; nothing for a root, or where the noise is not added.
    pub fn parent_function(&self) -> Option<&ParentFunction> {
        match &self.function {
            NodeFunction::Additive(function) => Some(function),
            _ => None,
        }
    }

    /// The mechanism written by the user, if it is one.
    pub(crate) fn custom(&self) -> Option<&NamedMechanism> {
        match &self.function {
            NodeFunction::Custom(custom) => Some(custom),
            _ => None,
        }
    }

    /// A mechanism written by the user, with its noise.
    pub(crate) fn from_custom(custom: NamedMechanism, noise: NoiseDistribution) -> Self {
        Self::new(NodeFunction::Custom(custom), noise)
    }

    /// Whether a closure is part of it.
    pub(crate) fn holds_formula(&self) -> bool {
        match &self.function {
            NodeFunction::Additive(function) => function.holds_formula(),
            NodeFunction::PostNonlinear(function) => function.function.holds_formula(),
            NodeFunction::LocationScale(function) => function.location.holds_formula(),
            NodeFunction::Noise | NodeFunction::Custom(_) => false,
        }
    }

    /// Whether it can take so many parents.
    pub(crate) fn takes_parents(&self, parents: usize) -> bool {
        match &self.function {
            NodeFunction::Noise => parents == 0,
            NodeFunction::Additive(function) => function.takes_parents(parents),
            NodeFunction::PostNonlinear(function) => function.function.takes_parents(parents),
            NodeFunction::LocationScale(function) => {
                function.scale.log_scale.coefficients.len() == parents && function.location.takes_parents(parents)
            }
            NodeFunction::Custom(_) => true,
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

    /// What the node's values must be if not any number will do, unless this value is.
    pub(crate) fn violated_domain(&self, value: f64) -> Option<&'static str> {
        match &self.function {
            NodeFunction::PostNonlinear(function) if !function.link.contains(value) => {
                Some(function.link.requirement())
            }
            _ => None,
        }
    }

    /// The node's value, from its parents' values and its noise.
    pub fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        match &self.function {
            NodeFunction::Noise => noise,
            NodeFunction::Additive(function) => function.value(parents) + noise,
            NodeFunction::PostNonlinear(function) => function.evaluate(parents, noise),
            NodeFunction::LocationScale(function) => function.evaluate(parents, noise),
            NodeFunction::Custom(custom) => custom.mechanism.evaluate(parents, noise),
        }
    }

    /// The noise that, with these parents, gives the node this value; NaN outside the domain of a link.
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
    /// where it is not.
    pub(crate) fn fill_output(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        match &self.function {
            NodeFunction::Noise => values.copy_from_slice(noise),
            NodeFunction::Additive(function) => function.fill(parents, values),
            NodeFunction::PostNonlinear(function) => function.fill(parents, noise, values),
            NodeFunction::LocationScale(function) => function.fill(parents, noise, values),
            NodeFunction::Custom(custom) => custom.mechanism.evaluate_columns(parents, noise, values),
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
            Self::PostNonlinear(function) => function.estimate_noise(parents, value),
            Self::LocationScale(function) => function.estimate_noise(parents, value),
            Self::Custom(custom) => custom.mechanism.estimate_noise(parents, value),
        }
    }
}
