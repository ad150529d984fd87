//! The rows that boosted trees are trained on.

use ndarray::{Array1, ArrayView1, ArrayView2};

use crate::error::Result;
use crate::mechanism::function::LinearFunction;
use crate::numeric::linalg::least_squares;

/// The share of a parent's variance that must be left within leaves to fit a slope there.
const LEAST_SHARE_WITHIN: f64 = 0.02;

/// The parents' training values, also column after column.
pub(super) struct TrainingColumns<'d> {
    matrix: ArrayView2<'d, f64>,
    flat: Vec<f64>,
}

impl<'d> TrainingColumns<'d> {
    pub(super) fn new(matrix: ArrayView2<'d, f64>) -> Self {
        Self { matrix, flat: matrix.columns().into_iter().flatten().copied().collect() }
    }

    pub(super) fn parents(&self) -> usize {
        self.matrix.ncols()
    }

    /// Rows × parents.
    pub(super) fn matrix(&self) -> ArrayView2<'d, f64> {
        self.matrix
    }

    /// One parent after the other.
    pub(super) fn flat(&self) -> &[f64] {
        &self.flat
    }

    /// values − linear(parents)
    pub(super) fn unexplained(&self, linear: &LinearFunction, values: ArrayView1<'_, f64>) -> Vec<f64> {
        let slices: Vec<&[f64]> = self.flat.chunks(values.len()).collect();
        let mut residuals = vec![0.0; values.len()];
        linear.fill(&slices, &mut residuals);
        residuals.iter_mut().zip(values).for_each(|(residual, value)| *residual = value - *residual);
        residuals
    }

    /// What the linear function leaves over, divided by its root mean square, and that; nothing where it is exact. The
    /// library computes gradients in single precision, which standardised values fit.
    pub(super) fn standardised_residuals(
        &self,
        linear: &LinearFunction,
        values: ArrayView1<'_, f64>,
    ) -> Option<(Vec<f64>, f64)> {
        let mut residuals = self.unexplained(linear, values);
        let largest = residuals.iter().map(|residual| residual.abs()).fold(0.0, f64::max);
        let size = values.iter().map(|value| value.abs()).fold(0.0, f64::max);
        if largest <= 1e-12 * size || self.parents() == 0 {
            return None;
        }
        let squares: f64 = residuals.iter().map(|residual| (residual / largest).powi(2)).sum();
        let scale = largest * (squares / residuals.len() as f64).sqrt();
        residuals.iter_mut().for_each(|residual| *residual /= scale);
        Some((residuals, scale))
    }

    /// Least-squares slopes of values and parents as deviations from their means within leaves; nothing where a parent
    /// hardly varies within them.
    pub(super) fn slopes_within(
        &self,
        leaves: &[usize],
        count: usize,
        values: ArrayView1<'_, f64>,
    ) -> Result<Option<Vec<f64>>> {
        let mut parents = self.matrix.to_owned();
        for mut column in parents.columns_mut() {
            let before = column.var(0.0);
            let centred = deviations(column.view(), leaves, count);
            column.assign(&centred);
            if column.var(0.0) < LEAST_SHARE_WITHIN * before {
                return Ok(None);
            }
        }
        let values = deviations(values, leaves, count);
        Ok(Some(least_squares(parents.view(), values.view(), 0.0)?.coefficients))
    }
}

pub(super) fn mean(values: ArrayView1<'_, f64>) -> f64 {
    let count = values.len() as f64;
    values.iter().map(|value| value / count).sum()
}

fn deviations(values: ArrayView1<'_, f64>, leaves: &[usize], count: usize) -> Array1<f64> {
    let (mut sums, mut rows) = (vec![0.0; count], vec![0.0; count]);
    for (&leaf, value) in leaves.iter().zip(values) {
        sums[leaf] += value;
        rows[leaf] += 1.0;
    }
    leaves.iter().zip(values).map(|(&leaf, value)| value - sums[leaf] / rows[leaf]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn slopes_within_leaves_do_not_see_the_jump_between_them() {
        // Slope 2 in either leaf, and a jump of 100.
        let parents = array![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]];
        let values = array![0.0, 2.0, 4.0, 106.0, 108.0, 110.0];
        let columns = TrainingColumns::new(parents.view());
        let slopes = columns.slopes_within(&[0, 0, 0, 1, 1, 1], 2, values.view()).unwrap().unwrap();
        assert!((slopes[0] - 2.0).abs() < 1e-12, "{slopes:?}");
    }

    #[test]
    fn a_parent_that_only_tells_leaves_apart_has_no_slope_within_them() {
        let parents = array![[0.0], [0.0], [1.0], [1.0]];
        let columns = TrainingColumns::new(parents.view());
        assert_eq!(columns.slopes_within(&[0, 0, 1, 1], 2, array![1.0, 2.0, 3.0, 4.0].view()).unwrap(), None);
    }

    #[test]
    fn residuals_are_in_units_of_their_root_mean_square() {
        let parents = array![[1.0], [2.0]];
        let columns = TrainingColumns::new(parents.view());
        let linear = LinearFunction { intercept: 0.0, coefficients: vec![1.0] };
        let (residuals, scale) = columns.standardised_residuals(&linear, array![4.0, -1.0].view()).unwrap();
        assert_eq!((residuals, scale), (vec![1.0, -1.0], 3.0));
        assert!(columns.standardised_residuals(&linear, array![1.0, 2.0].view()).is_none());
    }
}
