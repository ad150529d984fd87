//! Least squares from exact sums against least squares from rows.

use ndarray::{Array1, Array2};
use proptest::prelude::*;

use super::super::{CondensedTable, least_squares, least_squares_with_leverages};
use crate::numeric::exact_sum::{BinaryNumber, Bins, ExactColumn, ExactSum};

fn condensed(features: &Array2<f64>, values: &Array1<f64>) -> CondensedTable {
    let columns: Vec<Vec<f64>> =
        features.columns().into_iter().map(|column| column.to_vec()).chain([values.to_vec()]).collect();
    let exact = |values: &Vec<f64>| {
        let mut column = ExactColumn::default();
        column.fill(values.iter().copied());
        column
    };
    let parts: Vec<ExactColumn> = columns.iter().map(exact).collect();
    let mut bins = Bins::default();
    let (mut sums, mut products) = (Vec::new(), Vec::new());
    for (place, one) in parts.iter().enumerate() {
        let mut sum = ExactSum::default();
        sum.add_values(one, &mut bins);
        sums.push(sum.number());
        for other in &parts[place..] {
            let mut product = ExactSum::default();
            product.add_products(one, other, &mut bins);
            products.push(product.number());
        }
    }
    let largest: Vec<f64> =
        columns.iter().map(|column| column.iter().fold(0.0_f64, |most, value| most.max(value.abs()))).collect();
    CondensedTable::new(values.len() as u64, &sums, products, &largest)
}

