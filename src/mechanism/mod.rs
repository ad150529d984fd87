//! Causal mechanisms: how a node's value comes from its parents and its own noise.
//!
//! Before fitting, a [`CausalMechanism`] says what to fit; fitting turns it into a [`FittedMechanism`].

mod additive;
mod custom;
mod fitted;
mod formula;
mod function;
mod regressor;
mod unfitted;

pub use additive::AdditiveNoiseModel;
pub use custom::{CustomMechanism, Mechanism};
pub use fitted::FittedMechanism;
pub use formula::KnownFormula;
pub use function::{Formula, LinearFunction, ParentFunction};
pub use regressor::{LinearRegression, Regressor};
pub use unfitted::{CausalMechanism, NoiseModel};

pub(crate) use fitted::check_finite;
pub(crate) use unfitted::NodeData;
