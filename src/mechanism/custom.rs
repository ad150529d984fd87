//! Mechanisms written by the user.

use std::fmt;
use std::sync::Arc;

use super::unfitted::NoiseModel;
use crate::noise::NoiseFamily;

/// How a node's value comes from its parents and its noise, x = f(parents, noise), written by the user.
///
/// Use it where noise is not simply added: multiplicative noise, noise that grows with load. Both functions must
/// be pure, and f must be invertible in the noise: `evaluate(parents, estimate_noise(parents, x)) = x`. That is
/// checked for every observation that is attributed.
///
/// ```
/// use etiology::Mechanism;
///
/// /// returns = quantity · noise
/// #[derive(Debug)]
/// struct Proportional;
///
/// impl Mechanism for Proportional {
///     fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
///         parents[0] * noise
///     }
///     fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
///         value / parents[0]
///     }
/// }
/// assert_eq!(Proportional.estimate_noise(&[50.0], Proportional.evaluate(&[50.0], 0.25)), 0.25);
/// ```
#[doc(alias = "InvertibleFunctionalCausalModel")]
pub trait Mechanism: fmt::Debug + Send + Sync {
    /// The node's value, in the node's unit.
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64;

    /// The noise that gives the node this value.
    #[doc(alias = "recover_noise")]
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64;

    /// The node's values over columns: one slice per parent, each as long as `noise` and `values`.
    ///
    /// Override it where that is faster than row by row; it must give the same results.
    fn evaluate_columns(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        super::function::for_each_row(parents, noise.len(), |row, parents| {
            values[row] = self.evaluate(parents, noise[row]);
        });
    }
}

/// A [`Mechanism`] with the parents it takes, by name, and its noise.
#[derive(Debug, Clone)]
pub struct CustomMechanism {
    pub(super) parents: Vec<String>,
    pub(super) mechanism: NamedMechanism,
    pub(super) noise: NoiseModel,
}

/// Code, and what it is called where it cannot be stored.
#[derive(Debug, Clone)]
pub(crate) struct NamedMechanism {
    pub(crate) mechanism: Arc<dyn Mechanism>,
    pub(crate) name: Option<String>,
}

impl CustomMechanism {
    /// A mechanism of the named parents, whose values it gets in that order. They must be exactly the node's parents in
    /// the graph. Its noise is the empirical distribution of what it recovers from the training data.
    pub fn new<N: Into<String>>(parents: impl IntoIterator<Item = N>, mechanism: impl Mechanism + 'static) -> Self {
        Self {
            parents: parents.into_iter().map(Into::into).collect(),
            mechanism: NamedMechanism { mechanism: Arc::new(mechanism), name: None },
            noise: NoiseModel::Fit(NoiseFamily::Empirical),
        }
    }

    /// Names the mechanism, so that a model that uses it can be saved: what is saved is the name, and loading looks it up in
    /// a [`MechanismRegistry`](crate::MechanismRegistry).
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
