//! Leverages against fits without each row.

use ndarray::{Array1, Array2, Axis, array};

use super::{BACKENDS, linear, normal};
use crate::numeric::linalg::least_squares::{least_squares, least_squares_with};

/// Leverages by every backend, which must agree.
fn leverages(features: &Array2<f64>, values: &Array1<f64>, ridge: f64) -> Vec<f64> {
    let found = BACKENDS.map(|backend| {
        least_squares_with(backend, features.view(), values.view(), ridge, true).expect("a legal problem").1
    });
    for other in &found {
        assert!(found[0].iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-10), "{found:?}");
    }
    found[0].clone()
}

#[test]
fn what_a_fit_without_a_row_leaves_of_it_follows_from_its_leverage() {
    let mut features = normal(12, 4, 3);
    // A copy in another unit and a constant: two directions less.
    let copy = features.column(0).mapv(|value| 1e9 * value - 3.0);
    features.column_mut(2).assign(&copy);
    features.column_mut(3).fill(7.0);
    let noise = normal(12, 1, 4).remove_axis(Axis(1));
    let values = linear(&features, 2.0, &[1.0, -0.5, 1e-9, 0.3]) + &noise;
    let leverages = leverages(&features, &values, 0.0);
    assert!((leverages.iter().sum::<f64>() - 3.0).abs() < 1e-12, "{leverages:?}");
    let predicted = |coefficients: &[f64], intercept: f64, row: usize| {
        intercept + features.row(row).iter().zip(coefficients).map(|(x, w)| x * w).sum::<f64>()
    };
    let all = least_squares(features.view(), values.view(), 0.0).unwrap();
    for row in 0..12 {
        let others: Vec<usize> = (0..12).filter(|&other| other != row).collect();
        let (rest, rest_values) = (features.select(Axis(0), &others), values.select(Axis(0), &others));
        let without = least_squares(rest.view(), rest_values.view(), 0.0).unwrap();
        let expected = values[row] - predicted(&without.coefficients, without.intercept, row);
        let found = (values[row] - predicted(&all.coefficients, all.intercept, row)) / (1.0 - leverages[row]);
        assert!((found - expected).abs() < 1e-6, "{row}: {found} {expected}");
    }
}

#[test]
fn a_row_that_alone_determines_a_coefficient_has_leverage_one() {
    let features = array![[0.0], [0.0], [0.0], [1e-9]];
    let leverages = leverages(&features, &array![1.0, 2.0, 3.0, 9.0], 0.0);
    assert!((leverages[3] - 1.0).abs() < 1e-15 && (leverages[0] - 1.0 / 3.0).abs() < 1e-15, "{leverages:?}");
}

#[test]
fn a_penalty_lowers_leverages_to_those_of_the_penalised_fit() {
    // One column of norm 1 once centred: h = 1/n + z²/(1 + λ).
    let features = array![[-3.0], [-1.0], [1.0], [3.0]];
    let values = array![1.0, 0.0, 2.0, 5.0];
    for ridge in [0.0, 0.5, 4.0] {
        let found = leverages(&features, &values, ridge);
        for (row, leverage) in found.iter().enumerate() {
            let expected = 0.25 + features[[row, 0]].powi(2) / 20.0 / (1.0 + ridge);
            assert!((leverage - expected).abs() < 1e-14, "{found:?}");
        }
    }
}
