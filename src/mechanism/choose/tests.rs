use super::*;
use crate::data::Dataset;

const ROWS: usize = 120;

/// y = a + a little, with some of the values of a, then of y, replaced.
fn data(replaced: &[(usize, f64)], in_y: &[(usize, f64)]) -> Dataset {
    let wave = |row: usize, step: f64| (row as f64 * step).sin();
    let mut a: Vec<f64> = (0..ROWS).map(|row| 3.0 + wave(row, 1.0)).collect();
    let mut y: Vec<f64> = (0..ROWS).map(|row| a[row] + 0.1 * wave(row, 2.3)).collect();
    replaced.iter().for_each(|&(row, value)| a[row] = value);
    in_y.iter().for_each(|&(row, value)| y[row] = value);
    Dataset::from_columns([("a", a), ("y", y)]).unwrap()
}

fn searches() -> [AssignmentConfig; 2] {
    [AssignmentConfig::default(), AssignmentConfig::linear()]
}

#[test]
fn rows_with_a_missing_value_are_left_out_and_not_counted() {
    let gappy = data(&[(3, f64::NAN), (50, f64::NAN)], &[(3, f64::NAN), (90, f64::NAN)]);
    for config in searches() {
        let rows = |node, parents: &[&str]| choose(&gappy, node, parents, &config).unwrap().report.rows;
        assert_eq!(rows("y", &["a"]), ROWS - 3, "{config:?}");
        assert_eq!(rows("a", &[]), ROWS - 2, "{config:?}");
    }
}

#[test]
fn an_infinite_value_is_an_error_that_names_column_and_row() {
    for infinite in [f64::INFINITY, f64::NEG_INFINITY] {
        for config in searches() {
            for (data, node, parents, column) in [
                (data(&[(7, infinite)], &[]), "y", &["a"][..], "`a`"),
                (data(&[], &[(7, infinite)]), "y", &["a"][..], "`y`"),
                (data(&[(7, infinite)], &[]), "a", &[][..], "`a`"),
            ] {
                let error = choose(&data, node, parents, &config).map(|chosen| chosen.report).unwrap_err().to_string();
                assert!(error.contains(column) && error.contains("first in row 7"), "{config:?}: {error}");
            }
        }
    }
}

#[test]
fn a_node_without_any_complete_row_is_judged_on_none() {
    let empty: Vec<(usize, f64)> = (0..ROWS).map(|row| (row, f64::NAN)).collect();
    let chosen = choose(&data(&empty, &[]), "y", &["a"], &AssignmentConfig::default()).unwrap();
    assert_eq!((chosen.report.rows, chosen.report.mechanism.as_str()), (0, "linear"));
}
