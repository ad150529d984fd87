//! Learning how large a noise is.

use ndarray::{ArrayView1, ArrayView2};

use crate::error::Result;
use crate::mechanism::function::{Columns, LinearFunction, ScaleFunction};
use crate::numeric::linalg::least_squares;
use crate::numeric::moments::root_mean_square;
use crate::numeric::ranks::ascending;

/// Residuals smaller than this share of their root mean square count as that share: the logarithm of an accidental 0
/// would outweigh all others.
const SMALLEST_SHARE: f64 = 0.02;

/// What the rows of the smallest scale show of it: as many rows as this share of all, and no fewer than so many.
const NEIGHBOURS: (f64, usize) = (0.1, 20);

/// The root mean square of the residuals in the rows whose exponents are the smallest: what the data show of how small the noise
/// becomes. The exponent goes on falling towards the border of the training range and would be smallest in a single row there,
/// which shows nothing. `None` if these residuals are all 0.
fn smallest_shown(residuals: &[f64], exponents: &[f64]) -> Option<f64> {
    let mut rows = ascending(exponents);
    rows.truncate(((NEIGHBOURS.0 * rows.len() as f64) as usize).max(NEIGHBOURS.1));
    let shown: Vec<f64> = rows.into_iter().map(|row| residuals[row]).collect();
    Some(root_mean_square(&shown, 0.0)).filter(|&size| size > 0.0)
}

/// The scale of residuals, exp(a + Σⱼ bⱼ · parentⱼ) by least squares of their logarithms, and what they are in units of it,
/// which has a mean square of 1. Costs O(rows · parents²).
pub(crate) fn fit_scale(parents: ArrayView2<'_, f64>, residuals: &[f64]) -> Result<(ScaleFunction, Vec<f64>)> {
    let size = root_mean_square(residuals, 0.0);
    if size == 0.0 {
        let flat = LinearFunction { intercept: 0.0, coefficients: vec![0.0; parents.ncols()] };
        return Ok((ScaleFunction::new(flat, 0.0, 0.0), residuals.to_vec()));
    }
    let logs: Vec<f64> = residuals.iter().map(|residual| (residual.abs() / size).max(SMALLEST_SHARE).ln()).collect();
    let fit = least_squares(parents, ArrayView1::from(&logs), 0.0)?;
    let mut log_scale = LinearFunction { intercept: fit.intercept, coefficients: fit.coefficients };
    let columns = Columns::of(parents);
    let columns = columns.slices();
    let mut exponents = vec![0.0; residuals.len()];
    log_scale.fill(&columns, &mut exponents);
    let relative: Vec<f64> =
        residuals.iter().zip(&exponents).map(|(residual, exponent)| residual / size / exponent.exp()).collect();
    // The mean logarithm of |noise| says nothing of its mean square, which is to be 1.
    let shift = size.ln() + root_mean_square(&relative, 0.0).ln();
    log_scale.intercept += shift;
    let lowest = smallest_shown(residuals, &exponents).map_or(f64::NEG_INFINITY, f64::ln);
    let lowest = lowest.max(exponents.iter().copied().fold(f64::INFINITY, f64::min) + shift);
    let highest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max) + shift;
    let scale = ScaleFunction::new(log_scale, lowest.min(highest), highest);
    let noises = residuals.iter().enumerate().map(|(row, residual)| residual / scale.value_at(&columns, row)).collect();
    Ok((scale, noises))
}
