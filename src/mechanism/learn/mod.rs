//! Learning a function of the parents, and what it leaves over, from data.

#[cfg(feature = "boosted-trees")]
mod boosted_trees;
mod by_levels;
mod classifier;
mod cross_validation;
mod folds;
mod level_effects;
mod polynomial_regression;
mod predictions;
mod regressor;
mod residuals;
mod scale;
#[cfg(feature = "boosted-trees")]
mod training_columns;

#[cfg(feature = "boosted-trees")]
pub use boosted_trees::BoostedTrees;
pub use polynomial_regression::PolynomialRegression;
pub use regressor::{LinearRegression, Regressor};

pub(super) use by_levels::ByLevels;
pub(crate) use by_levels::columns_of;
pub(super) use classifier::fit_scores;
pub(super) use cross_validation::{RowLosses, Tolerance, simplest_within};
pub(crate) use folds::Folds;
pub(super) use folds::{rows_of, shuffled};
pub(crate) use predictions::values_of;
pub(crate) use residuals::learn;
pub(super) use residuals::{Learned, learn_with_residuals};
pub(super) use scale::fit_scale;