fn assert_same(features: &Array2<f64>, values: &Array1<f64>, ridge: f64, tolerance: f64) {
    let table = condensed(features, values);
    let (found, parameters) = table.least_squares(ridge).unwrap();
    let (truth, leverages) = least_squares_with_leverages(features.view(), values.view(), ridge).unwrap();
    assert_eq!(found.rank, truth.rank);
    let spread = |column: usize| table.std_dev(column);
    for (place, (a, b)) in found.coefficients.iter().zip(&truth.coefficients).enumerate() {
        let effect = (a - b).abs() * spread(place);
        assert!(effect <= tolerance * spread(features.ncols()), "coefficient {place}: {a} instead of {b}");
    }
    assert!(
        (found.level - truth.level).abs() <= 1e-14 * (truth.level.abs() + spread(features.ncols())),
        "{found:?} {truth:?}"
    );
    assert_eq!(found.far_means.is_some(), truth.far_means.is_some());
    assert!((parameters - leverages.iter().sum::<f64>()).abs() < 1e-8, "{parameters}");
    // By deviations, since products with far columns have fewer digits, and in the unit of the values' spread.
    let unit = spread(features.ncols());
    let rest = |row: usize| {
        let terms = truth.coefficients.iter().enumerate();
        let explained: f64 = terms.map(|(place, w)| w * (features[[row, place]] - table.mean(place))).sum();
        (values[row] - table.mean(features.ncols()) - explained) / unit
    };
    let rest = unit * ((0..values.len()).map(|row| rest(row).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
    let of_table = table.residual_std_dev(&found.coefficients);
    assert!((of_table - rest).abs() <= (1e-9 + tolerance) * spread(features.ncols()), "{of_table} instead of {rest}");
}

fn wave(rows: usize, frequency: f64) -> Array1<f64> {
    (0..rows).map(|row| (row as f64 * frequency).sin() + 0.3 * (row as f64 * frequency * 2.7).cos()).collect()
}

fn table(columns: &[Array1<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((columns[0].len(), columns.len()), |(row, column)| columns[column][row])
}

#[test]
fn a_billion_beside_a_spread_of_one_costs_no_digit() {
    let (a, b, noise) = (wave(500, 1.1), wave(500, 0.37), wave(500, 5.3));
    let values = 3.0 * &a - 0.25 * &b + 0.5 * &noise;
    let far = table(&[&a + 1e9, &b - 4e9]);
    assert_same(&far, &(&values + 1e9), 0.0, 1e-11);
    // The sums of squares themselves have 18 digits before the first that counts.
    let near = condensed(&table(&[a, b]), &values);
    let moved = condensed(&far, &(&values + 1e9));
    assert!((near.std_dev(2) / moved.std_dev(2) - 1.0).abs() < 1e-8, "what adding a billion rounds");
}

#[test]
fn copies_share_their_effect_and_constants_have_none() {
    let (a, noise) = (wave(300, 1.3), wave(300, 4.1));
    let features = table(&[a.clone(), 2.0 * &a + 1.0, Array1::from_elem(300, 0.1 + 0.2), wave(300, 0.7)]);
    assert_same(&features, &(&a + &noise), 0.0, 1e-12);
    assert_same(&features, &(&a + &noise), 0.1, 1e-12);
    let (fit, _) = condensed(&features, &(&a + &noise)).least_squares(0.0).unwrap();
    assert_eq!((fit.coefficients[2], fit.rank), (0.0, 2));
    assert!((fit.coefficients[0] - 2.0 * fit.coefficients[1]).abs() < 1e-12);
}

#[test]
fn nearly_equal_columns_are_told_apart_as_rows_tell_them() {
    let (a, b, noise) = (wave(400, 1.3), wave(400, 0.9), wave(400, 4.1));
    for gap in [1e-3, 1e-6, 1e-8] {
        let features = table(&[a.clone(), &a + gap * &b]);
        // A fit to rows is itself off by the rounding of a column over the gap.
        assert_same(&features, &(&a + &(gap * &noise)), 0.0, 1e-14 / gap);
    }
}

#[test]
fn sizes_at_both_ends_of_the_range_are_fitted() {
    let (a, noise) = (wave(200, 1.3), wave(200, 4.1));
    for unit in [1e-150, 1e150, 1e300] {
        assert_same(&table(&[unit * &a]), &(&a + &noise), 0.0, 1e-12);
        assert_same(&table(std::slice::from_ref(&a)), &(unit * (&a + &noise)), 0.0, 1e-12);
    }
    let one = condensed(&table(&[Array1::from_elem(5, 7.0)]), &Array1::from_elem(5, 2.5));
    assert_eq!((one.mean(0), one.std_dev(0), one.mean(1), one.std_dev(1)), (7.0, 0.0, 2.5, 0.0));
}

#[test]
fn an_exact_relation_leaves_nothing() {
    let a: Array1<f64> = (0..100).map(|row| f64::from(row * 37 % 101)).collect();
    let table = condensed(&table(std::slice::from_ref(&a)), &(2.0 * &a + 1.0));
    let (fit, _) = table.least_squares(0.0).unwrap();
    assert!((fit.coefficients[0] - 2.0).abs() < 1e-15 && table.residual_std_dev(&fit.coefficients) < 1e-13);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_table_has_the_fit_of_its_rows(
        cells in prop::collection::vec(-1000_i32..1000, 60),
        offset in prop_oneof![Just(0.0), Just(1e4), Just(-1e7)],
        ridge in prop_oneof![Just(0.0), Just(0.05), Just(1.0)],
    ) {
        let cells: Vec<f64> = cells.into_iter().map(|cell| f64::from(cell) * 0.01 + offset).collect();
        let all = Array2::from_shape_vec((15, 4), cells).unwrap();
        let (features, values) = (all.select(ndarray::Axis(1), &[0, 1, 2]), all.column(3).to_owned());
        prop_assume!(least_squares(features.view(), values.view(), ridge).is_ok());
        assert_same(&features, &values, ridge, 1e-7);
    }
}

#[test]
fn counts_are_numbers() {
    assert_eq!(BinaryNumber::of_count(0).to_f64(0), 0.0);
    assert_eq!(BinaryNumber::of_count(u64::MAX).to_f64(0), 2.0_f64.powi(64));
}
