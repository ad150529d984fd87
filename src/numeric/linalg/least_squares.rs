//! The standardisation that gives least squares its meaning, around whichever backend solves the rest.
//!
//! # Why the columns are standardised
//!
//! The rank of a matrix in floating point, and the least norm among several solutions, depend on
//! the units of its columns: bytes beside seconds, a column of size 1e-9 next to one of 1e9 would
//! count as zero. Centred columns of norm 1 have no units, so neither has the rank or the
//! solution; and columns that are copies of each other share their effect equally, whichever
//! units they are in.

use ndarray::{ArrayView1, ArrayView2};

use super::system::{Solution, System};
use crate::error::{Error, Result};
use crate::numeric::kernels::{dot, sum};

#[cfg(feature = "blas")]
use super::lapack::solve;
#[cfg(not(feature = "blas"))]
use super::qr::solve;

/// A centred column is taken for constant if its norm is at most this times √rows · max|x|: a few
/// times the rounding error of centring, so that rounding is never scaled up to look like data.
const CONSTANT_TOLERANCE: f64 = 4.0 * f64::EPSILON;
/// A column lies far from 0 if its mean is more than this many standard deviations away from it: a sum of an intercept and a
/// product, both so large, would lose half of the 16 digits.
const FAR: f64 = 1e6;

/// A fitted linear function: y ≈ intercept + Σ_j coefficients\[j\]·x_j.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LeastSquares {
    /// The value where every x_j is 0, in the unit of y.
    pub(crate) intercept: f64,
    /// One coefficient per column, in the unit of y per unit of x_j; exactly 0 for a constant column.
    pub(crate) coefficients: Vec<f64>,
    /// The value where every x_j is at its mean, in the unit of y.
    pub(crate) level: f64,
    /// The mean of each column, where one of them lies so far from 0 that the intercept has fewer digits than the fit: then
    /// y ≈ level + Σ_j coefficients\[j\]·(x_j − means\[j\]) is the same function with all of them.
    pub(crate) far_means: Option<Vec<f64>>,
    /// How many linearly independent directions the columns have; constant columns add none. With a
    /// ridge penalty that exceeds rounding it is the number of columns that are not constant.
    pub(crate) rank: usize,
}

/// Fits a linear function by least squares, optionally with a ridge penalty.
///
/// Minimises over the intercept a and the coefficients w
///
/// (1/n)·‖y − a − X·w‖² + λ·Σ_j (s_j·w_j)²
///
/// where X is `features` (n rows, p columns), y is `values` (n), λ is `ridge` (dimensionless, at least
/// 0) and s_j is the standard deviation of column j (divisor n). Several w can be minimal, with
/// dependent columns or more columns than rows; then the one with the least Σ_j (s_j·w_j)² is returned,
/// which is also the limit of λ → 0. The result does not depend on the units of the columns.
///
/// λ = 1 halves the coefficient of a single column. Note that `alpha` of scikit-learn's `Ridge`
/// penalises the coefficients in their raw units and is not divided by n: on columns that were divided
/// by their standard deviation first, `alpha = n·ridge` gives the same fit.
///
/// A constant column gets the coefficient 0, and no columns at all are legal: the intercept is then the
/// mean. A coefficient that is too small for an `f64` becomes 0. The cost is O(n·p²) time and O(n·p)
/// memory; the result is deterministic. It has no standard errors and no weights.
///
/// Source: Golub and Van Loan, *Matrix Computations*, 4th edition, sections 5.4, 5.5 (rank, least norm) and
/// 6.1 (ridge).
///
/// # Errors
///
/// If there are no rows, the lengths differ, `ridge` is negative or not finite, a value is not finite,
/// or a coefficient exceeds the range of an `f64`.
pub(crate) fn least_squares(
    features: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
    ridge: f64,
) -> Result<LeastSquares> {
    Ok(least_squares_with(solve, features, values, ridge, false)?.0)
}

/// [`least_squares`], and the leverage of each row: the diagonal of the matrix H that turns values into fitted ones, ŷ = H·y.
///
/// A leverage h lies between 1/n and 1. The fit without row i, with the same penalty on the same scales, leaves
/// rᵢ/(1 − hᵢ) of the value of that row, where rᵢ is what the fit with it leaves; without a penalty leverages sum to 1 plus
/// the rank. Where h is 1 up to rounding, the row alone determines a direction of the coefficients. Costs O(n·p²) more.
///
/// Source: Cook and Weisberg, *Residuals and Influence in Regression*, 1982, section 2.2; for ridge Golub, Heath and Wahba,
/// *Generalized cross-validation*, Technometrics 21, 1979.
///
/// # Errors
///
/// As for [`least_squares`].
pub(crate) fn least_squares_with_leverages(
    features: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
    ridge: f64,
) -> Result<(LeastSquares, Vec<f64>)> {
    least_squares_with(solve, features, values, ridge, true)
}

