//! Whether a mechanism is the same in two tables: the seam behind which any test may stand.
//!
//! The hypothesis is that a node's value does not depend on which table a row is of, given its parents.

use std::sync::Arc;

use ndarray::{Array1, Array2};

use crate::data::Levels;
use crate::independence::{Sample, two_sample_test};

/// A column of both tables, the old rows first, with the levels of a category.
pub(super) struct Column<'c> {
    pub(super) values: Vec<f64>,
    pub(super) levels: Option<&'c Arc<Levels>>,
}

/// The p-value of the hypothesis that the mechanism of a node is the same in both tables, of which the old one has `old_rows`, for this node
/// alone. Rows in which the node or a parent is missing are left out. 1 where the rest are too few to tell (10 in each table, and 10 more
/// than parents).
pub(super) fn p_value(node: &Column<'_>, parents: &[Column<'_>], old_rows: usize) -> f64 {
    let is_complete = |row: &usize| !node.values[*row].is_nan() && parents.iter().all(|p| !p.values[*row].is_nan());
    let complete = (0..node.values.len()).filter(is_complete);
    let (old, new): (Vec<usize>, Vec<usize>) = complete.partition(|&row| row < old_rows);
    let values = [&old, &new].map(|rows| rows.iter().map(|&row| node.values[row]).collect::<Array1<f64>>());
    let given = [&old, &new].map(|rows| {
        Array2::from_shape_fn((rows.len(), parents.len()), |(at, parent)| parents[parent].values[rows[at]])
    });
    let side = |side: usize| Sample { values: values[side].view(), given: given[side].view() };
    // 0 for numbers.
    let levels = |column: &Column<'_>| column.levels.map_or(0, |levels| levels.len());
    let levels: Vec<usize> = std::iter::once(node).chain(parents).map(levels).collect();
    two_sample_test(side(0), side(1), &levels).map_or(1.0, |test| test.p_value)
}
