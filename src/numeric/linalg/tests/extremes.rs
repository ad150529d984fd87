//! Columns and arguments at the edge of what is legal, and beyond.

use ndarray::{Array1, Array2, array};

use super::{BACKENDS, assert_close, fit, linear, normal};
use crate::error::Error;
use crate::numeric::linalg::least_squares::{LeastSquares, least_squares, least_squares_with};

#[test]
fn constant_columns_get_exactly_zero() {
    for constant in [0.0, -0.0, 0.1, 1e9, -1.0 / 3.0, 1e-300, 5e-324, f64::MAX, f64::MIN] {
        let mut features = normal(1000, 2, 3);
        let values = linear(&features, 5.0, &[2.0, 0.0]);
        features.column_mut(1).fill(constant);
        let fitted = fit(&features, &values, 0.0);
        assert_eq!(fitted.coefficients[1], 0.0);
        assert_eq!(fitted.rank, 1);
        assert_close(fitted.coefficients[0], 2.0, 1e-13);
        assert_close(fitted.intercept, 5.0, 1e-13);
    }
}

#[test]
fn a_column_that_varies_by_rounding_only_counts_as_constant() {
    let mut features = normal(100, 2, 4);
    let values = features.column(0).to_owned();
    features.column_mut(1).fill(0.1);
    (0..100).step_by(3).for_each(|row| features[[row, 1]] = 0.1_f64.next_up());
    let fitted = fit(&features, &values, 0.0);
    assert_eq!((fitted.coefficients[1], fitted.rank), (0.0, 1));
}

#[test]
fn constant_values_and_single_rows_give_the_mean() {
    let fitted = fit(&normal(30, 2, 5), &Array1::from_elem(30, 0.1), 0.0);
    assert_eq!(
        fitted,
        LeastSquares { intercept: 0.1, coefficients: vec![0.0; 2], level: 0.1, far_means: None, rank: 2 }
    );
    let fitted = fit(&normal(1, 3, 5), &array![4.0], 0.0);
    assert_eq!(
        fitted,
        LeastSquares { intercept: 4.0, coefficients: vec![0.0; 3], level: 4.0, far_means: None, rank: 0 }
    );
}

#[test]
fn without_columns_the_intercept_is_the_mean() {
    for ridge in [0.0, 1.0] {
        let fitted = fit(&Array2::zeros((4, 0)), &array![1.0, 2.0, 3.0, 6.0], ridge);
        assert_eq!(fitted, LeastSquares { intercept: 3.0, coefficients: vec![], level: 3.0, far_means: None, rank: 0 });
    }
}

#[test]
fn columns_of_very_different_size_are_recovered() {
    for (large, small) in [(1e9, 1e-9), (1e200, 1e-200), (1e300, 1e-300)] {
        let unscaled = normal(100, 2, 6);
        let values = linear(&unscaled, 0.5, &[1.0, -2.0]);
        let mut features = unscaled;
        features.column_mut(0).mapv_inplace(|x| x * large);
        features.column_mut(1).mapv_inplace(|x| x * small);
        let fitted = fit(&features, &values, 0.0);
        assert_eq!(fitted.rank, 2);
        assert_close(fitted.coefficients[0] * large, 1.0, 1e-12);
        assert_close(fitted.coefficients[1] * small, -2.0, 1e-12);
        assert_close(fitted.intercept, 0.5, 1e-12);
    }
}

#[test]
fn values_of_extreme_size_are_explained() {
    for size in [1e-300, 1e-200, 1e200, 1e300] {
        let features = normal(100, 2, 7);
        let fitted = fit(&features, &(linear(&features, 0.5, &[1.0, -2.0]) * size), 0.0);
        assert_close(fitted.coefficients[0] / size, 1.0, 1e-12);
        assert_close(fitted.coefficients[1] / size, -2.0, 1e-12);
        assert_close(fitted.intercept / size, 0.5, 1e-12);
    }
}

#[test]
fn units_do_not_change_a_single_bit() {
    let features = normal(40, 3, 8);
    let values = normal(40, 1, 9).column(0).to_owned();
    let unit = 2.0_f64.powi(-70);
    let mut rescaled = features.clone();
    rescaled.column_mut(1).mapv_inplace(|x| x * unit);
    for ridge in [0.0, 0.1] {
        let (before, after) = (fit(&features, &values, ridge), fit(&rescaled, &values, ridge));
        assert_eq!(before.coefficients[1], after.coefficients[1] * unit);
        assert_eq!(before.coefficients[0], after.coefficients[0]);
        assert_eq!(before.intercept, after.intercept);
    }
}

#[test]
fn memory_layout_does_not_change_a_single_bit() {
    let features = normal(40, 3, 10);
    let values = features.column(0).to_owned();
    let mut transposed = Array2::zeros((3, 40));
    transposed.assign(&features.t());
    let strided = least_squares(transposed.t(), values.view(), 0.2).expect("a legal problem");
    assert_eq!(strided, fit(&features, &values, 0.2));
}

#[test]
fn bad_arguments_are_errors() {
    let features = normal(3, 2, 22);
    let values = array![1.0, 2.0, 4.0];
    for ridge in [-1e-300, f64::NAN, f64::INFINITY] {
        let error = least_squares(features.view(), values.view(), ridge).expect_err("a bad ridge");
        assert!(matches!(error, Error::InvalidParameter { name: "ridge", .. }), "{error}");
    }
    let error = least_squares(features.view(), array![1.0].view(), 0.0).expect_err("too few values");
    assert!(matches!(error, Error::LengthMismatch { expected: 3, found: 1, .. }), "{error}");
    let error = least_squares(Array2::zeros((0, 2)).view(), Array1::zeros(0).view(), 0.0).expect_err("no rows");
    assert!(matches!(error, Error::Empty { .. }), "{error}");
}

#[test]
fn numbers_out_of_range_are_errors_on_every_backend() {
    let features = normal(5, 2, 23);
    let values = features.column(0).to_owned();
    for backend in BACKENDS {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let (mut bad_parents, mut bad_values) = (features.clone(), values.clone());
            bad_parents[[2, 1]] = bad;
            bad_values[4] = bad;
            let in_parents = least_squares_with(backend, bad_parents.view(), values.view(), 0.0, false);
            assert!(matches!(in_parents, Err(Error::LinearAlgebra { .. })));
            let in_values = least_squares_with(backend, features.view(), bad_values.view(), 0.0, false);
            assert!(matches!(in_values, Err(Error::LinearAlgebra { .. })));
        }
        // The coefficient would be about 1e400.
        let overflowing =
            least_squares_with(backend, (&features * 1e-200).view(), (&values * 1e200).view(), 0.0, false);
        assert!(matches!(overflowing, Err(Error::LinearAlgebra { .. })));
    }
}
