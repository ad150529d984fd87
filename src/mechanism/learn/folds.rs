//! Which rows are held out together.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use rand::RngExt;

use crate::numeric::linalg::{select_rows, select_values};
use crate::random::{Purpose, stream};

/// Rows dealt out to folds of almost equal size, in an order shuffled by a seed.
///
/// Rows are shuffled because neighbours in a recording resemble each other, and a block of them would not be like the
/// rest. The same rows, folds and seed always give the same folds.
#[derive(Debug, Clone)]
pub(crate) struct Folds {
    /// The rows of each fold, ascending.
    held_out: Vec<Vec<usize>>,
    rows: usize,
}

impl Folds {
    /// Deals out the rows. At least two folds need at least two rows; with fewer rows than folds there is one fold per row.
    pub(crate) fn new(rows: usize, folds: usize, seed: u64) -> Self {
        let order = shuffled(rows, seed, Purpose::Folds);
        let folds = folds.clamp(1, rows.max(1));
        let mut held_out = vec![Vec::with_capacity(rows / folds + 1); folds];
        order.into_iter().enumerate().for_each(|(place, row)| held_out[place % folds].push(row));
        held_out.iter_mut().for_each(|rows| rows.sort_unstable());
        Self { held_out, rows }
    }

    /// The rows of each fold.
    pub(crate) fn held_out(&self) -> impl Iterator<Item = &[usize]> {
        self.held_out.iter().map(Vec::as_slice)
    }

    /// How many folds there are.
    pub(crate) fn count(&self) -> usize {
        self.held_out.len()
    }

    /// The fewest rows that are left when a fold is held out.
    pub(crate) fn fewest_training_rows(&self) -> usize {
        self.rows - self.held_out.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// All rows but these, ascending. `held_out` must be one of the folds.
    pub(crate) fn others(&self, held_out: &[usize]) -> Vec<usize> {
        let mut is_out = vec![false; self.rows];
        held_out.iter().for_each(|&row| is_out[row] = true);
        (0..self.rows).filter(|&row| !is_out[row]).collect()
    }
}

/// The numbers below `count` in an order that depends on the seed alone.
pub(crate) fn shuffled(count: usize, seed: u64, purpose: Purpose) -> Vec<usize> {
    let generator = &mut stream(seed, purpose, 0);
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, generator.random_range(0..=last));
    }
    order
}

/// Some rows of the parents and of the node.
pub(crate) fn rows_of(
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
    rows: &[usize],
) -> (Array2<f64>, Array1<f64>) {
    (select_rows(parents, rows), select_values(values, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_held_out_once_and_folds_are_of_almost_one_size() {
        for (rows, folds) in [(2, 2), (7, 3), (100, 5), (3, 5)] {
            let split = Folds::new(rows, folds, 1);
            let mut seen: Vec<usize> = split.held_out().flatten().copied().collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..rows).collect::<Vec<_>>());
            let sizes: Vec<usize> = split.held_out().map(<[usize]>::len).collect();
            assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
            for fold in split.held_out() {
                let others = split.others(fold);
                assert_eq!(others.len() + fold.len(), rows);
                assert!(others.iter().all(|row| !fold.contains(row)));
                assert!(others.len() >= split.fewest_training_rows());
            }
        }
    }

    #[test]
    fn folds_depend_on_the_seed_alone_and_are_shuffled() {
        let fold = |seed| Folds::new(100, 5, seed).held_out().next().unwrap().to_vec();
        assert_eq!(fold(1), fold(1));
        assert_ne!(fold(1), fold(2));
        assert_ne!(fold(1), (0..20).collect::<Vec<_>>());
    }
}
