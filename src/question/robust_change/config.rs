//! What is asked of two tables, and by which means it is answered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mechanism::{PolynomialRegression, Regressor};

/// More folds only cost time.
const MOST_FOLDS: usize = 100;
const MOST_GROUPS: usize = 1_000;

/// What is compared between the two tables.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RobustQuantity {
    /// The mean of the target, in its unit.
    #[default]
    Mean,
    /// The variance of the target (mean square less square of the mean), in its unit squared.
    Variance,
    /// The share of rows in which the target is above this value.
    FrequencyAbove(f64),
    /// The share of rows in which the target, a category, is this level.
    FrequencyOf(String),
}

/// How much more likely a row is under a coalition of mechanisms than under those of its own table.
///
/// For node j with parents PAⱼ this is a product of ratios dP_new(xⱼ | paⱼ)/dP_old(xⱼ | paⱼ), each the quotient of two odds that a
/// row is of the new table: by xⱼ and paⱼ, and by paⱼ alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RobustWeights {
    /// Logistic regression on the columns, their squares and their products: right for normal noises and linear mechanisms.
    #[default]
    Quadratic,
    /// Logistic regression on the columns alone.
    Linear,
    /// All ratios are 1: the answer rests on the regressions alone.
    Constant,
}

/// Where standard errors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RobustErrors {
    /// All is learned and summed again without each of so many groups of rows, from 2 to 1000. This covers what is learned even where either
    /// the regressions or the weights are wrong; then the errors of the others are no longer of second order.
    Jackknife(usize),
    /// The spread of each row's part in the answer. It costs nothing, and covers where both regressions and weights are right.
    Scores,
}

impl Default for RobustErrors {
    /// 20 groups.
    fn default() -> Self {
        Self::Jackknife(20)
    }
}

/// What is compared, and by which means.
///
/// ```
/// use std::sync::Arc;
///
/// use etiology::mechanism::LinearRegression;
/// use etiology::robust_change::{RobustChangeConfig, RobustQuantity};
///
/// let config = RobustChangeConfig::default()
///     .with_quantity(RobustQuantity::FrequencyAbove(0.5))
///     .with_regressor(Arc::new(LinearRegression::ordinary()))
///     .with_level(0.9);
/// # let _ = config;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RobustChangeConfig {
    /// What is compared; the mean by default.
    pub quantity: RobustQuantity,
    /// How expectations are regressed on the nodes before; by default a polynomial whose degree, from 1 to 3, cross-validation chooses.
    pub regressor: Arc<dyn Regressor>,
    /// How ratios of probabilities are found; by default by logistic regression with squares and products.
    pub weights: RobustWeights,
    /// Where standard errors come from; by default a jackknife of 20 groups of rows.
    pub errors: RobustErrors,
    /// Into how many folds the rows are dealt out: what is learned is learned without the fold that it is used in. From 2 to 100, 5
    /// by default.
    pub folds: usize,
    /// The share of cases in which an interval is to hold the truth, above 0 and below 1. Default: 0.95.
    pub level: f64,
    /// The seed of the folds; 0 by default.
    pub seed: u64,
}

impl Default for RobustChangeConfig {
    fn default() -> Self {
        let (quantity, weights) = (RobustQuantity::default(), RobustWeights::default());
        let regressor = Arc::new(PolynomialRegression::up_to_cubic());
        Self { quantity, regressor, weights, errors: RobustErrors::default(), folds: 5, level: 0.95, seed: 0 }
    }
}

impl RobustChangeConfig {
    /// Sets what is compared.
    #[must_use]
    pub fn with_quantity(self, quantity: RobustQuantity) -> Self {
        Self { quantity, ..self }
    }

    /// Sets how expectations are regressed on the nodes before.
    #[must_use]
    pub fn with_regressor(self, regressor: Arc<dyn Regressor>) -> Self {
        Self { regressor, ..self }
    }

    /// Sets how ratios of probabilities are found.
    #[must_use]
    pub fn with_weights(self, weights: RobustWeights) -> Self {
        Self { weights, ..self }
    }

    /// Sets where standard errors come from.
    #[must_use]
    pub fn with_errors(self, errors: RobustErrors) -> Self {
        Self { errors, ..self }
    }

    /// Sets the number of folds.
    #[must_use]
    pub fn with_folds(self, folds: usize) -> Self {
        Self { folds, ..self }
    }

    /// Sets the level of the intervals.
    #[must_use]
    pub fn with_level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Two rows of a table for each fold and group.
    pub(super) fn fewest_rows(&self) -> usize {
        match self.errors {
            RobustErrors::Jackknife(groups) => 2 * self.folds.max(groups),
            RobustErrors::Scores => 2 * self.folds,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let invalid = |name, requirement, found: String| Err(Error::InvalidParameter { name, requirement, found });
        if !(2..=MOST_FOLDS).contains(&self.folds) {
            return invalid("the number of folds of a robust change", "from 2 to 100", self.folds.to_string());
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return invalid("the level of a robust change", "above 0 and below 1", self.level.to_string());
        }
        match self.errors {
            RobustErrors::Jackknife(groups) if !(2..=MOST_GROUPS).contains(&groups) => {
                return invalid("the number of groups of a jackknife", "from 2 to 1000", groups.to_string());
            }
            _ => {}
        }
        match self.quantity {
            RobustQuantity::FrequencyAbove(limit) if !limit.is_finite() => {
                invalid("the limit of a frequency", "finite", limit.to_string())
            }
            _ => Ok(()),
        }
    }
}
