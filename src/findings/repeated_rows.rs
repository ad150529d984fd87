//! Training rows that repeat one another, as a table has them that was exported twice or joined carelessly.
//!
//! Counts and rounded values repeat by nature. Values with many digits do not, so that is where whole rows are compared: by the
//! column of the graph whose values are least likely to meet by chance. A single row that occurs often, such as that of an idle
//! system, is no evidence either, so different rows count, each once.

use std::fmt;

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::kind::FindingKind;
use crate::data::{Dataset, Step};
use crate::graph::CausalGraph;
use crate::random::mixed;

/// So many different rows must repeat, and such a share of them.
const FEWEST: usize = 5;
const LEAST_SHARE: f64 = 0.05;
/// How many times as many must repeat as may by chance.
const BEYOND_CHANCE: f64 = 5.0;
/// Quantiles between which a column's values spread.
const MIDDLE: (f64, f64) = (0.1, 0.9);

/// How many rows of the training data there are, and how many of them differ, where that is no chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RepeatedRows {
    /// All rows.
    pub rows: usize,
    /// Rows that differ from one another in a column of the graph.
    pub distinct: usize,
}

impl RepeatedRows {
    /// Compares the rows in the columns that the graph names. Nothing if they repeat no more than they may by chance. Costs
    /// O(rows · (nodes + log rows)), and a number for each row: rows are compared by 64 bits that depend on all of their values, which two
    /// different ones of ten million have in common with a chance of 3·10⁻⁶.
    pub(crate) fn of(graph: &CausalGraph, data: &Dataset) -> Option<Self> {
        let columns: Vec<_> = graph.nodes().filter_map(|node| data.column_with_gaps(node).ok()).collect();
        let rows = data.rows();
        let mut fingerprints = vec![0_u64; rows];
        for column in &columns {
            fingerprints
                .iter_mut()
                .zip(column)
                .for_each(|(fingerprint, value)| *fingerprint = mixed(*fingerprint ^ value.to_bits()));
        }
        fingerprints.sort_unstable();
        let (mut distinct, mut repeated) = (0, 0);
        for group in fingerprints.chunk_by(|a, b| a == b) {
            distinct += 1;
            repeated += usize::from(group.len() > 1);
        }
        if repeated < FEWEST || (repeated as f64) < LEAST_SHARE * distinct as f64 {
            return None;
        }
        // Rows that are equal are so in every column, also in the one that tells them best.
        let by_chance = columns.iter().map(|column| expected_twins(column.view())).fold(f64::INFINITY, f64::min);
        (repeated as f64 >= BEYOND_CHANCE * by_chance * distinct as f64).then_some(Self { rows, distinct })
    }

    /// What follows for the model as a whole.
    pub(crate) fn finding(&self) -> Finding {
        let remedy = format!(
            "Rows that were written more than once count more than once in every probability, interval and in the floor, as if more were \
             known: leave out the copies. {} rows support no probability below 1 in {}.",
            self.distinct,
            2 * self.distinct
        );
        Finding::new(FindingKind::RowsRepeated, [], self.to_string(), remedy)
    }
}

impl fmt::Display for RepeatedRows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, distinct } = self;
        write!(
            formatter,
            "Of {rows} training rows only {distinct} differ; the others repeat one of them in every column of the graph, to the last \
             digit."
        )
    }
}

/// How many other rows have the same value as a row by chance, at most, were it not for copies: rows times step over spread.
fn expected_twins(column: ArrayView1<'_, f64>) -> f64 {
    let mut values: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
    let rows = values.len() as f64;
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    let quantile = |p: f64| values.get((p * values.len() as f64) as usize).copied().unwrap_or_default();
    match Step::of(values.iter().copied()) {
        Step::Continuous => 0.0,
        Step::Of(step) => rows * step / (quantile(MIDDLE.1) - quantile(MIDDLE.0)),
        Step::Unknown => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of x, y = 2·x and z, all with many digits.
    fn rows(count: usize) -> Vec<[f64; 3]> {
        let wave = |row: usize, pace: f64| (row as f64 * pace).sin();
        (0..count).map(|row| [wave(row, 0.7), 2.0 * wave(row, 0.7), wave(row, 1.9)]).collect()
    }

    fn found(rows: &[[f64; 3]]) -> Option<(usize, usize)> {
        let graph = CausalGraph::from_edges([("x", "y"), ("y", "z")]).unwrap();
        let column = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<f64>>();
        let data = Dataset::from_columns([("x", column(0)), ("y", column(1)), ("z", column(2))]).unwrap();
        RepeatedRows::of(&graph, &data).map(|found| (found.rows, found.distinct))
    }

    #[test]
    fn copies_of_all_or_of_many_rows_are_counted() {
        let table = rows(200);
        assert_eq!(found(&table), None);
        assert_eq!(found(&[table.clone(), table.clone()].concat()), Some((400, 200)));
        assert_eq!(found(&vec![rows(20); 50].concat()), Some((1000, 20)));
        assert_eq!(found(&[table.clone(), table[..40].to_vec()].concat()), Some((240, 200)));
        assert_eq!(found(&[table.clone(), table[..4].to_vec()].concat()), None, "a few may be an accident");
        let gaps: Vec<[f64; 3]> = table.iter().map(|row| [row[0], f64::NAN, row[2]]).collect();
        assert_eq!(found(&[gaps.clone(), gaps].concat()), Some((400, 200)));
    }

    #[test]
    fn what_repeats_by_nature_is_no_copy() {
        let table = rows(400);
        let rounded = |step: f64| -> Vec<[f64; 3]> {
            table.iter().map(|row| row.map(|value| (value / step).round() * step)).collect()
        };
        assert_eq!(found(&rounded(0.25)), None, "counts");
        let cycle: Vec<[f64; 3]> = (0..400).map(|row| [(row % 20) as f64, (row % 20 * 2) as f64, 7.0]).collect();
        assert_eq!(found(&cycle), None, "integers in a cycle beside a constant");
        assert_eq!(found(&vec![[0.1_f64.sqrt(), 1.5, 2.5]; 100]), None, "constants");
        let idle: Vec<[f64; 3]> = table.iter().map(|row| if row[0] < 0.0 { [0.0; 3] } else { *row }).collect();
        assert_eq!(found(&idle), None, "an idle system");
        assert_eq!(found(&rows(3)), None);
        // Four decimals of 400 rows meet by chance now and then, but not all of them; of three nobody can tell.
        for (step, is_found) in [(1e-4, true), (1e-3, false)] {
            let table = rounded(step);
            assert_eq!(found(&table), None);
            assert_eq!(found(&[table.clone(), table].concat()).is_some(), is_found, "{step}");
        }
    }
}
