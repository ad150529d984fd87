//! How far a node's parents lie from those that its mechanism was fitted to.

use ndarray::Array1;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::numeric::linalg::CondensedTable;

/// A direction of the standardised parents counts if its standard deviation, given the directions before it, exceeds this: less
/// is rounding, or a copy of another column. Least squares draws the line at the same place.
const INDEPENDENT: f64 = 1e-10;
/// By how many standard deviations a point may leave the plane that all training rows lie in and still count as on it.
pub(super) const ON_THE_PLANE: f64 = 1e-4;

/// The mean and the covariance of the parents of one node in the rows that its mechanism was fitted to.
///
/// The *leverage* of a point x is h = (1 + d²)/rows, where d is its Mahalanobis distance from the mean. If a linear
/// mechanism is fitted by least squares to noise of standard deviation σ, the noise recovered at x has standard
/// deviation σ·√(1 + h): far from the training rows most of it is the error of the fit
/// (Cook and Weisberg, *Residuals and Influence in Regression*, 1982, section 2.2). Other mechanisms extrapolate
/// no better, so the figure is used for all that are learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedSpread")]
pub(crate) struct ParentSpread {
    rows: f64,
    centres: Vec<f64>,
    /// Standard deviations; 0 for a constant parent.
    scales: Vec<f64>,
    /// The parents in the order of pivoting, with their row of the factor L of the correlations, C = L·Lᵀ.
    factor: Vec<(usize, Vec<f64>)>,
    /// How many of them are independent.
    rank: usize,
}

impl ParentSpread {
    /// The mean and covariance of columns of equal length, one per parent, without missing values; `None` if there is no
    /// parent or no row. Costs O(rows · parents²).
    pub(super) fn of(columns: &[Array1<f64>]) -> Option<Self> {
        let rows = columns.first().map(|column| column.len()).filter(|&rows| rows > 0)? as f64;
        let centres: Vec<f64> = columns.iter().map(|column| column.sum() / rows).collect();
        let deviations = columns.iter().zip(&centres).map(|(column, &centre)| column.mapv(|value| value - centre));
        let mut standardised: Vec<_> = deviations.collect();
        let mut scales = Vec::with_capacity(columns.len());
        for (column, &centre) in standardised.iter_mut().zip(&centres) {
            let deviation = (column.dot(column) / rows).sqrt();
            // What rounding leaves of a constant column is no spread.
            let scale = if deviation > rounding(centre) { deviation } else { 0.0 };
            column.mapv_inplace(|value| if scale > 0.0 { value / scale } else { 0.0 });
            scales.push(scale);
        }
        let (factor, rank) = orthogonalise(standardised, rows);
        Some(Self { rows, centres, scales, factor, rank })
    }

    /// The spread of the parents in a condensed table, which are all its columns but the last; `None` without a parent.
    pub(super) fn of_table(table: &CondensedTable) -> Option<Self> {
        let units: Vec<Array1<f64>> = table.standardised_features().map(|column| column.to_vec().into()).collect();
        let parents = units.len();
        let centres: Vec<f64> = (0..parents).map(|parent| table.mean(parent)).collect();
        let scale = |parent: usize| Some(table.std_dev(parent)).filter(|&scale| scale > rounding(centres[parent]));
        let scales: Vec<f64> = (0..parents).map(|parent| scale(parent).unwrap_or(0.0)).collect();
        let varying = units.into_iter().zip(&scales).map(|(unit, &scale)| if scale > 0.0 { unit } else { 0.0 * unit });
        // Columns of norm 1 have the correlations of one row.
        let (factor, rank) = orthogonalise(varying.collect(), 1.0);
        (parents > 0).then_some(Self { rows: table.rows() as f64, centres, scales, factor, rank })
    }

    /// The number of parents.
    pub(in crate::model) fn parents(&self) -> usize {
        self.centres.len()
    }

    /// How many rows there were.
    pub(super) fn rows(&self) -> f64 {
        self.rows
    }

    /// The mean of each parent.
    pub(super) fn centres(&self) -> &[f64] {
        &self.centres
    }

