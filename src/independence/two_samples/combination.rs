//! P-values of sums, and one p-value from several.

use std::f64::consts::PI;

use ndarray::Array2;
use statrs::function::beta::beta_reg;

/// A direction of which less than this share of its variance is left is explained by others.
const RESOLUTION: f64 = 1e-9;
/// A p-value of 1 would outweigh all others.
const LARGEST: f64 = 0.99;
/// Below this the tangent of the combination is 1/(πp) but for rounding.
const SMALLEST_OF_TANGENT: f64 = 1e-8;

/// sᵀV⁻¹s and the rank of V, a symmetric matrix of no negative direction; directions that others explain are left out.
pub(super) fn quadratic_form(mut matrix: Array2<f64>, mut sums: Vec<f64>) -> (f64, usize) {
    let size = sums.len();
    let (mut form, mut rank) = (0.0, 0);
    let diagonal: Vec<f64> = matrix.diag().to_vec();
    for pivot in 0..size {
        let left = matrix[[pivot, pivot]];
        if left <= RESOLUTION * diagonal[pivot] || left.is_nan() {
            continue;
        }
        form += sums[pivot] * sums[pivot] / left;
        rank += 1;
        for row in pivot + 1..size {
            let factor = matrix[[row, pivot]] / left;
            sums[row] -= factor * sums[pivot];
            for column in row..size {
                matrix[[column, row]] -= factor * matrix[[column, pivot]];
            }
        }
    }
    (form, rank)
}

/// The probability that a form of so many degrees of freedom is larger; 1 for none.
///
/// With V the sum of squares of `spare` independent normal rows whose sum is s, sᵀV⁻¹s/spare has a Beta distribution; with many rows
/// that is χ².
pub(super) fn tail_of_form(form: f64, degrees: usize, spare: f64) -> f64 {
    let rest = 0.5 * (spare - degrees as f64);
    if degrees == 0 || rest <= 0.0 {
        return 1.0;
    }
    let share = (1.0 - form / spare).clamp(0.0, 1.0);
    beta_reg(rest, 0.5 * degrees as f64, share)
}

/// One p-value from several with weights, however they depend on each other but for the last percents: with T the weighted mean of
/// tan((1/2 − pᵢ)·π), which has about the tail of a Cauchy distribution, p = 1/2 − arctan(T)/π (Y. Liu and J. Xie, *Cauchy
/// combination test*, Journal of the American Statistical Association 115, 2020). 1 where there is none.
pub(super) fn combined(p_values: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let total: f64 = p_values.clone().map(|(_, weight)| weight).sum();
    if total == 0.0 {
        return 1.0;
    }
    let tangent = |p: f64| match p.clamp(f64::MIN_POSITIVE, LARGEST) {
        p if p < SMALLEST_OF_TANGENT => 1.0 / (PI * p),
        p => ((0.5 - p) * PI).tan(),
    };
    let mean = p_values.map(|(p, weight)| tangent(p) * (weight / total)).sum::<f64>();
    if mean > 1.0 { (1.0 / mean).atan() / PI } else { 0.5 - mean.atan() / PI }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_form_is_that_of_the_inverse_and_leaves_out_what_is_said_twice() {
        // The inverse of [[4, 2], [2, 3]] is [[3, −2], [−2, 4]]/8.
        let matrix = array![[4.0, 2.0], [2.0, 3.0]];
        let (form, rank) = quadratic_form(matrix, vec![1.0, -2.0]);
        assert!((form - (3.0 + 8.0 + 16.0) / 8.0).abs() < 1e-12 && rank == 2, "{form}");
        let twice = array![[4.0, 4.0, 2.0], [4.0, 4.0, 2.0], [2.0, 2.0, 3.0]];
        assert_eq!(quadratic_form(twice, vec![1.0, 1.0, -2.0]), (form, 2));
        assert_eq!(quadratic_form(Array2::zeros((2, 2)), vec![0.0; 2]), (0.0, 0));
    }

    #[test]
    fn one_p_value_stays_and_small_ones_are_multiplied_by_their_number() {
        for p in [1e-300, 1e-12, 1e-3, 0.3, 0.8] {
            let alone = combined([(p, 3.0)].into_iter());
            assert!((alone / p - 1.0).abs() < 1e-6, "{p}: {alone}");
        }
        let smallest = combined([(1e-9, 1.0), (0.5, 0.5), (0.4, 2.0), (0.6, 0.5)].into_iter());
        assert!((smallest / 4e-9 - 1.0).abs() < 1e-3);
        assert!(combined([(1e-6, 1.0), (1.0, 1.0)].into_iter()) < 3e-6);
        assert_eq!((combined(std::iter::empty()), tail_of_form(0.0, 0, 100.0)), (1.0, 1.0));
        // Of many rows: the 95 % point of χ² with one degree of freedom. Of two spare rows: 1 − √share of the arcsine law.
        assert!((tail_of_form(3.841_458_820_694_124, 1, 1e6) - 0.05).abs() < 1e-6);
        assert!((tail_of_form(1.0, 1, 2.0) - 0.5).abs() < 1e-12);
    }
}
