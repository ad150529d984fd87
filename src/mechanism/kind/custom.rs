//! Mechanisms written by the user.

use std::sync::Arc;

use super::fit::{Fit, Kind, NodeData, TakenParents};
use super::noise_model::NoiseModel;
use super::sufficient::Sufficient;
use crate::error::Result;
use crate::mechanism::code::{Mechanism, NamedMechanism};
use crate::mechanism::fitted::Form;

/// A [`Mechanism`] with the parents it takes, by name, and its noise.
#[derive(Debug, Clone)]
pub struct CustomMechanism {
    parents: Vec<String>,
    mechanism: NamedMechanism,
    noise: NoiseModel,
}

impl CustomMechanism {
    /// A mechanism of the named parents, whose values it gets in that order. They must be exactly the node's parents in
    /// the graph. Its noise is the empirical distribution of what it recovers from the training data.
    pub fn new<N: Into<String>>(parents: impl IntoIterator<Item = N>, mechanism: impl Mechanism + 'static) -> Self {
        Self {
            parents: parents.into_iter().map(Into::into).collect(),
            mechanism: NamedMechanism { mechanism: Arc::new(mechanism), name: None },
            noise: NoiseModel::EMPIRICAL,
        }
    }

    /// Names the mechanism, so that a model that uses it can be saved: what is saved is the name, and loading looks it up in
    /// a [`MechanismRegistry`](crate::mechanism::MechanismRegistry).
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        let mechanism = NamedMechanism { name: Some(name.into()), ..self.mechanism };
        Self { mechanism, ..self }
    }

    /// Sets the noise: a known distribution, or a family to fit to what the mechanism recovers.
    #[must_use]
    pub fn with_noise(self, noise: impl Into<NoiseModel>) -> Self {
        Self { noise: noise.into(), ..self }
    }
}

impl Kind for CustomMechanism {
    fn description(&self) -> &'static str {
        "a custom mechanism"
    }

    fn parents(&self) -> TakenParents<'_> {
        TakenParents::Named { names: &self.parents, fewest: 0 }
    }

    fn noise(&self) -> &NoiseModel {
        &self.noise
    }

    fn fit(&self, _: &str, _: Option<&NodeData<'_>>) -> Result<Fit> {
        Ok(Fit::form(Form::Code(self.mechanism.clone())))
    }

    fn sufficient(&self) -> Sufficient {
        Sufficient::Sample
    }
}
