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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_bits_of_rows() {
        let norm = |parents: &[f64]| parents.iter().map(|parent| parent * parent).sum::<f64>().sqrt() - parents[0];
        let formula = Formula::new(norm);
        let column = |parent: usize| (0..37).map(|row| ((row * 31 + parent * 7) as f64).sin()).collect::<Vec<f64>>();
        // Up to four parents and more of them go other ways.
        for count in 1..=6 {
            let columns: Vec<Vec<f64>> = (0..count).map(column).collect();
            let parents: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let mut values = vec![f64::NAN; 37];
            formula.fill(&parents, &mut values);
            for (row, value) in values.iter().enumerate() {
                let of_row: Vec<f64> = columns.iter().map(|column| column[row]).collect();
                assert_eq!(value.to_bits(), norm(&of_row).to_bits());
                assert_eq!(value.to_bits(), formula.value(&of_row).to_bits());
            }
        }
    }
}