    /// The standard deviation of each parent; 0 for one that was constant.
    pub(super) fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// The parents, each with its row of L in C = L·Lᵀ, the factor of the correlations: first those that are independent, whose
    /// rows are a triangle, then those that follow from them.
    pub(super) fn factor(&self) -> &[(usize, Vec<f64>)] {
        &self.factor
    }

    /// How many parents are independent.
    pub(super) fn rank(&self) -> usize {
        self.rank
    }

    /// The parents that were constant in training and have another value now.
    pub(super) fn moved_constants(&self, point: &[f64]) -> Vec<usize> {
        let has_moved = |place: &usize| {
            self.scales[*place] == 0.0 && (point[*place] - self.centres[*place]).abs() > rounding(self.centres[*place])
        };
        (0..point.len()).filter(has_moved).collect()
    }

    /// By how many standard deviations each parent is from its mean; 0 for a parent that was constant.
    pub(super) fn standardise(&self, point: &[f64]) -> Vec<f64> {
        let parts = point.iter().zip(&self.centres).zip(&self.scales);
        parts.map(|((value, centre), &scale)| if scale > 0.0 { (value - centre) / scale } else { 0.0 }).collect()
    }

    /// The coordinates of standardised parents in independent directions of variance 1, and by how much each parent that follows
    /// from the others misses what they say of it, in its standard deviations.
    pub(super) fn whiten(&self, standardised: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut whitened: Vec<f64> = Vec::with_capacity(self.rank);
        let mut missed = Vec::with_capacity(self.factor.len() - self.rank);
        for (number, (parent, row)) in self.factor.iter().enumerate() {
            let explained: f64 = row.iter().zip(&whitened).map(|(entry, white)| entry * white).sum();
            let rest = standardised[*parent] - explained;
            if number < self.rank { whitened.push(rest / row[number]) } else { missed.push(rest) }
        }
        (whitened, missed)
    }

    /// The leverage of a point: infinite where it leaves the plane that all training rows lie in, say because a parent
    /// that was constant then has another value now. There the data say nothing at all.
    pub(crate) fn leverage(&self, point: &[f64]) -> f64 {
        if !self.moved_constants(point).is_empty() {
            return f64::INFINITY;
        }
        let (whitened, missed) = self.whiten(&self.standardise(point));
        if missed.iter().any(|rest| rest.abs() > ON_THE_PLANE) {
            return f64::INFINITY;
        }
        (1.0 + whitened.iter().map(|white| white * white).sum::<f64>()) / self.rows
    }
}

impl ParentSpread {
    /// Draws a point that lies further out than a leverage towards the centre until it no longer does: to the centre itself if
    /// it left the plane of the training rows, where no distance counts.
    pub(super) fn draw_to_centre(&self, point: &mut [f64], leverage: f64) {
        // 1 + d² is the leverage times the rows, and d is proportional to the distance along a ray.
        let (now, then) = (self.leverage(point) * self.rows - 1.0, (leverage * self.rows - 1.0).max(0.0));
        let share = if now.is_finite() && now > 0.0 { (then / now).sqrt().min(1.0) } else { 0.0 };
        point.iter_mut().zip(&self.centres).for_each(|(x, centre)| *x = centre + share * (*x - centre));
    }
}

/// What a saved spread may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedSpread {
    rows: f64,
    centres: Vec<f64>,
    scales: Vec<f64>,
    factor: Vec<(usize, Vec<f64>)>,
    rank: usize,
}

impl TryFrom<SavedSpread> for ParentSpread {
    type Error = Error;

    fn try_from(SavedSpread { rows, centres, scales, factor, rank }: SavedSpread) -> Result<Self> {
        let parents = centres.len();
        let mut places: Vec<usize> = factor.iter().map(|&(parent, _)| parent).collect();
        places.sort_unstable();
        // Row i of the triangular part has i + 1 entries, the last of them a divisor; rows below it have one per direction.
        let is_triangular = |(number, (_, row)): (usize, &(usize, Vec<f64>))| {
            let expected = if number < rank { number + 1 } else { rank };
            row.len() == expected && (number >= rank || row[number] > 0.0)
        };
        let entries = factor.iter().flat_map(|(_, row)| row);
        let are_finite = centres.iter().chain(&scales).chain(entries).all(|value| value.is_finite());
        let holds = rows >= 1.0
            && rows.is_finite()
            && scales.len() == parents
            && scales.iter().all(|&scale| scale >= 0.0)
            && places.into_iter().eq(0..parents)
            && rank <= parents
            && are_finite
            && factor.iter().enumerate().all(is_triangular);
        if holds {
            return Ok(Self { rows, centres, scales, factor, rank });
        }
        let (name, requirement) = ("the leverage of a saved model", "a triangular factor of finite numbers");
        Err(Error::InvalidParameter { name, requirement, found: format!("one of {parents} parents that is not") })
    }
}

