//! The rows that a node's mechanisms are compared on.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::super::fit_report::only_value;
use crate::data::Dataset;
use crate::error::Result;
use crate::mechanism::shuffled;
use crate::random::Purpose;

/// The complete rows of a node and its parents, no more than asked for.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) parents: Array2<f64>,
    pub(super) values: Array1<f64>,
}

impl Rows {
    /// Rows in which the node and all its parents are finite; of too many, so many drawn by the seed, in their order.
    pub(super) fn new(data: &Dataset, node: &str, parents: &[&str], most: usize, seed: u64) -> Result<Self> {
        let values = data.column(node)?;
        let columns: Vec<ArrayView1<'_, f64>> =
            parents.iter().map(|parent| data.column(parent)).collect::<Result<_>>()?;
        let complete = |row: &usize| values[*row].is_finite() && columns.iter().all(|column| column[*row].is_finite());
        let mut rows: Vec<usize> = (0..values.len()).filter(complete).collect();
        if rows.len() > most {
            let mut drawn: Vec<usize> = shuffled(rows.len(), seed, Purpose::RowsToCompare);
            drawn.truncate(most);
            drawn.sort_unstable();
            rows = drawn.into_iter().map(|place| rows[place]).collect();
        }
        let mut chosen = Array2::zeros((rows.len(), columns.len()));
        for (mut to, from) in chosen.columns_mut().into_iter().zip(&columns) {
            to.assign(&from.select(Axis(0), &rows));
        }
        Ok(Self { parents: chosen, values: values.select(Axis(0), &rows) })
    }

    pub(super) fn count(&self) -> usize {
        self.values.len()
    }

    /// The node's value in all rows, if it is one.
    pub(super) fn constant(&self) -> Option<f64> {
        only_value(self.values.view())
    }

    pub(super) fn has_constant_parent(&self) -> bool {
        self.parents.columns().into_iter().any(|column| only_value(column).is_some())
    }

    pub(super) fn smallest(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(super) fn are_integers(&self) -> bool {
        self.values.iter().all(|value| value.fract() == 0.0)
    }

    pub(super) fn parents_are_positive(&self) -> bool {
        self.parents.iter().all(|&value| value > 0.0)
    }
}
