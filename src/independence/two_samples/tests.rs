use ndarray::{Array1, Array2};
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{ContinuousCDF, Normal};

use super::*;
use crate::error::Error;
use crate::random::{Purpose, stream};

/// A node as a function of its parent and its noise.
type Change<'f> = &'f dyn Fn(f64, f64) -> f64;

/// Rows of one parent and a node: x, and f(x, noise).
fn drawn(seed: u64, rows: usize, centre: f64, f: impl Fn(f64, f64) -> f64) -> (Array1<f64>, Array2<f64>) {
    let mut generator = stream(seed, Purpose::ModelDraws, 0);
    let mut normal = || -> f64 { StandardNormal.sample(&mut generator) };
    let rows: Vec<[f64; 2]> = (0..rows).map(|_| [normal() + centre, normal()]).collect();
    let values = rows.iter().map(|&[x, noise]| f(x, noise)).collect();
    (values, Array2::from_shape_fn((rows.len(), 1), |(row, _)| rows[row][0]))
}

fn tested(first: &(Array1<f64>, Array2<f64>), second: &(Array1<f64>, Array2<f64>)) -> TwoSampleTest {
    let [first, second] = [first, second].map(|(values, given)| (values.view(), given.view()));
    let (first, second) = (Sample { values: first.0, given: first.1 }, Sample { values: second.0, given: second.1 });
    two_sample_test(first, second, &vec![0; first.given.ncols() + 1]).unwrap()
}

fn clearest(test: &TwoSampleTest) -> Aspect {
    test.aspects.iter().min_by(|a, b| a.p_value.total_cmp(&b.p_value)).unwrap().aspect
}

#[test]
fn without_given_columns_the_level_is_compared_by_normal_scores() {
    let alone = |values: [f64; 12]| (Array1::from(values.to_vec()), Array2::zeros((12, 0)));
    let first = alone([1.0, 4.0, 2.0, 9.0, 3.0, 3.0, 8.0, 5.0, -1.0, 0.0, 6.0, 2.5]);
    let second = alone([7.0, 11.0, 4.0, 12.0, 10.0, 3.0, 15.0, 4.5, 9.5, 2.0, 20.0, 8.5]);
    let test = tested(&first, &second);
    // The definition, with ties at their middle rank: the sum of the scores of the second sample, centred, over its own squares.
    let all: Vec<f64> = first.0.iter().chain(&second.0).copied().collect();
    let share = |value: f64| {
        let below = all.iter().filter(|&&other| other < value).count() as f64;
        (below + 0.5 * all.iter().filter(|&&other| other == value).count() as f64) / 24.0
    };
    let scores: Vec<f64> = all.iter().map(|&value| Normal::standard().inverse_cdf(share(value))).collect();
    let mean = scores.iter().sum::<f64>() / 24.0;
    let products: Vec<f64> =
        scores.iter().enumerate().map(|(row, score)| (score - mean) * if row < 12 { -0.5 } else { 0.5 }).collect();
    let expected = products.iter().sum::<f64>().powi(2) / products.iter().map(|product| product * product).sum::<f64>()
        * 23.0
        / 24.0;
    assert_eq!((test.aspects[0].aspect, test.aspects[0].degrees_of_freedom, test.rows), (Aspect::Level, 1, [12, 12]));
    assert!((test.aspects[0].statistic - expected).abs() < 1e-9, "{test:?} {expected}");
}

