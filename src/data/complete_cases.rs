//! The one rule of which rows a mechanism is chosen on, and fitted to: missing values are left out, infinite ones are an
//! error.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1};

use super::{Dataset, Levels};
use crate::error::Result;
use crate::numeric::linalg::select_values;

/// The rows of a node and its parents in which none of them is missing.
#[derive(Debug)]
pub(crate) struct CompleteCases {
    /// Rows × parents, in the order in which they were asked for.
    pub(crate) parents: Array2<f64>,
    /// The node itself.
    pub(crate) values: Array1<f64>,
    /// How many rows were left out.
    pub(crate) incomplete: usize,
    /// The levels of the node, if it is a category and its values are codes.
    pub(crate) levels: Option<Arc<Levels>>,
    /// Those of the parents.
    pub(crate) parent_levels: Vec<Option<Arc<Levels>>>,
}

impl CompleteCases {
    /// Costs O(rows · parents).
    ///
    /// # Errors
    /// When a column is not there, or holds text or an infinite value; the error names the column and the row.
    pub(crate) fn select<'a>(
        data: &Dataset,
        node: &str,
        parents: impl ExactSizeIterator<Item = &'a str>,
    ) -> Result<Self> {
        Self::select_some(data, node, parents, |_| None)
    }

    /// Some of the complete rows: those that `chosen` names by their places among all of them, whose number it is told, or all if it names
    /// none. No others are copied.
    ///
    /// # Errors
    /// As for [`select`](Self::select).
    pub(crate) fn select_some<'a>(
        data: &Dataset,
        node: &str,
        parents: impl ExactSizeIterator<Item = &'a str>,
        chosen: impl FnOnce(usize) -> Option<Vec<usize>>,
    ) -> Result<Self> {
        let values = data.column_with_gaps(node)?;
        let parents: Vec<&str> = parents.collect();
        let levels = data.coded_levels(node).cloned();
        let parent_levels = parents.iter().map(|parent| data.coded_levels(parent).cloned()).collect();
        let columns = parents.iter().map(|parent| data.column_with_gaps(parent)).collect::<Result<Vec<_>>>()?;
        let present = |row: &usize| !values[*row].is_nan() && columns.iter().all(|column| !column[*row].is_nan());
        // Mostly nothing is missing, and no list of rows is needed.
        let all_present = (0..data.rows()).all(|row| present(&row));
        let complete = (!all_present).then(|| (0..data.rows()).filter(present).collect::<Vec<usize>>());
        let count = complete.as_ref().map_or(data.rows(), Vec::len);
        let taken: Option<Vec<usize>> = match (complete, chosen(count)) {
            (Some(complete), Some(places)) => Some(places.into_iter().map(|place| complete[place]).collect()),
            (complete, places) => complete.or(places),
        };
        let rows = taken.as_deref();
        let values = rows.map_or_else(|| values.to_owned(), |rows| select_values(values.view(), rows));
        let mut of_parents = Array2::zeros((values.len(), columns.len()));
        for (mut column, parent) in of_parents.columns_mut().into_iter().zip(&columns) {
            match rows {
                Some(rows) => column.assign(&select_values(parent.view(), rows)),
                None => column.assign(parent),
            }
        }
        Ok(Self { parents: of_parents, values, incomplete: data.rows() - count, levels, parent_levels })
    }

    /// Whether the node or a parent is a category.
    pub(crate) fn has_category(&self) -> bool {
        self.levels.is_some() || self.parent_levels.iter().any(Option::is_some)
    }

    /// The columns of the parents, in the order in which they were asked for.
    pub(crate) fn parent_columns(&self) -> impl Iterator<Item = ArrayView1<'_, f64>> {
        self.parents.columns().into_iter()
    }
}

/// The only value of a column, if it has one value only.
pub(crate) fn only_value(values: ArrayView1<'_, f64>) -> Option<f64> {
    let first = *values.first()?;
    values.iter().all(|&value| value == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn data(api: [f64; 4], db: [f64; 4]) -> Dataset {
        Dataset::from_columns([("api", api.to_vec()), ("db", db.to_vec())]).unwrap()
    }

    #[test]
    fn rows_with_a_missing_value_are_left_out_and_counted() {
        let data = data([1.0, f64::NAN, 3.0, 4.0], [10.0, 20.0, f64::NAN, 40.0]);
        let cases = CompleteCases::select(&data, "api", ["db"].into_iter()).unwrap();
        assert_eq!((cases.values.clone(), cases.incomplete), (array![1.0, 4.0], 2));
        assert_eq!(cases.parents, array![[10.0], [40.0]]);
        assert_eq!(cases.parent_columns().next(), Some(array![10.0, 40.0].view()));
        // A gap costs a row only where it matters.
        assert_eq!(CompleteCases::select(&data, "api", [].into_iter()).unwrap().incomplete, 1);
    }

    #[test]
    fn an_infinite_value_is_an_error_that_names_column_and_row() {
        for infinite in [f64::INFINITY, f64::NEG_INFINITY] {
            let in_parent = data([1.0, 2.0, 3.0, 4.0], [10.0, 20.0, infinite, 40.0]);
            let error = CompleteCases::select(&in_parent, "api", ["db"].into_iter()).unwrap_err().to_string();
            assert!(error.contains("`db`") && error.contains("first in row 2"), "{error}");
            let in_node = data([1.0, infinite, 3.0, 4.0], [10.0; 4]);
            let error = CompleteCases::select(&in_node, "api", ["db"].into_iter()).unwrap_err().to_string();
            assert!(error.contains("`api`") && error.contains("first in row 1"), "{error}");
        }
    }
}
