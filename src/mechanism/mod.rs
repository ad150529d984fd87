//! Causal mechanisms: how a node's value comes from its parents and its own noise.
//!
//! Before fitting, a [`CausalMechanism`] says what to fit; fitting turns it into a [`FittedMechanism`]. Formulas may be known
//! ([`KnownFormula`]), learned by a [`Regressor`], or written by you as a [`Mechanism`], which [`check_mechanism`] tests.
//! [`AssignmentConfig`] says how a mechanism is chosen for every node by cross-validation.

// Each of these uses only those above it: `category`, how levels of parents become numbers; `function`, what a function of the parents is once it is fitted; `classes`, what a function with classes for values is; `code`, mechanisms that
// users write; `fitted`, the one form of every fitted mechanism; `learn`, regressions and residuals; `kind`, what to fit, one file
// a kind; `choose`, which kind to fit; `check` and `registry`, whether a user's mechanism keeps its contract, and such mechanisms
// by name.

mod category;
mod check;
mod choose;
mod classes;
mod code;
mod fitted;
mod function;
mod kind;
mod learn;
mod registry;

pub use check::{MechanismCases, MechanismCheck, MechanismFault, MechanismFaults, check_mechanism};
pub use choose::{
    AssignmentConfig, AssignmentReport, AssignmentWarning, CandidateScore, MechanismSearch, NodeAssignment,
};
pub use code::Mechanism;
pub use fitted::FittedMechanism;
pub use function::{
    CentredFunction, Formula, LevelParents, LinearFunction, Link, LogParents, ParentFunction, PolynomialFunction,
    SumOfMaxima, TreeEnsemble,
};
pub use kind::{
    AdditiveNoiseModel, CausalMechanism, ClassifierModel, CustomMechanism, DiscreteAdditiveNoiseModel, KnownFormula,
    LocationScaleModel, NoiseModel, PostNonlinearModel,
};
#[cfg(feature = "boosted-trees")]
pub use learn::BoostedTrees;
pub use learn::{LinearRegression, PolynomialRegression, Regressor};
pub use registry::MechanismRegistry;

pub(crate) use category::{Encoding, Encodings};
pub(crate) use check::INVERSION_TOLERANCE;
pub(crate) use choose::{Chosen, Rivals, choose};
pub(crate) use classes::Interval;
pub(crate) use code::NamedMechanism;
pub(crate) use fitted::{Form, check_finite};
pub(crate) use function::{ANY, Change, Range};
pub(crate) use kind::{NodeData, NodeSums, Sufficient};
pub(crate) use learn::{Folds, columns_of, learn as learn_function, values_of};
