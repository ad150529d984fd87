use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use super::least_squares::{LeastSquares, least_squares, least_squares_with};
use super::qr;
use super::system::{Solution, System};
use crate::error::Result;

mod condensed;
mod extremes;
mod leverages;

type Backend = fn(System) -> Result<Solution>;

#[cfg(not(feature = "blas"))]
const BACKENDS: [Backend; 1] = [qr::solve];
#[cfg(feature = "blas")]
const BACKENDS: [Backend; 2] = [qr::solve, super::lapack::solve];

/// Fits with every backend, checks that they agree, and returns what `least_squares` returns.
fn fit(features: &Array2<f64>, values: &Array1<f64>, ridge: f64) -> LeastSquares {
    let fitted = least_squares(features.view(), values.view(), ridge).expect("a legal problem");
    for backend in BACKENDS {
        let other =
            least_squares_with(backend, features.view(), values.view(), ridge, false).expect("a legal problem").0;
        assert_agree(features.view(), values.view(), &fitted, &other);
    }
    fitted
}

/// Agreement to 1e-8 of the largest effect that any column has over its range.
fn assert_agree(features: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>, left: &LeastSquares, right: &LeastSquares) {
    let effects = |fit: &LeastSquares| -> Vec<f64> {
        fit.coefficients.iter().zip(features.columns()).map(|(w, column)| w * range(column)).collect()
    };
    let (left_effects, right_effects) = (effects(left), effects(right));
    let largest = left_effects.iter().fold(f64::MIN_POSITIVE, |largest, effect| largest.max(effect.abs()));
    for (l, r) in left_effects.iter().zip(&right_effects) {
        assert!((l - r).abs() <= 1e-8 * largest, "{left:?} and {right:?}");
    }
    let means = left.coefficients.iter().zip(features.columns()).map(|(w, column)| (w * column[0]).abs());
    let size = means.fold(values[0].abs(), f64::max).max(largest);
    assert!((left.intercept - right.intercept).abs() <= 1e-8 * size, "{left:?} and {right:?}");
    assert_eq!(left.rank, right.rank);
}

fn range(column: ArrayView1<'_, f64>) -> f64 {
    let extremes = column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
    extremes.1 - extremes.0
}

#[track_caller]
fn assert_close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "found {found:e}, expected {expected:e}");
}

fn normal(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut random))
}

/// intercept + Σ_j coefficients\[j\]·x_j
fn linear(features: &Array2<f64>, intercept: f64, coefficients: &[f64]) -> Array1<f64> {
    features.dot(&Array1::from(coefficients.to_vec())) + intercept
}

/// Gaussian elimination with row exchanges, for brute-force comparisons.
fn solve_dense(mut matrix: Array2<f64>, mut right_side: Array1<f64>) -> Array1<f64> {
    let n = right_side.len();
    for step in 0..n {
        let pivot = (step..n).max_by(|&a, &b| matrix[[a, step]].abs().total_cmp(&matrix[[b, step]].abs()));
        let pivot = pivot.expect("a row is left");
        (0..n).for_each(|column| matrix.swap([step, column], [pivot, column]));
        right_side.swap(step, pivot);
        for row in (0..n).filter(|&row| row != step) {
            let factor = matrix[[row, step]] / matrix[[step, step]];
            (0..n).for_each(|column| matrix[[row, column]] -= factor * matrix[[step, column]]);
            right_side[row] -= factor * right_side[step];
        }
    }
    (0..n).map(|row| right_side[row] / matrix[[row, row]]).collect()
}

fn centred(values: ArrayView1<'_, f64>) -> Array1<f64> {
    &values - values.sum() / values.len() as f64
}

#[test]
fn known_coefficients_are_recovered() {
    let features = normal(200, 4, 1);
    let truth = [2.0, -0.5, 0.0, 1e-3];
    let fitted = fit(&features, &linear(&features, 7.0, &truth), 0.0);
    assert_close(fitted.intercept, 7.0, 1e-13);
    for (found, expected) in fitted.coefficients.iter().zip(truth) {
        assert!((found - expected).abs() < 1e-13);
    }
    assert_eq!(fitted.rank, 4);
}

