//! Rows and columns of the parents, and closures that are evaluated over them.

mod formula;

use ndarray::ArrayView2;

pub use formula::Formula;

/// Calls `visit` with each row's number and its parents' values.
pub(crate) fn for_each_row(parents: &[&[f64]], rows: usize, mut visit: impl FnMut(usize, &[f64])) {
    // Of few parents the compiler knows how many, so that a row is put together without a loop.
    match *parents {
        [a] => a[..rows].iter().enumerate().for_each(|(row, &a)| visit(row, &[a])),
        [a, b] => {
            let both = a[..rows].iter().zip(&b[..rows]);
            both.enumerate().for_each(|(row, (&a, &b))| visit(row, &[a, b]));
        }
        [a, b, c] => {
            let all = a[..rows].iter().zip(&b[..rows]).zip(&c[..rows]);
            all.enumerate().for_each(|(row, ((&a, &b), &c))| visit(row, &[a, b, c]));
        }
        [a, b, c, d] => {
            let all = a[..rows].iter().zip(&b[..rows]).zip(&c[..rows]).zip(&d[..rows]);
            all.enumerate().for_each(|(row, (((&a, &b), &c), &d))| visit(row, &[a, b, c, d]));
        }
        _ => for_each_row_of_many(parents, rows, visit),
    }
}

fn for_each_row_of_many(parents: &[&[f64]], rows: usize, mut visit: impl FnMut(usize, &[f64])) {
    let mut values = vec![0.0; parents.len()];
    for row in 0..rows {
        values.iter_mut().zip(parents).for_each(|(value, parent)| *value = parent[row]);
        visit(row, &values);
    }
}

/// The columns of a matrix, each in one piece.
#[derive(Debug)]
pub(crate) struct Columns(Vec<Vec<f64>>);

impl Columns {
    /// Copies the columns of rows × parents.
    pub(crate) fn of(parents: ArrayView2<'_, f64>) -> Self {
        Self(parents.columns().into_iter().map(|column| column.to_vec()).collect())
    }

    /// One slice per column.
    pub(crate) fn slices(&self) -> Vec<&[f64]> {
        self.0.iter().map(Vec::as_slice).collect()
    }
}
