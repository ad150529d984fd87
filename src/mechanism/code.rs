//! Mechanisms that are code.

use std::fmt;
use std::sync::Arc;

use super::function::{Names, for_each_row};

/// How a node's value comes from its parents and its noise, x = f(parents, noise), written by the user.
///
/// Use it where noise is not simply added: multiplicative noise, noise that grows with load. Both functions must
/// be pure, and f must be invertible in the noise: `evaluate(parents, estimate_noise(parents, x)) = x`. That is
/// checked for every observation that is attributed; [`check_mechanism`](crate::mechanism::check_mechanism) checks it beforehand,
/// with the rest of the contract.
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
    /// Override it where that is faster than row by row; it must give the same results, to the bit.
    fn evaluate_columns(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        for_each_row(parents, noise.len(), |row, parents| {
            values[row] = self.evaluate(parents, noise[row]);
        });
    }
}

/// Code, and what it is called where it cannot be stored.
#[derive(Debug, Clone)]
pub(crate) struct NamedMechanism {
    pub(crate) mechanism: Arc<dyn Mechanism>,
    pub(crate) name: Option<String>,
}

impl NamedMechanism {
    pub(crate) fn describe(&self, names: &Names) -> String {
        let (parents, mechanism) = (names.all(None), &self.mechanism);
        match &self.name {
            Some(name) => format!("{name}({parents}, N)"),
            None => format!("{mechanism:?}({parents}, N)"),
        }
    }
}