/// How much of a constant column's spread, or of the distance to it, is rounding.
fn rounding(centre: f64) -> f64 {
    1e-12 * centre.abs()
}

/// The factor L of the correlations C = L·Lᵀ of standardised columns, its rows in the order of pivoting and with their columns, and
/// the rank, by modified Gram-Schmidt, which takes the column with the largest rest first (Golub and Van Loan, *Matrix
/// Computations*, 4th edition, section 5.2.8): unlike a factorisation of the correlations themselves it tells directions
/// apart whose standard deviation is 1e-10 of the largest. Costs O(rows · parents²).
fn orthogonalise(mut columns: Vec<Array1<f64>>, rows: f64) -> (Vec<(usize, Vec<f64>)>, usize) {
    let count = columns.len();
    let mut factor: Vec<(usize, Vec<f64>)> = (0..count).map(|column| (column, Vec::new())).collect();
    let mut rests: Vec<f64> = columns.iter().map(|column| column.dot(column) / rows).collect();
    for step in 0..count {
        let largest = |best: usize, place: usize| if rests[place] > rests[best] { place } else { best };
        let pivot = (step..count).fold(step, largest);
        let deviation = rests[pivot].sqrt();
        if deviation <= INDEPENDENT {
            return (factor, step);
        }
        factor.swap(step, pivot);
        columns.swap(step, pivot);
        rests.swap(step, pivot);
        factor[step].1.push(deviation);
        let (head, tail) = columns.split_at_mut(step + 1);
        let direction = &mut head[step];
        direction.mapv_inplace(|value| value / deviation);
        for (place, column) in (step + 1..count).zip(tail) {
            let entry = direction.dot(column) / rows;
            column.scaled_add(-entry, direction);
            rests[place] = column.dot(column) / rows;
            factor[place].1.push(entry);
        }
    }
    (factor, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr1;

    #[test]
    fn leverages_of_the_training_rows_sum_to_the_number_of_coefficients() {
        let a: Array1<f64> = (0..40).map(|row| f64::from(row * 7 % 11)).collect();
        let b: Array1<f64> = (0..40).map(|row| f64::from(row * 5 % 13) + 0.3 * a[row as usize]).collect();
        let spread = ParentSpread::of(&[a.clone(), b.clone()]).unwrap();
        let sum: f64 = (0..40).map(|row| spread.leverage(&[a[row], b[row]])).sum();
        assert!((sum - 3.0).abs() < 1e-12, "{sum}");
    }

    #[test]
    fn leverage_of_one_parent_is_that_of_the_textbook() {
        let x = arr1(&[1.0, 2.0, 3.0, 4.0]);
        let spread = ParentSpread::of(&[x]).unwrap();
        // 1/n + (x − mean)²/Σ(xᵢ − mean)²
        assert!((spread.leverage(&[10.0]) - (0.25 + 7.5 * 7.5 / 5.0)).abs() < 1e-12);
    }

    #[test]
    fn leaving_the_plane_of_the_data_has_infinite_leverage() {
        let x = arr1(&[1.0, 2.0, 3.0, 4.0]);
        let copy = x.mapv(|value| 2.0 * value + 1.0);
        let constant = Array1::from_elem(4, 0.1 + 0.2);
        let spread = ParentSpread::of(&[x, copy, constant]).unwrap();
        assert!(spread.leverage(&[10.0, 21.0, 0.1 + 0.2]).is_finite());
        assert_eq!(spread.leverage(&[10.0, 22.0, 0.1 + 0.2]), f64::INFINITY);
        assert_eq!(spread.leverage(&[10.0, 21.0, 0.4]), f64::INFINITY);
    }
}