#[test]
fn pinned_small_case() {
    // Exact rational arithmetic on the normal equations, with Python 3's fractions.Fraction.
    let features = array![[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 3.0], [5.0, 8.0], [6.0, 1.0]];
    let values = array![3.0, 1.0, 4.0, 1.0, 5.0, 9.0];
    let plain = fit(&features, &values, 0.0);
    assert_close(plain.intercept, 62.0 / 259.0, 1e-13);
    assert_close(plain.coefficients[0], 305.0 / 259.0, 1e-13);
    assert_close(plain.coefficients[1], -41.0 / 259.0, 1e-13);
    let penalised = fit(&features, &values, 0.5);
    assert_close(penalised.intercept, 1657.0 / 1218.0, 1e-13);
    assert_close(penalised.coefficients[0], 461.0 / 609.0, 1e-13);
    assert_close(penalised.coefficients[1], -43.0 / 812.0, 1e-13);
}

#[test]
fn pinned_longley() {
    // Data and certified values: NIST Statistical Reference Datasets, "Longley" (higher difficulty),
    // https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml
    let data = array![
        [60323.0, 83.0, 234289.0, 2356.0, 1590.0, 107608.0, 1947.0],
        [61122.0, 88.5, 259426.0, 2325.0, 1456.0, 108632.0, 1948.0],
        [60171.0, 88.2, 258054.0, 3682.0, 1616.0, 109773.0, 1949.0],
        [61187.0, 89.5, 284599.0, 3351.0, 1650.0, 110929.0, 1950.0],
        [63221.0, 96.2, 328975.0, 2099.0, 3099.0, 112075.0, 1951.0],
        [63639.0, 98.1, 346999.0, 1932.0, 3594.0, 113270.0, 1952.0],
        [64989.0, 99.0, 365385.0, 1870.0, 3547.0, 115094.0, 1953.0],
        [63761.0, 100.0, 363112.0, 3578.0, 3350.0, 116219.0, 1954.0],
        [66019.0, 101.2, 397469.0, 2904.0, 3048.0, 117388.0, 1955.0],
        [67857.0, 104.6, 419180.0, 2822.0, 2857.0, 118734.0, 1956.0],
        [68169.0, 108.4, 442769.0, 2936.0, 2798.0, 120445.0, 1957.0],
        [66513.0, 110.8, 444546.0, 4681.0, 2637.0, 121950.0, 1958.0],
        [68655.0, 112.6, 482704.0, 3813.0, 2552.0, 123366.0, 1959.0],
        [69564.0, 114.2, 502601.0, 3931.0, 2514.0, 125368.0, 1960.0],
        [69331.0, 115.7, 518173.0, 4806.0, 2572.0, 127852.0, 1961.0],
        [70551.0, 116.9, 554894.0, 4007.0, 2827.0, 130081.0, 1962.0]
    ];
    let certified = [
        15.0618722713733,
        -0.0358191792925910,
        -2.02022980381683,
        -1.03322686717359,
        -0.0511041056535807,
        1829.15146461355,
    ];
    let fitted = fit(&data.select(Axis(1), &[1, 2, 3, 4, 5, 6]), &data.column(0).to_owned(), 0.0);
    assert_close(fitted.intercept, -3482258.63459582, 1e-11);
    for (&found, expected) in fitted.coefficients.iter().zip(certified) {
        assert_close(found, expected, 1e-10);
    }
    assert_eq!(fitted.rank, 6);
}

#[test]
fn copies_of_a_column_share_its_effect_equally_in_any_unit() {
    let mut features = normal(50, 3, 2);
    let values = linear(&features, 1.0, &[6.0, 0.0, 3.0]);
    let original = features.column(0).to_owned();
    features.column_mut(1).assign(&original);
    let fitted = fit(&features, &values, 0.0);
    assert_eq!(fitted.rank, 2);
    for (&found, expected) in fitted.coefficients.iter().zip([3.0, 3.0, 3.0]) {
        assert_close(found, expected, 1e-12);
    }
    features.column_mut(1).assign(&(original * 1e-3 + 20.0));
    let fitted = fit(&features, &values, 0.0);
    assert_eq!(fitted.rank, 2);
    for (&found, expected) in fitted.coefficients.iter().zip([3.0, 3e3, 3.0]) {
        assert_close(found, expected, 1e-11);
    }
}

