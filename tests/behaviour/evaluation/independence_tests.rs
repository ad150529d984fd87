//! The tests of independence that an evaluation rests on, each against its own promise.

use etiology::Error;
use etiology::independence::{conditional_independence_test, independence_test};
use ndarray::{Array1, Array2, Axis};

use super::{gaussian, normals};

fn column(values: &Array1<f64>) -> Array2<f64> {
    values.clone().insert_axis(Axis(1))
}

/// Chance that a statistical test fails although all is well. Seeds are fixed, so it either always does or never.
const ALPHA: f64 = 1e-4;

/// Whether `hits` of `trials` are too many or too few for this probability, by Hoeffding's inequality.
fn assert_rate(hits: usize, trials: usize, probability: f64) {
    let slack = ((2.0 / ALPHA).ln() / (2.0 * trials as f64)).sqrt();
    let rate = hits as f64 / trials as f64;
    assert!((rate - probability).abs() < slack, "{hits} of {trials}, but {probability} was expected");
}

#[test]
fn p_values_of_distance_covariance_are_uniform_under_independence() {
    let p_values: Vec<f64> = (0..1_000)
        .map(|seed| {
            let (x, y) = (normals(40, 2 * seed), normals(40, 2 * seed + 1).mapv(f64::exp));
            independence_test(column(&x).view(), column(&y).view(), 99, seed).unwrap().p_value
        })
        .collect();
    // Attainable without stopping early: below 20/99 a p-value is (1 + #)/100.
    for level in [0.05, 0.1, 0.2] {
        assert_rate(p_values.iter().filter(|&&p| p <= level).count(), p_values.len(), level);
    }
}

#[test]
fn p_values_of_conditional_independence_are_uniform_where_it_holds() {
    let p_values: Vec<f64> = (0..1_000)
        .map(|seed| {
            let z = normals(200, 3 * seed);
            let x = &z * &z + normals(200, 3 * seed + 1);
            let y = 2.0 * &z - &z * &z + normals(200, 3 * seed + 2);
            conditional_independence_test(x.view(), y.view(), column(&z).view()).unwrap().p_value
        })
        .collect();
    for level in [0.05, 0.2, 0.5, 0.8] {
        assert_rate(p_values.iter().filter(|&&p| p <= level).count(), p_values.len(), level);
    }
}

#[test]
fn distance_covariance_finds_what_correlation_misses() {
    let found = (0..20).filter(|&seed| {
        let x = normals(100, 2 * seed);
        let y = &x * &x + 0.5 * normals(100, 2 * seed + 1);
        independence_test(column(&x).view(), column(&y).view(), 199, seed).unwrap().p_value <= 0.01
    });
    assert_eq!(found.count(), 20);
    // x·y decides z, which is independent of x and of y, but not of both.
    let (x, y) = (normals(300, 1), normals(300, 2));
    let z = &x * &y;
    let both = ndarray::stack![Axis(1), x, y];
    assert_eq!(independence_test(both.view(), column(&z).view(), 199, 0).unwrap().p_value, 1.0 / 200.0);
}

#[test]
fn conditioning_matters_either_way() {
    let z = normals(500, 1);
    let (x, y) = (&z + normals(500, 2), &z + normals(500, 3));
    let nothing = Array2::zeros((500, 0));
    let (x, y) = (x.view(), y.view());
    assert!(conditional_independence_test(x, y, nothing.view()).unwrap().p_value < 1e-6);
    assert!(conditional_independence_test(x, y, column(&z).view()).unwrap().p_value > 0.01);
    // A common effect of independent causes makes them dependent.
    let (a, b) = (normals(500, 4), normals(500, 5));
    let effect = &a + &b + 0.5 * normals(500, 6);
    assert!(conditional_independence_test(a.view(), b.view(), nothing.view()).unwrap().p_value > 0.01);
    let test = conditional_independence_test(a.view(), b.view(), column(&effect).view()).unwrap();
    // The partial correlation of a and b is −1/(1 + 0.25).
    assert!((test.residual_correlation + 0.8).abs() < 0.05 && test.p_value < 1e-6, "{test:?}");
}

#[test]
fn without_conditions_the_statistic_is_that_of_the_formula() {
    let (x, y) = (normals(50, 1), normals(50, 2) + 0.3 * normals(50, 1));
    let test = conditional_independence_test(x.view(), y.view(), Array2::zeros((50, 0)).view()).unwrap();
    let products = (&x - x.mean().unwrap()) * (&y - y.mean().unwrap());
    let t = 49.0_f64.sqrt() * products.mean().unwrap() / products.std(0.0);
    let expected = two_sided_normal(t);
    assert!((test.p_value / expected - 1.0).abs() < 1e-9, "{} {expected}", test.p_value);
}

/// P(|Z| ≥ |t|) by this crate's own normal distribution.
fn two_sided_normal(t: f64) -> f64 {
    gaussian(0.0, 1.0).two_sided_tail(t)
}

#[test]
fn bad_input_of_a_test_is_an_error_that_names_it() {
    let (x, short) = (Array2::<f64>::zeros((50, 1)), Array2::<f64>::zeros((49, 1)));
    let (none, few) = (Array2::<f64>::zeros((50, 0)), Array2::<f64>::zeros((3, 1)));
    let (bad, many) = (Array2::from_elem((50, 1), f64::NAN), Array2::<f64>::zeros((5_001, 1)));
    let huge = Array2::from_shape_fn((50, 1), |(row, _)| if row % 2 == 0 { f64::MAX } else { f64::MIN });
    let test = |a: &Array2<f64>, b: &Array2<f64>, permutations| {
        independence_test(a.view(), b.view(), permutations, 0).map(|test| test.p_value)
    };
    assert!(matches!(test(&x, &short, 99), Err(Error::LengthMismatch { expected: 50, found: 49, .. })));
    assert!(matches!(test(&x, &none, 99), Err(Error::Empty { .. })));
    assert!(matches!(test(&few, &few, 99), Err(Error::InvalidParameter { .. })));
    assert!(matches!(test(&many, &many, 99), Err(Error::InvalidParameter { .. })));
    assert!(matches!(test(&x, &bad, 99), Err(Error::NonFiniteValue { .. })));
    assert!(matches!(test(&huge, &huge, 99), Err(Error::NonFiniteValue { .. })));
    assert!(matches!(test(&x, &x, 0), Err(Error::InvalidParameter { .. })));
    assert_eq!(test(&x, &x, 99).unwrap(), 1.0);

    let conditional = |a: &Array2<f64>, b: &Array2<f64>, given: &Array2<f64>| {
        conditional_independence_test(a.column(0), b.column(0), given.view()).map(|test| test.p_value)
    };
    assert!(matches!(conditional(&x, &short, &x), Err(Error::LengthMismatch { .. })));
    assert!(matches!(conditional(&x, &x, &short), Err(Error::LengthMismatch { .. })));
    assert!(matches!(conditional(&x, &x, &bad), Err(Error::NonFiniteValue { .. })));
    let wide = Array2::<f64>::zeros((50, 40));
    assert!(matches!(conditional(&x, &x, &wide), Err(Error::TooFewRows { needed: 51, found: 50, .. })));
    assert_eq!(conditional(&x, &huge, &x).unwrap(), 1.0);
}
