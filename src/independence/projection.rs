//! The residual of a column when others have explained it.

use crate::numeric::kernels::{add_multiple, dot, sum};

/// The share of a column's norm below which its residual is rounding.
const RESOLUTION: f64 = 1e-9;
/// A residual of a smaller share than this of a column's norm is taken again: what rounding left in it of the space has grown.
const TAKEN_ONCE: f64 = 0.7;

/// The linear space of a constant and some columns, for residuals of least squares on them.
///
/// Held as an orthonormal basis, by Gram and Schmidt's method, done twice where the first time took off most of a column, which loses no
/// digits to speak of (J. W. Daniel, W. B. Gragg, L. Kaufman and G. W. Stewart, *Mathematics of Computation* 30, 1976; L. Giraud, J.
/// Langou and M. Rozložník, *Computers & Mathematics with Applications* 50, 2005). One basis serves any number of columns
/// at O(rows · dimension) each, where a new least-squares fit would take O(rows · dimension²).
#[derive(Debug)]
pub(crate) struct Projection {
    basis: Vec<Vec<f64>>,
    rows: usize,
}

impl Projection {
    /// Regression on the columns, all of `rows` finite values, and on their squares and products as long as there are ten
    /// rows or more for each such feature. Columns that others explain are left out. Costs O(rows · features²).
    pub(crate) fn quadratic(columns: &[&[f64]], rows: usize) -> Self {
        let mut projection = Self { basis: Vec::new(), rows };
        let alone = Self { basis: Vec::new(), rows };
        let standardised: Vec<Vec<f64>> = columns.iter().map(|column| alone.residual(column)).collect();
        let count = columns.len();
        let (squares, products) = (rows >= 20 * count, rows >= 5 * count * (count + 3));
        standardised.iter().for_each(|column| projection.push(column));
        for i in (0..count).filter(|_| squares) {
            for j in i..if products { count } else { i + 1 } {
                let product = standardised[i].iter().zip(&standardised[j]).map(|(a, b)| a * b).collect::<Vec<f64>>();
                projection.push(&product);
            }
        }
        projection
    }

    /// Regression on these columns, all of `rows` finite values. Columns that others explain are left out. Costs
    /// O(rows · columns²).
    pub(crate) fn on<'c>(columns: impl IntoIterator<Item = &'c [f64]>, rows: usize) -> Self {
        let mut projection = Self { basis: Vec::new(), rows };
        columns.into_iter().for_each(|column| projection.push(column));
        projection
    }

    /// For every row what part of its own value it is predicted to have: the diagonal of the projection.
    pub(crate) fn leverages(&self) -> Vec<f64> {
        let mut leverages = vec![1.0 / self.rows as f64; self.rows];
        for direction in &self.basis {
            leverages.iter_mut().zip(direction).for_each(|(leverage, share)| *leverage += share * share);
        }
        leverages
    }

    /// The dimension of the space, the constant included.
    pub(crate) fn dimension(&self) -> usize {
        self.basis.len() + 1
    }

    /// The residual of a column after regression on the space, scaled to norm 1; zeros if it leaves no more than rounding.
    pub(crate) fn residual(&self, column: &[f64]) -> Vec<f64> {
        let largest = column.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        if largest == 0.0 {
            return vec![0.0; self.rows];
        }
        // Twice divided: the inverse of a tiny number would overflow.
        let mut residual: Vec<f64> = column.iter().map(|value| value / largest).collect();
        let size = dot(&residual, &residual).sqrt();
        centre(&mut residual);
        centre(&mut residual);
        let centred = dot(&residual, &residual).sqrt();
        self.take_off(&mut residual);
        let mut norm = dot(&residual, &residual).sqrt();
        if norm < TAKEN_ONCE * centred {
            self.take_off(&mut residual);
            norm = dot(&residual, &residual).sqrt();
        }
        if norm <= RESOLUTION * size {
            return vec![0.0; self.rows];
        }
        residual.iter_mut().for_each(|value| *value /= norm);
        residual
    }

    /// Takes off what a column has along every direction.
    fn take_off(&self, column: &mut [f64]) {
        for direction in &self.basis {
            add_multiple(column, -dot(direction, column), direction);
        }
    }

    fn push(&mut self, column: &[f64]) {
        let direction = self.residual(column);
        if self.dimension() < self.rows && direction.iter().any(|&value| value != 0.0) {
            self.basis.push(direction);
        }
    }
}

fn centre(values: &mut [f64]) {
    let mean = sum(values) / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::linalg::least_squares;
    use ndarray::{Array1, Array2};

    fn wave(row: usize, frequency: f64) -> f64 {
        (row as f64 * frequency).sin()
    }

    #[test]
    fn residuals_are_those_of_least_squares() {
        let columns: Vec<Vec<f64>> =
            [0.7, 1.9].map(|frequency| (0..100).map(|row| 5.0 + wave(row, frequency)).collect()).to_vec();
        let values: Vec<f64> = (0..100).map(|row| wave(row, 0.7) * wave(row, 2.9) + wave(row, 1.3)).collect();
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = Projection::quadratic(&slices, 100).residual(&values);
        let features = Array2::from_shape_fn((100, 5), |(row, feature)| {
            let (a, b) = (columns[0][row], columns[1][row]);
            [a, b, a * a, a * b, b * b][feature]
        });
        let fit = least_squares(features.view(), Array1::from(values.clone()).view(), 0.0).unwrap();
        let predicted = features.dot(&Array1::from(fit.coefficients)) + fit.intercept;
        let residual: Vec<f64> = values.iter().zip(&predicted).map(|(value, predicted)| value - predicted).collect();
        let norm = dot(&residual, &residual).sqrt();
        assert!(found.iter().zip(&residual).all(|(found, expected)| (found - expected / norm).abs() < 1e-10));
    }

    #[test]
    fn what_is_explained_leaves_exactly_nothing() {
        let a: Vec<f64> = (0..50).map(|row| 1e6 + wave(row, 0.7)).collect();
        let b: Vec<f64> = (0..50).map(|row| wave(row, 1.9)).collect();
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + 3.0 * b).collect();
        let projection = Projection::quadratic(&[&a, &b, &a], 50);
        assert!(projection.residual(&sum).iter().all(|&value| value == 0.0));
        assert!(projection.residual(&[7.0; 50]).iter().all(|&value| value == 0.0));
    }
}