/// [`least_squares`] by a given backend, so that the tests can call each.
pub(super) fn least_squares_with(
    solve: impl Fn(System) -> Result<Solution>,
    features: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
    ridge: f64,
    wants_leverages: bool,
) -> Result<(LeastSquares, Vec<f64>)> {
    check_arguments(features, values, ridge)?;
    let mut right_side = values.to_vec();
    let target = standardise(&mut right_side)?;
    let mut problem = Standardised::new(right_side, target, features.ncols(), ridge);
    for column in features.columns() {
        problem.add(column.iter().copied(), standardise)?;
    }
    let (fit, mut leverages) = problem.solve(solve, values.len(), wants_leverages)?;
    // The intercept has a direction of its own.
    let of_intercept = 1.0 / values.len() as f64;
    leverages.iter_mut().for_each(|leverage| *leverage = (*leverage + of_intercept).min(1.0));
    Ok((fit, leverages))
}

/// Columns of norm 1 and the right side, as a backend gets them, with what they were before.
pub(super) struct Standardised {
    penalty: Penalty,
    matrix: Vec<f64>,
    scalings: Vec<Scaling>,
    right_side: Vec<f64>,
    target: Scaling,
    /// The number of rows of each column, without those of the penalty.
    height: usize,
}

impl Standardised {
    /// A problem without columns yet, of which there will be so many.
    pub(super) fn new(mut right_side: Vec<f64>, target: Scaling, columns: usize, ridge: f64) -> Self {
        let height = right_side.len();
        let penalty = Penalty::new(ridge, height, columns);
        right_side.resize(penalty.rows, 0.0);
        let matrix = Vec::with_capacity(penalty.rows * columns);
        Self { penalty, matrix, scalings: Vec::with_capacity(columns), right_side, target, height }
    }

    /// Adds a column, which is standardised in place.
    pub(super) fn add(
        &mut self,
        column: impl IntoIterator<Item = f64>,
        standardise: impl FnOnce(&mut [f64]) -> Result<Scaling>,
    ) -> Result<()> {
        let start = self.matrix.len();
        self.matrix.extend(column);
        let scaling = standardise(&mut self.matrix[start..])?;
        if scaling.is_constant() {
            self.matrix.truncate(start);
        } else {
            self.penalty.augment(&mut self.matrix, start, self.scalings.len());
        }
        self.scalings.push(scaling);
        Ok(())
    }

    /// The fit in the columns' own units, for so many rows of data, and the leverage of each row of the columns.
    pub(super) fn solve(
        self,
        solve: impl Fn(System) -> Result<Solution>,
        rows: usize,
        wants_leverages: bool,
    ) -> Result<(LeastSquares, Vec<f64>)> {
        let Self { penalty, matrix, scalings, right_side, target, height } = self;
        let mut solution = if matrix.is_empty() {
            Solution { coefficients: Vec::new(), rank: 0, leverages: vec![0.0; height] }
        } else {
            solve(System { wants_leverages, rows: penalty.rows, matrix, values: right_side })?
        };
        solution.coefficients.iter_mut().for_each(|coefficient| *coefficient *= penalty.shrink);
        // Those of the rows of the penalty are of no interest.
        solution.leverages.truncate(height);
        Ok((in_original_units(&solution, &target, &scalings, rows)?, solution.leverages))
    }
}

fn check_arguments(features: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>, ridge: f64) -> Result<()> {
    if !(ridge >= 0.0 && ridge.is_finite()) {
        let requirement = "a finite number that is at least 0";
        return Err(Error::InvalidParameter { name: "ridge", requirement, found: ridge.to_string() });
    }
    if features.nrows() != values.len() {
        let what = "the column to be explained by least squares".to_owned();
        return Err(Error::LengthMismatch { what, expected: features.nrows(), found: values.len() });
    }
    if values.is_empty() {
        return Err(Error::Empty { what: "the data for least squares".to_owned(), expected: "row" });
    }
    Ok(())
}

/// The ridge penalty as extra rows: for unit-norm columns Z and u_j = ‖x_j‖·w_j it is
/// ‖y − Z·u‖² + λ·‖u‖², the plain least squares of (Z; √λ·I) against (y; 0).
///
/// The extended columns are divided by their norm √(1 + λ), which no λ overflows.
struct Penalty {
    /// Rows of the extended matrix.
    rows: usize,
    /// 1 / √(1 + λ).
    shrink: f64,
    /// √(λ / (1 + λ)), the entry in the extra rows; 0 if there are none.
    entry: f64,
}

