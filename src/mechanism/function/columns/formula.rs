//! Any function of the parents' values.

use std::fmt;
use std::sync::Arc;

use super::for_each_row;

/// A closure of the parents' values.
///
/// It is called through a pointer once for all rows of its parents' columns, not for each of them, so that the compiler can put it
/// into the loop over rows.
#[derive(Clone)]
pub struct Formula(Arc<dyn OverRows>);

impl Formula {
    /// From the parents' values to the function's, without noise.
    pub fn new(function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }

    /// The function's value.
    pub fn value(&self, parents: &[f64]) -> f64 {
        self.0.value(parents)
    }

    /// The values over columns: the same bits as [`value`](Self::value) row by row.
    pub(crate) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        self.0.fill(parents, values);
    }
}

impl fmt::Debug for Formula {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Formula")
    }
}

trait OverRows: Send + Sync {
    fn value(&self, parents: &[f64]) -> f64;

    fn fill(&self, parents: &[&[f64]], values: &mut [f64]);
}

impl<F: Fn(&[f64]) -> f64 + Send + Sync> OverRows for F {
    fn value(&self, parents: &[f64]) -> f64 {
        self(parents)
    }

    fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        for_each_row(parents, values.len(), |row, parents| values[row] = self(parents));
    }
}
