//! Causal mechanisms: how a node's value comes from its parents and its own noise.
//!
//! Before fitting, a [`CausalMechanism`] says what to fit; fitting turns it into a [`FittedMechanism`].

mod additive;
#[cfg(feature = "boosted-trees")]
mod boosted_trees;
mod cross_validation;
mod custom;
mod discrete;
mod fitted;
mod folds;
mod formula;
mod function;
mod learning;
mod link;
mod location_scale;
mod log_parents;
mod polynomial_function;
mod polynomial_regression;
mod post_nonlinear;
mod predictions;
mod registry;
mod regressor;
mod saved;
mod sum_of_maxima;
#[cfg(feature = "boosted-trees")]
mod training_columns;
mod tree_ensemble;
mod unfitted;

pub use additive::AdditiveNoiseModel;
#[cfg(feature = "boosted-trees")]
pub use boosted_trees::BoostedTrees;
pub use custom::{CustomMechanism, Mechanism};
pub use discrete::DiscreteAdditiveNoiseModel;
pub use fitted::FittedMechanism;
pub use formula::KnownFormula;
pub use function::{Formula, LinearFunction, ParentFunction};
pub use link::Link;
pub use location_scale::LocationScaleModel;
pub use log_parents::LogParents;
pub use polynomial_function::PolynomialFunction;
pub use polynomial_regression::PolynomialRegression;
pub use post_nonlinear::PostNonlinearModel;
pub use registry::MechanismRegistry;
pub use regressor::{LinearRegression, Regressor};
pub use sum_of_maxima::SumOfMaxima;
pub use tree_ensemble::TreeEnsemble;
pub use unfitted::{CausalMechanism, NoiseModel};

pub(crate) use cross_validation::{RowLosses, Tolerance, simplest_within};
pub(crate) use custom::NamedMechanism;
pub(crate) use fitted::check_finite;
pub(crate) use folds::{Folds, rows_of, shuffled};
pub(crate) use predictions::Predictions;
pub(crate) use unfitted::NodeData;
