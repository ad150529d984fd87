//! How much of a column shows in another so many rows later.

use std::collections::HashMap;

use crate::numeric::ranks::ranks;

/// Columns as ranks, whatever their tails and units, and the sums of their products so many rows apart.
pub(super) struct Correlations {
    columns: Vec<Option<Vec<f64>>>,
    /// Pairs of columns are compared up to so many rows apart.
    radius: i64,
    /// By pair, the smaller number first, the correlation of the first with the second so many rows later, from −radius on.
    known: HashMap<(usize, usize), Vec<f64>>,
}

impl Correlations {
    /// Of these columns, `NaN` where a value is missing; nothing in the place of what is no number.
    pub(super) fn new(columns: impl IntoIterator<Item = Option<Vec<f64>>>, radius: i64) -> Self {
        let columns = columns.into_iter().map(|column| standardised(&column?)).collect();
        Self { columns, radius, known: HashMap::new() }
    }

    /// Whether there is a column of numbers that are not all the same.
    pub(super) fn varies(&self, column: usize) -> bool {
        self.columns[column].is_some()
    }

    /// Makes sure that a pair is compared. Costs O(radius · rows) the first time.
    pub(super) fn prepare(&mut self, first: usize, second: usize) {
        let pair = (first.min(second), first.max(second));
        if let (Some(one), Some(other)) = (&self.columns[pair.0], &self.columns[pair.1]) {
            let radius = self.radius;
            let all = || (-radius..=radius).map(|rows| correlation(one, other, rows)).collect();
            self.known.entry(pair).or_insert_with(all);
        }
    }

    /// The correlation of a column with another one so many rows later; 0 of what was not prepared, or is further apart than was asked for.
    pub(super) fn get(&self, first: usize, second: usize, rows: i64) -> f64 {
        let (pair, rows) = if first <= second { ((first, second), rows) } else { ((second, first), -rows) };
        let place = usize::try_from(rows + self.radius).ok();
        self.known.get(&pair).zip(place).and_then(|(all, place)| all.get(place)).copied().unwrap_or(0.0)
    }

    /// The largest correlation of a pair in size, of those not further apart than this.
    pub(super) fn strongest(&self, first: usize, second: usize, most: i64) -> f64 {
        (-most..=most).map(|rows| self.get(first, second, rows).abs()).fold(0.0, f64::max)
    }
}

/// Ranks with mean 0 and mean square 1, and 0 where a value is missing, which makes all correlations smaller alike; nothing for a constant.
fn standardised(column: &[f64]) -> Option<Vec<f64>> {
    let there: Vec<usize> = (0..column.len()).filter(|&row| column[row].is_finite()).collect();
    let ranked = ranks(&there.iter().map(|&row| column[row]).collect::<Vec<f64>>());
    let square = ranked.iter().map(|rank| (rank - 0.5).powi(2)).sum::<f64>() / column.len() as f64;
    let mut all = vec![0.0; column.len()];
    there.iter().zip(ranked).for_each(|(&row, rank)| all[row] = (rank - 0.5) / square.sqrt());
    // Ranks of two different values have a mean square of 1/16 at least by far, those of equal ones that of rounding.
    (square > 1e-12).then_some(all)
}

/// With the same divisor however far apart, so that a matrix of them has no negative eigenvalue.
fn correlation(one: &[f64], other: &[f64], rows: i64) -> f64 {
    let apart = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX);
    let (skip_one, skip_other) = if rows >= 0 { (0, apart) } else { (apart, 0) };
    let pairs = one.iter().skip(skip_one).zip(other.iter().skip(skip_other));
    pairs.map(|(one, other)| one * other).sum::<f64>() / one.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_in_another_so_many_rows_later() {
        let wave: Vec<f64> = (0..200).map(|row| (1.7 * f64::from(row) + (0.3 * f64::from(row)).sin()).sin()).collect();
        let mut later = wave.clone();
        later.rotate_right(2);
        later[0] = f64::NAN;
        let mut found = Correlations::new([Some(wave), Some(later), Some(vec![3.0; 200]), None], 4);
        found.prepare(1, 0);
        assert!(found.get(0, 1, 2) > 0.97 && found.get(1, 0, -2) > 0.97);
        assert!(found.get(0, 1, 0) < 0.9 && found.get(0, 1, 5) == 0.0);
        assert!(found.varies(1) && !found.varies(2) && !found.varies(3), "a constant and a text have no lag");
    }
}