#[test]
fn a_linear_combination_lowers_the_rank_and_leaves_the_fit_exact() {
    let mut features = normal(80, 4, 11);
    let combination = &features.column(0) * 3.0 - &features.column(1) * 0.7 + 12.0;
    features.column_mut(3).assign(&combination);
    let values = linear(&features, 2.0, &[1.0, 1.0, 1.0, 1.0]);
    let fitted = fit(&features, &values, 0.0);
    assert_eq!(fitted.rank, 3);
    let residuals = values - linear(&features, fitted.intercept, &fitted.coefficients);
    assert!(residuals.iter().all(|residual| residual.abs() < 1e-12));
    // A solution of least norm is orthogonal to the null space, in standardised units.
    let norm = |index: usize| centred(features.column(index)).mapv(|x| x * x).sum().sqrt();
    let null = [3.0 * norm(0), -0.7 * norm(1), 0.0, -norm(3)];
    let standardised = fitted.coefficients.iter().enumerate().map(|(index, w)| w * norm(index));
    let inner: f64 = null.iter().zip(standardised).map(|(a, b)| a * b).sum();
    assert!(inner.abs() < 1e-10 * norm(3) * norm(3), "{inner}");
}

#[test]
fn more_columns_than_rows_give_the_solution_of_least_norm() {
    let (rows, columns) = (5, 9);
    let features = normal(rows, columns, 12) * &Array1::logspace(10.0, -3.0, 3.0, columns);
    let values = normal(rows, 1, 13).column(0).to_owned();
    let fitted = fit(&features, &values, 0.0);
    assert_eq!(fitted.rank, rows - 1);

    // Brute force: every difference to the first row must be met, so u = Aᵀ·(A·Aᵀ)⁻¹·b.
    let norms: Array1<f64> =
        features.columns().into_iter().map(|column| centred(column).mapv(|x| x * x).sum().sqrt()).collect();
    let standardised = &features / &norms;
    let differences = Array2::from_shape_fn((rows - 1, columns), |(row, column)| {
        standardised[[row + 1, column]] - standardised[[0, column]]
    });
    let steps: Array1<f64> = (1..rows).map(|row| values[row] - values[0]).collect();
    let expected = differences.t().dot(&solve_dense(differences.dot(&differences.t()), steps)) / &norms;
    for (&found, &expected) in fitted.coefficients.iter().zip(&expected) {
        assert_close(found, expected, 1e-10);
    }
}

#[test]
fn ridge_of_one_column_has_a_closed_form() {
    let features = normal(60, 1, 14) * 1e4;
    let values = linear(&features, 3.0, &[0.25]);
    for ridge in [1e-3, 1.0, 40.0] {
        let fitted = fit(&features, &values, ridge);
        assert_close(fitted.coefficients[0], 0.25 / (1.0 + ridge), 1e-13);
        // The intercept is not penalised: the fit passes through the means.
        let mean = |column: ArrayView1<'_, f64>| column.sum() / 60.0;
        let at_mean = fitted.intercept + fitted.coefficients[0] * mean(features.column(0));
        assert_close(at_mean, mean(values.view()), 1e-12);
    }
}

#[test]
fn ridge_shrinks_and_vanishes_continuously() {
    let mut features = normal(60, 3, 15);
    let copy = features.column(0).to_owned();
    features.column_mut(2).assign(&copy);
    let values = linear(&features, 0.0, &[1.0, 2.0, 1.0]);
    let size = |ridge: f64| fit(&features, &values, ridge).coefficients.iter().map(|w| w * w).sum::<f64>();
    let sizes = [0.0, 0.01, 0.1, 1.0, 10.0, 1e6].map(size);
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
    for tiny in [1e-12, 1e-18, 1e-24, 1e-300] {
        for coefficient in fit(&features, &values, tiny).coefficients.iter().zip([1.0, 2.0, 1.0]) {
            assert_close(*coefficient.0, coefficient.1, 1e-9);
        }
    }
    // Beyond 1e16 the backends only agree on what is left of the coefficients: nothing that counts.
    for (backend, huge) in BACKENDS.iter().flat_map(|backend| [(backend, 1e100), (backend, f64::MAX)]) {
        let fitted =
            least_squares_with(backend, features.view(), values.view(), huge, false).expect("a legal problem").0;
        assert!(fitted.coefficients.iter().all(|w| w.abs() < 1e-60), "{fitted:?}");
        assert_close(fitted.intercept, values.sum() / 60.0, 1e-13);
    }
}

