//! The rows that a node's mechanisms are compared on.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::data::{CompleteCases, Dataset, Levels, only_value};
use crate::error::Result;
use crate::mechanism::kind::NodeData;
use crate::mechanism::learn::shuffled;
use crate::random::Purpose;

/// The complete rows of a node and its parents, no more than asked for.
#[derive(Debug)]
pub(super) struct Rows {
    parents: Array2<f64>,
    values: Array1<f64>,
    levels: Option<Arc<Levels>>,
    parent_levels: Vec<Option<Arc<Levels>>>,
}

impl Rows {
    /// The complete rows; if they are too many, so many drawn by the seed, in their order.
    ///
    /// # Errors
    /// When a column is not there, or holds text or an infinite value.
    pub(super) fn new(data: &Dataset, node: &str, parents: &[&str], most: usize, seed: u64) -> Result<Self> {
        let drawn = |count: usize| {
            (count > most).then(|| {
                let mut drawn: Vec<usize> = shuffled(count, seed, Purpose::RowsToCompare);
                drawn.truncate(most);
                drawn.sort_unstable();
                drawn
            })
        };
        let CompleteCases { parents, values, levels, parent_levels, .. } =
            CompleteCases::select_some(data, node, parents.iter().copied(), drawn)?;
        Ok(Self { parents, values, levels, parent_levels })
    }

    /// Some of the rows as what a mechanism is fitted to: their parents and values.
    pub(super) fn node_data<'d>(&'d self, parents: ArrayView2<'d, f64>, values: ArrayView1<'d, f64>) -> NodeData<'d> {
        NodeData { parents, values, levels: self.levels.as_deref(), parent_levels: &self.parent_levels }
    }

    /// The levels of the node, if it is a category.
    pub(super) fn levels(&self) -> Option<&Levels> {
        self.levels.as_deref()
    }

    /// The levels of each parent that is a category.
    pub(super) fn parent_levels(&self) -> &[Option<Arc<Levels>>] {
        &self.parent_levels
    }

    pub(super) fn has_category_among_parents(&self) -> bool {
        self.parent_levels.iter().any(Option::is_some)
    }

    /// Rows × parents.
    pub(super) fn parents(&self) -> ArrayView2<'_, f64> {
        self.parents.view()
    }

    /// The node's values.
    pub(super) fn values(&self) -> &Array1<f64> {
        &self.values
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
        !self.has_category_among_parents() && self.parents.iter().all(|&value| value > 0.0)
    }
}
