//! Some rows of matrices and vectors. What ndarray has for it appends them one after another, at hundreds of instructions for each.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// These rows, in the order given, each as often as it is named.
///
/// # Panics
/// If there is no such row.
pub(crate) fn select_rows(matrix: ArrayView2<'_, f64>, rows: &[usize]) -> Array2<f64> {
    let mut selected = Array2::zeros((rows.len(), matrix.ncols()));
    for (mut to, from) in selected.columns_mut().into_iter().zip(matrix.columns()) {
        to.iter_mut().zip(rows).for_each(|(to, &row)| *to = from[row]);
    }
    selected
}

/// The values at these places, in the order given.
///
/// # Panics
/// If there is no such place.
pub(crate) fn select_values(values: ArrayView1<'_, f64>, places: &[usize]) -> Array1<f64> {
    places.iter().map(|&place| values[place]).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, array};

    use super::*;

    #[test]
    fn what_is_selected_is_what_ndarray_selects() {
        let matrix = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
        for rows in [vec![], vec![2], vec![1, 1, 0]] {
            assert_eq!(select_rows(matrix.view(), &rows), matrix.select(Axis(0), &rows));
            assert_eq!(select_rows(matrix.t(), &rows), matrix.t().select(Axis(0), &rows));
            assert_eq!(select_values(matrix.column(1), &rows), matrix.column(1).select(Axis(0), &rows));
        }
    }
}
