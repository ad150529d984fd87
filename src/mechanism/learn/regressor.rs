//! Learning a function of the parents from data.

use std::fmt;

use ndarray::{ArrayView1, ArrayView2};

use super::predictions::{predictions_without_each_row, values_of};
use crate::error::{Error, Result};
use crate::mechanism::function::{CentredFunction, LinearFunction, ParentFunction};
use crate::numeric::linalg::{CondensedTable, LeastSquares, least_squares, least_squares_with_leverages};

/// Learns a node's expected value from its parents.
///
/// Implement it to use a regression that this crate does not have; return
/// [`ParentFunction::formula`] with a closure that predicts.
#[doc(alias = "PredictionModel")]
pub trait Regressor: fmt::Debug + Send + Sync {
    /// Fits `values` (rows) on `parents` (rows × parents), all finite.
    ///
    /// # Errors
    /// When the data does not suffice or the regression fails.
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction>;

    /// [`fit`](Self::fit), and for each row what a fit without that row predicts for it, where that costs little more than the
    /// fit itself: the noise is learned from what such predictions leave over, which is as large as in new rows. `NaN` stands
    /// for a row of which the others say too little; it is left out. `None`, unless overridden.
    ///
    /// # Errors
    /// As for [`fit`](Self::fit).
    fn fit_leaving_one_out(
        &self,
        parents: ArrayView2<'_, f64>,
        values: ArrayView1<'_, f64>,
    ) -> Result<(ParentFunction, Option<Vec<f64>>)> {
        Ok((self.fit(parents, values)?, None))
    }

    /// Fewest rows that this regression can be fitted on.
    fn min_rows(&self, parents: usize) -> usize;

    /// Whether the regression follows the rows that it is fitted to so closely that its residuals there are smaller than
    /// in new rows. If so, the noise is learned from residuals of rows held out (five-fold), while the function itself
    /// is fitted to all rows. Not so unless it says so.
    fn is_flexible(&self) -> bool {
        false
    }

    /// This regression as the linear one that it is, if it is one: that can be fitted to sums of squares and products of the columns,
    /// so to any number of rows, by a [`FitAccumulator`](crate::mergeable::FitAccumulator). `None` unless it says so.
    fn as_linear(&self) -> Option<LinearRegression> {
        None
    }
}

/// Linear regression by least squares, ordinary or ridge.
///
/// Minimises (1/n)‖y − a − Xw‖² + λ Σⱼ (sⱼ wⱼ)², where sⱼ is the standard deviation of parent *j*:
/// the penalty λ has no unit and the intercept a is not penalised. Collinear parents share their effect by the
/// minimum-norm solution in standardised units; a constant parent gets the coefficient 0.
/// A parent whose values are a million times further from 0 than from each other makes it a
/// [`CentredFunction`]. Costs O(rows · parents²).
///
/// Note that scikit-learn's `Ridge(alpha)` penalises raw coefficients; with parents of one
/// common standard deviation s its alpha is λ n s².
#[derive(Debug, Clone, Copy, PartialEq)]
#[doc(alias = "create_linear_regressor")]
pub struct LinearRegression {
    ridge: f64,
}

impl LinearRegression {
    /// Ordinary least squares.
    pub fn ordinary() -> Self {
        Self { ridge: 0.0 }
    }

    /// Ridge regression with the penalty λ ≥ 0.
    ///
    /// # Errors
    /// When the penalty is negative or not finite.
    #[doc(alias = "create_ridge_regressor")]
    pub fn ridge(penalty: f64) -> Result<Self> {
        if !(penalty >= 0.0 && penalty.is_finite()) {
            return Err(Error::InvalidParameter {
                name: "the ridge penalty",
                requirement: "finite and at least 0",
                found: penalty.to_string(),
            });
        }
        Ok(Self { ridge: penalty })
    }

    /// The fit to the rows that a table stands for, its last column explained by the others, and how many parameters it has.
    ///
    /// # Errors
    /// When a coefficient is too large for an `f64`.
    pub(crate) fn fit_condensed(&self, table: &CondensedTable) -> Result<(ParentFunction, f64)> {
        let (fit, parameters) = table.least_squares(self.ridge)?;
        Ok((function_of(fit)?, parameters))
    }
}

/// The fitted function, counted from the means of parents that lie far from 0.
fn function_of(fit: LeastSquares) -> Result<ParentFunction> {
    Ok(match fit.far_means {
        Some(centres) => ParentFunction::Centred(CentredFunction::new(fit.level, fit.coefficients, centres)?),
        None => ParentFunction::Linear(LinearFunction { intercept: fit.intercept, coefficients: fit.coefficients }),
    })
}

impl Regressor for LinearRegression {
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction> {
        function_of(least_squares(parents, values, self.ridge)?)
    }

    fn fit_leaving_one_out(
        &self,
        parents: ArrayView2<'_, f64>,
        values: ArrayView1<'_, f64>,
    ) -> Result<(ParentFunction, Option<Vec<f64>>)> {
        let (fit, leverages) = least_squares_with_leverages(parents, values, self.ridge)?;
        let function = function_of(fit)?;
        let fitted = values_of(&function, parents);
        Ok((function, Some(predictions_without_each_row(&fitted, values, &leverages))))
    }

    /// One more than the coefficients and the intercept: with fewer there are no residuals to learn the noise from.
    fn min_rows(&self, parents: usize) -> usize {
        parents + 2
    }

    fn as_linear(&self) -> Option<LinearRegression> {
        Some(*self)
    }
}