#[test]
fn ridge_agrees_with_the_normal_equations() {
    let features = normal(30, 3, 16) * &array![1.0, 1e3, 1e-2];
    let values = normal(30, 1, 17).column(0).to_owned();
    let columns: Vec<Array1<f64>> = features.columns().into_iter().map(centred).collect();
    let mut matrix = Array2::from_shape_fn((3, 3), |(i, j)| columns[i].dot(&columns[j]));
    (0..3).for_each(|index| matrix[[index, index]] *= 1.0 + 0.3);
    let right_side: Array1<f64> = columns.iter().map(|column| column.dot(&centred(values.view()))).collect();
    let expected = solve_dense(matrix, right_side);
    for (&found, &expected) in fit(&features, &values, 0.3).coefficients.iter().zip(&expected) {
        assert_close(found, expected, 1e-10);
    }
}

#[test]
fn nearly_collinear_columns_are_told_apart() {
    for (distance, accuracy) in [(1e-3, 1e-11), (1e-5, 1e-9), (1e-7, 1e-7)] {
        let mut features = normal(100, 3, 18);
        let close = &features.column(0) + &features.column(1) * distance;
        features.column_mut(2).assign(&close);
        let features = features.select(Axis(1), &[0, 2]);
        let exact = linear(&features, 1.0, &[2.0, -1.0]);
        let fitted = least_squares(features.view(), exact.view(), 0.0).expect("a legal problem");
        assert_eq!(fitted.rank, 2);
        assert_close(fitted.coefficients[0], 2.0, accuracy);
        assert_close(fitted.coefficients[1], -1.0, accuracy);
        // With noise the coefficients are large, and the backends must still agree on them.
        fit(&features, &(exact + normal(100, 1, 19).column(0)), 0.0);
    }
}

#[test]
fn columns_closer_than_the_tolerance_share_their_effect() {
    let mut features = normal(100, 2, 20);
    let values = &features.column(0) * 2.0;
    let close = &features.column(0) + &features.column(1) * 1e-13;
    features.column_mut(1).assign(&close);
    let fitted = fit(&features, &values, 0.0);
    assert_eq!(fitted.rank, 1);
    assert_close(fitted.coefficients[0], 1.0, 1e-9);
    assert_close(fitted.coefficients[1], 1.0, 1e-9);
}

#[test]
fn random_problems_agree_and_satisfy_the_normal_equations() {
    let mut random = ChaCha8Rng::seed_from_u64(21);
    for seed in 0..50 {
        let (rows, columns) = (random.random_range(2..60), random.random_range(0..10));
        let mut features = normal(rows, columns, 1000 + seed);
        for column in 0..columns {
            let unit = 10.0_f64.powi(random.random_range(-9..10));
            let source = random.random_range(0..columns);
            match random.random_range(0..8) {
                0 => features.column_mut(column).fill(unit),
                1 => (0..rows).for_each(|row| features[[row, column]] = unit * features[[row, source]]),
                _ => features.column_mut(column).mapv_inplace(|x| unit * (x + 3.0)),
            }
        }
        let values = normal(rows, 1, 2000 + seed).column(0).to_owned();
        let ridge = [0.0, 0.0, 1e-3, 1.0][seed as usize % 4];
        assert_stationary(&features, &values, ridge, &fit(&features, &values, ridge));
    }
}

/// Checks z_jᵀ·(residuals) = λ·u_j on the centred columns z_j of norm 1.
fn assert_stationary(features: &Array2<f64>, values: &Array1<f64>, ridge: f64, fitted: &LeastSquares) {
    let residuals = values - &linear(features, fitted.intercept, &fitted.coefficients);
    for (column, w) in features.columns().into_iter().zip(&fitted.coefficients) {
        let column = centred(column);
        let norm = column.mapv(|x| x * x).sum().sqrt();
        if *w != 0.0 {
            let gradient = column.dot(&residuals) / norm - ridge * norm * w;
            assert!(gradient.abs() < 1e-8 * (1.0 + norm * w.abs()), "{gradient}");
        }
    }
}
