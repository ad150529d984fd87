//! Conditional independence by the residuals of regressions.

use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};
use statrs::function::erf::erfc;

use super::projection::Projection;
use crate::error::{Error, Result};

/// Fewest rows beyond the features of the regression that the normal limit is trusted with.
const FEWEST_SPARE_ROWS: usize = 10;

/// The outcome of a test of conditional independence by the generalised covariance measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConditionalIndependenceTest {
    /// The correlation of the residuals of both columns, from −1 to 1.
    pub residual_correlation: f64,
    /// The probability of a correlation so far from 0 if both are conditionally independent.
    pub p_value: f64,
    /// The number of rows that were looked at.
    pub rows: usize,
}

/// Tests whether `x` and `y` are independent given the columns of `given`, of which each row is a joint draw.
///
/// `x` and `y` are regressed on the columns of `given`, their squares and their products (while there are ten rows or more for
/// each such feature). With Rᵢ the product of both residuals in row i, the generalised covariance measure
///
/// T = √(n − d) · mean(R) / sd(R),  d the dimension of the regression,
///
/// is standard normal under conditional independence as long as the product of both regression errors is small: one
/// good regression makes up for the other (R. D. Shah and J. Peters, *The hardness of conditional independence testing
/// and the generalised covariance measure*, Annals of Statistics 48, 2020; theirs has √n, and d matters for few rows).
/// A dependence that only shows in the spread, not in the mean, goes unseen. A column without a residual is independent:
/// p = 1.
///
/// Costs O(rows · features²).
///
/// # Errors
/// When the columns are not equally long or hold a value that is not finite, or there are not at least 10 rows more than
/// columns and the constant.
#[doc(alias = "gcm")]
#[doc(alias = "generalised_cov_based")]
#[doc(alias = "regression_based")]
pub fn conditional_independence_test(
    x: ArrayView1<'_, f64>,
    y: ArrayView1<'_, f64>,
    given: ArrayView2<'_, f64>,
) -> Result<ConditionalIndependenceTest> {
    let rows = x.len();
    for found in [y.len(), given.nrows()] {
        if found != rows {
            let what = "a column of a conditional independence test".to_owned();
            return Err(Error::LengthMismatch { what, expected: rows, found });
        }
    }
    if let Some(&found) = x.iter().chain(y).chain(given).find(|value| !value.is_finite()) {
        return Err(Error::NonFiniteValue { what: "a value of a conditional independence test".to_owned(), found });
    }
    let needed = given.ncols() + 1 + FEWEST_SPARE_ROWS;
    if rows < needed {
        return Err(Error::TooFewRows { what: "a conditional independence test".to_owned(), needed, found: rows });
    }
    let columns: Vec<Vec<f64>> = given.columns().into_iter().map(|column| column.to_vec()).collect();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let projection = Projection::quadratic(&slices, rows);
    let (x, y) = (projection.residual(&x.to_vec()), projection.residual(&y.to_vec()));
    Ok(covariance_of_residuals(&x, &y, projection.dimension()))
}

/// The generalised covariance measure of two columns of residuals of norm 1 or 0, from a regression of this dimension.
pub(crate) fn covariance_of_residuals(x: &[f64], y: &[f64], dimension: usize) -> ConditionalIndependenceTest {
    let rows = x.len();
    let products = x.iter().zip(y).map(|(x, y)| x * y);
    let correlation: f64 = products.clone().sum();
    let mean = correlation / rows as f64;
    let variance = products.map(|product| (product - mean).powi(2)).sum::<f64>() / rows as f64;
    let t = rows.saturating_sub(dimension) as f64 * mean * mean / variance;
    // Without variance there is either no dependence at all or nothing else.
    let p_value = if mean == 0.0 { 1.0 } else { erfc((0.5 * t).sqrt()) };
    ConditionalIndependenceTest { residual_correlation: correlation.clamp(-1.0, 1.0), p_value, rows }
}
