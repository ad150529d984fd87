//! How far a node's parents lie from those that its mechanism was fitted to.

use ndarray::Array1;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A direction of the standardised parents counts if its variance, given the directions before it, exceeds this: less is
/// rounding, or a copy of another column.
const INDEPENDENT: f64 = 1e-10;
/// By how many standard deviations a point may leave the plane that all training rows lie in and still count as on it.
const ON_THE_PLANE: f64 = 1e-4;

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
            let scale = if deviation > 1e-12 * centre.abs() { deviation } else { 0.0 };
            column.mapv_inplace(|value| if scale > 0.0 { value / scale } else { 0.0 });
            scales.push(scale);
        }
        let correlation = |a: usize, b: usize| standardised[a].dot(&standardised[b]) / rows;
        let (factor, rank) = pivoted_cholesky(columns.len(), correlation);
        Some(Self { rows, centres, scales, factor, rank })
    }

    /// The number of parents.
    pub(in crate::model) fn parents(&self) -> usize {
        self.centres.len()
    }

    /// The leverage of a point: infinite where it leaves the plane that all training rows lie in, say because a parent
    /// that was constant then has another value now. There the data say nothing at all.
    pub(crate) fn leverage(&self, point: &[f64]) -> f64 {
        let mut standardised = Vec::with_capacity(point.len());
        for ((value, &centre), &scale) in point.iter().zip(&self.centres).zip(&self.scales) {
            let deviation = value - centre;
            if scale > 0.0 {
                standardised.push(deviation / scale);
            } else if deviation.abs() > 1e-12 * centre.abs() {
                return f64::INFINITY;
            } else {
                standardised.push(0.0);
            }
        }
        let mut whitened: Vec<f64> = Vec::with_capacity(self.rank);
        for (number, (parent, row)) in self.factor.iter().enumerate() {
            let explained: f64 = row.iter().zip(&whitened).map(|(entry, white)| entry * white).sum();
            let rest = standardised[*parent] - explained;
            if number < self.rank {
                whitened.push(rest / row[number]);
            } else if rest.abs() > ON_THE_PLANE {
                return f64::INFINITY;
            }
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

/// L with A = L·Lᵀ for a positive semidefinite matrix, taking the largest remaining diagonal entry first: the rows in
/// that order, with their columns, and the rank (Golub and Van Loan, *Matrix Computations*, 4th edition, section 4.2.8).
fn pivoted_cholesky(size: usize, entry: impl Fn(usize, usize) -> f64) -> (Vec<(usize, Vec<f64>)>, usize) {
    let mut rows: Vec<(usize, Vec<f64>)> = (0..size).map(|column| (column, Vec::new())).collect();
    for step in 0..size {
        let rest = |(column, row): &(usize, Vec<f64>)| {
            entry(*column, *column) - row.iter().map(|factor| factor * factor).sum::<f64>()
        };
        let (pivot, largest) = (step..size)
            .map(|place| (place, rest(&rows[place])))
            .fold((step, f64::NEG_INFINITY), |best, next| if next.1 > best.1 { next } else { best });
        if largest <= INDEPENDENT {
            return (rows, step);
        }
        rows.swap(step, pivot);
        let diagonal = largest.sqrt();
        rows[step].1.push(diagonal);
        let (head, tail) = rows.split_at_mut(step + 1);
        let (pivot_column, pivot_row) = &head[step];
        for (column, row) in tail {
            let explained: f64 = row.iter().zip(pivot_row).map(|(a, b)| a * b).sum();
            row.push((entry(*column, *pivot_column) - explained) / diagonal);
        }
    }
    (rows, size)
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