#[test]
fn every_kind_of_change_is_found_by_its_aspect() {
    let old = drawn(1, 300, 0.0, |x, noise| x + noise);
    let changed: [(Aspect, Change<'_>); 5] = [
        (Aspect::Level, &|x, noise| x + noise + 0.6),
        (Aspect::Slope, &|x, noise| 1.6 * x + noise),
        (Aspect::Curvature, &|x, noise| x + noise + 0.5 * (x * x - 1.0)),
        (Aspect::Spread, &|x, noise| x + 1.6 * noise),
        (Aspect::Shape, &|x, noise| x + 1.2 * noise.signum() * noise.abs().sqrt()),
    ];
    for (aspect, change) in changed {
        let test = tested(&old, &drawn(2, 300, 0.0, change));
        assert!(test.p_value < 1e-3 && clearest(&test) == aspect, "{aspect}: {test:?}");
    }
    let test = tested(&old, &drawn(2, 300, 0.0, |x, noise| x + noise));
    assert!(test.p_value > 0.05, "{test:?}");
}

#[test]
fn a_relation_of_unknown_form_is_no_change_where_the_parent_moved() {
    let mechanism = |x: f64, noise: f64| (3.0 * x).sin() + x.max(0.5).powi(3) + 0.3 * noise;
    let test = tested(&drawn(3, 500, 0.0, mechanism), &drawn(4, 500, 1.0, mechanism));
    assert!(test.p_value > 0.05, "{test:?}");
}

#[test]
fn what_is_exactly_explained_does_not_differ_and_units_do_not_matter() {
    let exact = tested(&drawn(5, 100, 0.0, |x, _| 2.0 * x + 1.0), &drawn(6, 100, 3.0, |x, _| 2.0 * x + 1.0));
    assert_eq!((exact.p_value, exact.aspects.len()), (1.0, 0));
    let constant = tested(&drawn(5, 100, 0.0, |_, _| 7.0), &drawn(6, 100, 3.0, |_, _| 7.0));
    assert_eq!(constant.p_value, 1.0);
    let mechanism = |x: f64, noise: f64| x * x + noise;
    let (first, second) = (drawn(7, 100, 0.0, mechanism), drawn(8, 100, 0.5, |x, noise| mechanism(x, noise) + 0.3));
    let plain = tested(&first, &second).p_value;
    let scaled = |(values, given): &(Array1<f64>, Array2<f64>)| (values * 1e200, given * 1e-150);
    let other = tested(&scaled(&first), &scaled(&second)).p_value;
    assert!((other / plain - 1.0).abs() < 1e-6, "{plain} {other}");
}

#[test]
fn shares_of_a_category_are_compared_given_another() {
    let codes = |rows: usize, often: usize| -> (Array1<f64>, Array2<f64>) {
        let given = Array2::from_shape_fn((rows, 1), |(row, _)| (row % 3) as f64);
        (Array1::from_shape_fn(rows, |row| f64::from(u8::from((row / 3) % 10 < often + row % 3))), given)
    };
    let compare = |first: &(Array1<f64>, Array2<f64>), second: &(Array1<f64>, Array2<f64>)| {
        let sample = |values, given| Sample { values, given };
        two_sample_test(sample(first.0.view(), first.1.view()), sample(second.0.view(), second.1.view()), &[2, 3])
    };
    let moved = compare(&codes(300, 3), &codes(300, 5)).unwrap();
    assert!(moved.p_value < 1e-3 && clearest(&moved) == Aspect::Shares, "{moved:?}");
    assert!(compare(&codes(300, 3), &codes(240, 3)).unwrap().p_value > 0.5);
    let mut bad = codes(300, 3);
    bad.0[7] = 2.0;
    let error = compare(&bad, &codes(300, 3)).unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
}

#[test]
fn bad_samples_are_refused() {
    let (values, given) = drawn(9, 30, 0.0, |x, noise| x + noise);
    let fine = Sample { values: values.view(), given: given.view() };
    let (few, _) = drawn(9, 9, 0.0, |x, _| x);
    let infinite = values.mapv(|value| if value > 1.0 { f64::INFINITY } else { value });
    let refused = |values: &Array1<f64>, given: &Array2<f64>, levels: &[usize]| {
        two_sample_test(fine, Sample { values: values.view(), given: given.view() }, levels).unwrap_err()
    };
    assert!(matches!(refused(&few, &given, &[0, 0]), Error::LengthMismatch { expected: 9, found: 30, .. }));
    assert!(matches!(refused(&few, &Array2::zeros((9, 1)), &[0, 0]), Error::TooFewRows { needed: 10, found: 9, .. }));
    assert!(matches!(refused(&infinite, &given, &[0, 0]), Error::NonFiniteValue { .. }));
    assert!(matches!(refused(&values, &given, &[0]), Error::LengthMismatch { expected: 2, found: 1, .. }));
}

#[test]
fn of_many_rows_some_are_looked_at_and_always_the_same() {
    let (first, second) = (drawn(10, 25_000, 0.0, |x, noise| x + noise), drawn(11, 300, 0.0, |x, noise| x + noise));
    let test = tested(&first, &second);
    assert_eq!((test.rows, &test), ([25_000, 300], &tested(&first, &second)));
}
