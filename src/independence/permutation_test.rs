//! A test of independence by permutations.

use ndarray::ArrayView2;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::distance_covariance::CentredDistances;
use crate::error::{Error, Result};
use crate::random::{Purpose, stream};
use crate::threads::proceed;

/// Fewest rows that distance covariance is defined for.
const FEWEST_ROWS: usize = 4;
/// Most rows that a test may have: two tables of 8 bytes for each pair of rows.
pub(crate) const MOST_ROWS: usize = 5_000;
/// Most permutations that may be asked for.
pub(crate) const MOST_PERMUTATIONS: usize = 1_000_000;
/// After so many permutations at least as dependent as the data, independence is plausible enough to stop.
const EXCEEDANCES: usize = 20;
/// Permuted sums that differ from the observed one by rounding alone count as equal.
const ROUNDING: f64 = 1e-12;

/// The outcome of a test of independence by distance covariance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IndependenceTest {
    /// The unbiased estimate of the squared distance covariance, in the product of both units; it may be negative.
    pub squared_distance_covariance: f64,
    /// The bias-corrected distance correlation, from 0 (independent) to 1 (linear); 0 where its square comes out negative.
    pub distance_correlation: f64,
    /// The probability of so much dependence in the sample if there is none.
    pub p_value: f64,
    /// The number of permutations that were made; fewer than asked for where independence was soon plausible.
    pub permutations: usize,
    /// The number of rows that were looked at.
    pub rows: usize,
}

/// Tests whether two random vectors are independent, of which each row of `x` and `y` is a joint draw.
///
/// The statistic is the squared distance covariance, which is zero if and only if they are independent, however
/// non-linear the dependence (G. J. Székely, M. L. Rizzo and N. K. Bakirov, *Measuring and testing dependence by
/// correlation of distances*, Annals of Statistics 35, 2007), as the unbiased estimate of Székely and Rizzo (Annals of
/// Statistics 42, 2014). Distances are Euclidean, so bring columns of different units to a common one.
///
/// The p-value is (1 + #)/(1 + B), where # of B random permutations of the rows of `y` are at least as dependent as the
/// data. After 20 such the test stops at l permutations with 20/l, which is as valid (J. Besag and P. Clifford,
/// *Sequential Monte Carlo p-values*, Biometrika 78, 1991). A constant column is independent of everything: p = 1.
///
/// Costs O(rows² · (columns + permutations)) and 16·rows² bytes.
///
/// # Errors
/// When the tables are not equally long, have no column, hold a value that is not finite, have fewer than 4 or more than
/// 5000 rows, or `permutations` is 0 or above a million; when distances leave the range of `f64`.
///
/// ```
/// use etiology::independence::independence_test;
/// use ndarray::Array2;
///
/// // A parabola: uncorrelated, and anything but independent.
/// let x = Array2::from_shape_fn((101, 1), |(row, _)| row as f64 - 50.0);
/// let test = independence_test(x.view(), x.mapv(|x| x * x).view(), 199, 0)?;
/// assert_eq!(test.p_value, 1.0 / 200.0);
/// # Ok::<(), etiology::Error>(())
/// ```
#[doc(alias = "dcov")]
#[doc(alias = "approx_kernel_based")]
#[doc(alias = "hsic")]
#[doc(alias = "kernel_based")]
pub fn independence_test(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    permutations: usize,
    seed: u64,
) -> Result<IndependenceTest> {
    if x.nrows() != y.nrows() {
        let what = "the second table of an independence test".to_owned();
        return Err(Error::LengthMismatch { what, expected: x.nrows(), found: y.nrows() });
    }
    if !(FEWEST_ROWS..=MOST_ROWS).contains(&x.nrows()) {
        let (name, requirement) = ("the number of rows of an independence test", "at least 4 and at most 5000");
        return Err(Error::InvalidParameter { name, requirement, found: x.nrows().to_string() });
    }
    if !(1..=MOST_PERMUTATIONS).contains(&permutations) {
        let (name, requirement) = ("the number of permutations", "at least 1 and at most a million");
        return Err(Error::InvalidParameter { name, requirement, found: permutations.to_string() });
    }
    test_columns(&checked_columns(x)?, &checked_columns(y)?, permutations, seed, 0)
}

fn checked_columns(table: ArrayView2<'_, f64>) -> Result<Vec<Vec<f64>>> {
    if table.ncols() == 0 {
        return Err(Error::Empty { what: "a table of an independence test".to_owned(), expected: "column" });
    }
    if let Some(&found) = table.iter().find(|value| !value.is_finite()) {
        return Err(Error::NonFiniteValue { what: "a value of an independence test".to_owned(), found });
    }
    Ok(table.columns().into_iter().map(|column| column.to_vec()).collect())
}

/// [`independence_test`] of checked columns; `index` tells the streams of several tests with one seed apart.
pub(crate) fn test_columns(
    x: &[Vec<f64>],
    y: &[Vec<f64>],
    permutations: usize,
    seed: u64,
    index: u64,
) -> Result<IndependenceTest> {
    let rows = y[0].len();
    let (x, y) = (CentredDistances::new(x, rows), CentredDistances::new(y, rows));
    let covariance = x.covariance(&y);
    let scale = (x.covariance(&x) * y.covariance(&y)).sqrt();
    if !(covariance.is_finite() && scale.is_finite()) {
        let what = "the distance covariance of columns that should be rescaled".to_owned();
        return Err(Error::NonFiniteValue { what, found: scale });
    }
    let outcome = |p_value, permutations| IndependenceTest {
        squared_distance_covariance: covariance,
        distance_correlation: if scale > 0.0 { (covariance / scale).clamp(0.0, 1.0).sqrt() } else { 0.0 },
        p_value,
        permutations,
        rows,
    };
    if scale == 0.0 {
        return Ok(outcome(1.0, 0));
    }
    let mut generator = stream(seed, Purpose::RowPermutations, index);
    let mut order: Vec<usize> = (0..rows).collect();
    let mut exceedances = 0;
    for permutation in 1..=permutations {
        proceed()?;
        order.shuffle(&mut generator);
        exceedances += usize::from(x.covariance_permuted(&y, &order) >= covariance - ROUNDING * scale);
        if exceedances == EXCEEDANCES && permutation < permutations {
            return Ok(outcome(EXCEEDANCES as f64 / permutation as f64, permutation));
        }
    }
    Ok(outcome((1 + exceedances) as f64 / (1 + permutations) as f64, permutations))
}
