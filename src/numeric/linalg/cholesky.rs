//! Positive definite systems.

use ndarray::Array2;

/// The solution x of A·x = b for a symmetric positive definite matrix A; nothing where it is not so but for rounding. Costs O(n³).
pub(crate) fn cholesky_solve(mut matrix: Array2<f64>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for column in 0..size {
        let squares: f64 = (0..column).map(|k| matrix[[column, k]].powi(2)).sum();
        let pivot = matrix[[column, column]] - squares;
        if pivot <= 0.0 || pivot.is_nan() {
            return None;
        }
        let root = pivot.sqrt();
        matrix[[column, column]] = root;
        for row in column + 1..size {
            let known: f64 = (0..column).map(|k| matrix[[row, k]] * matrix[[column, k]]).sum();
            matrix[[row, column]] = (matrix[[row, column]] - known) / root;
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|k| matrix[[row, k]] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[[row, row]];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| matrix[[k, row]] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[[row, row]];
    }
    right.iter().all(|value| value.is_finite()).then_some(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_positive_definite_system_is_solved_and_no_other() {
        let matrix = array![[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let found = cholesky_solve(matrix.clone(), vec![1.0, -2.0, 0.5]).unwrap();
        let product = matrix.dot(&ndarray::Array1::from(found));
        assert!(product.iter().zip([1.0, -2.0, 0.5]).all(|(found, expected)| (found - expected).abs() < 1e-12));
        assert!(cholesky_solve(array![[1.0, 2.0], [2.0, 1.0]], vec![1.0, 1.0]).is_none());
        assert!(cholesky_solve(array![[f64::NAN]], vec![1.0]).is_none());
    }
}
