//! The rows that a mechanism is fitted to: those in which its node and all its parents are present.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use crate::data::Dataset;
use crate::error::Result;

/// The training data of one node.
pub(super) struct CompleteCases {
    /// Rows × parents, in the graph's order.
    pub(super) parents: Array2<f64>,
    pub(super) values: Array1<f64>,
    /// How many rows were left out.
    pub(super) incomplete: usize,
}

impl CompleteCases {
    /// Costs O(rows · parents).
    ///
    /// # Errors
    /// When a column is not there, or holds text or an infinite value.
    pub(super) fn select<'a>(
        data: &Dataset,
        node: &str,
        parents: impl ExactSizeIterator<Item = &'a str>,
    ) -> Result<Self> {
        let values = data.column_with_gaps(node)?;
        let mut all_parents = Array2::zeros((data.rows(), parents.len()));
        for (mut column, parent) in all_parents.columns_mut().into_iter().zip(parents) {
            column.assign(&data.column_with_gaps(parent)?);
        }
        let present = |row: &usize| !values[*row].is_nan() && all_parents.row(*row).iter().all(|value| !value.is_nan());
        let rows: Vec<usize> = (0..data.rows()).filter(present).collect();
        let incomplete = data.rows() - rows.len();
        if incomplete == 0 {
            return Ok(Self { parents: all_parents, values: values.to_owned(), incomplete });
        }
        Ok(Self { parents: all_parents.select(Axis(0), &rows), values: values.select(Axis(0), &rows), incomplete })
    }

    /// The columns of the parents, in the graph's order.
    pub(super) fn parent_columns(&self) -> impl Iterator<Item = ArrayView1<'_, f64>> {
        self.parents.columns().into_iter()
    }
}