impl Penalty {
    fn new(ridge: f64, rows: usize, columns: usize) -> Self {
        let extra = if ridge > 0.0 { columns } else { 0 };
        Penalty { rows: rows + extra, shrink: (1.0 + ridge).sqrt().recip(), entry: (ridge / (1.0 + ridge)).sqrt() }
    }

    /// Extends the last column of `matrix`, which begins at `start` and is column `index` of the data.
    fn augment(&self, matrix: &mut Vec<f64>, start: usize, index: usize) {
        let end = matrix.len();
        if end - start == self.rows {
            return;
        }
        matrix[start..].iter_mut().for_each(|value| *value *= self.shrink);
        matrix.resize(start + self.rows, 0.0);
        matrix[end + index] = self.entry;
    }
}

/// How a column was standardised: x = mean + scale·norm·z with ‖z‖ = 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scaling {
    pub(super) mean: f64,
    /// A power of two near max|x|, kept apart from the norm because their product can overflow.
    pub(super) scale: f64,
    /// The norm of the centred column in units of `scale`; 0 if the column is constant.
    pub(super) norm: f64,
}

impl Scaling {
    fn is_far(&self, rows: usize) -> bool {
        !self.is_constant() && (self.mean / self.scale).abs() > FAR * self.norm / (rows as f64).sqrt()
    }

    pub(super) fn is_constant(&self) -> bool {
        self.norm == 0.0
    }
}

/// Centres a column and divides it by its norm, in place; a constant column becomes zeros.
fn standardise(values: &mut [f64]) -> Result<Scaling> {
    if !values.iter().all(|value| value.is_finite()) {
        return Err(Error::LinearAlgebra { message: "a value is missing or infinite".to_owned() });
    }
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let scale = power_of_two_below(largest);
    let first = values[0];
    if values.iter().all(|&value| value == first) {
        values.fill(0.0);
        return Ok(Scaling { mean: first, scale, norm: 0.0 });
    }
    values.iter_mut().for_each(|value| *value *= scale.recip());
    // The second round removes the rounding error of the first mean, which counts when the mean is
    // many times the standard deviation.
    let mean = centre(values) + centre(values);
    let norm = dot(values, values).sqrt();
    let mean = mean * scale;
    if is_rounding(norm, values.len(), largest / scale) {
        values.fill(0.0);
        return Ok(Scaling { mean, scale, norm: 0.0 });
    }
    values.iter_mut().for_each(|value| *value /= norm);
    Ok(Scaling { mean, scale, norm })
}

/// Whether a centred column of this norm is constant but for rounding; the norm and the largest value are in the same unit.
pub(super) fn is_rounding(norm: f64, rows: usize, largest: f64) -> bool {
    norm <= CONSTANT_TOLERANCE * (rows as f64).sqrt() * largest
}

/// Subtracts the mean, and returns it.
fn centre(values: &mut [f64]) -> f64 {
    let mean = sum(values) / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    mean
}

/// The power of two in (x/2, x], or the smallest normal number if that is more. Dividing by it is exact.
pub(super) fn power_of_two_below(x: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
    f64::from_bits(x.to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
}

fn in_original_units(solution: &Solution, target: &Scaling, scalings: &[Scaling], rows: usize) -> Result<LeastSquares> {
    let mut standardised = solution.coefficients.iter();
    let coefficients: Vec<f64> = scalings
        .iter()
        .map(|column| if column.is_constant() { None } else { standardised.next() })
        .zip(scalings)
        .map(|(coefficient, column)| coefficient.map_or(0.0, |&u| raw_coefficient(u, target, column)))
        .collect();
    let explained: f64 = coefficients.iter().zip(scalings).map(|(coefficient, column)| coefficient * column.mean).sum();
    let intercept = target.mean - explained;
    if !intercept.is_finite() || !coefficients.iter().all(|coefficient| coefficient.is_finite()) {
        let message = "a coefficient is too large; rescale the columns".to_owned();
        return Err(Error::LinearAlgebra { message });
    }
    let far = scalings.iter().any(|column| column.is_far(rows));
    let far_means = far.then(|| scalings.iter().map(|column| column.mean).collect());
    Ok(LeastSquares { intercept, coefficients, level: target.mean, far_means, rank: solution.rank })
}

fn raw_coefficient(standardised: f64, target: &Scaling, column: &Scaling) -> f64 {
    let coefficient = standardised * target.norm / column.norm;
    // The ratio of the scales may be infinite, and 0·∞ is not 0.
    if coefficient == 0.0 { 0.0 } else { coefficient * (target.scale / column.scale) }
}
