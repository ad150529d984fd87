//! Distance covariance: zero if and only if two random vectors are independent.

/// Pairwise distances between the rows of a table, U-centred.
///
/// With aᵢⱼ the distance of rows i and j, and i ≠ j,
///
/// Aᵢⱼ = aᵢⱼ − aᵢ./(n − 2) − a.ⱼ/(n − 2) + a../((n − 1)(n − 2)),  Aᵢᵢ = 0,
///
/// so that every row sums to zero (G. J. Székely and M. L. Rizzo, *Partial distance correlation with methods for
/// dissimilarities*, Annals of Statistics 42, 2014, definition 2).
#[derive(Debug)]
pub(super) struct CentredDistances {
    rows: usize,
    /// The centred distances, row after row: rows × rows.
    values: Vec<f64>,
}

impl CentredDistances {
    /// Euclidean distances between rows given as columns of equal length, at least four rows. Costs O(n² · columns), and
    /// n² numbers of memory.
    pub(super) fn new(columns: &[Vec<f64>], rows: usize) -> Self {
        let mut values = vec![0.0; rows * rows];
        for i in 0..rows {
            for j in 0..i {
                let squares = columns.iter().map(|column| (column[i] - column[j]).powi(2));
                let distance = if columns.len() == 1 {
                    (columns[0][i] - columns[0][j]).abs()
                } else {
                    squares.sum::<f64>().sqrt()
                };
                values[i * rows + j] = distance;
                values[j * rows + i] = distance;
            }
        }
        let sums: Vec<f64> = values.chunks(rows).map(|row| row.iter().sum()).collect();
        let n = rows as f64;
        let overall = sums.iter().sum::<f64>() / ((n - 1.0) * (n - 2.0));
        for (i, row) in values.chunks_mut(rows).enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                *value = if i == j { 0.0 } else { *value - (sums[i] + sums[j]) / (n - 2.0) + overall };
            }
        }
        Self { rows, values }
    }

    /// The unbiased estimate of the squared distance covariance, Σ_{i≠j} Aᵢⱼ·Bᵢⱼ / (n(n − 3)); it may be negative.
    pub(super) fn covariance(&self, other: &Self) -> f64 {
        let order: Vec<usize> = (0..self.rows).collect();
        self.covariance_permuted(other, &order)
    }

    /// The squared distance covariance as [`covariance`](Self::covariance) estimates it, with the rows of the other table in
    /// this order. Costs O(n²).
    pub(super) fn covariance_permuted(&self, other: &Self, order: &[usize]) -> f64 {
        let n = self.rows;
        let below_diagonal = |i: usize| -> f64 {
            let (own, theirs) = (&self.values[i * n..i * n + i], &other.values[order[i] * n..(order[i] + 1) * n]);
            own.iter().zip(order).map(|(own, &j)| own * theirs[j]).sum()
        };
        2.0 * (0..n).map(below_diagonal).sum::<f64>() / (n as f64 * (n as f64 - 3.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let x = vec![vec![0.3, 1.2, 0.7, 2.9, 5.1, 0.05, 1.6, 3.3], vec![1.0, 0.0, 2.0, 1.0, 0.5, -1.0, 3.0, 2.0]];
        let y = vec![vec![0.09, 1.5, 0.4, 8.0, 26.0, 0.1, 2.5, 11.0]];
        (x, y)
    }

    /// The unbiased estimate as a mean over all quadruples of different rows of the kernel of Székely, Rizzo and Bakirov
    /// (Annals of Statistics 35, 2007): E|X−X'||Y−Y'| + E|X−X'|·E|Y''−Y'''| − 2·E|X−X'||Y−Y''|.
    fn by_quadruples(x: &[Vec<f64>], y: &[Vec<f64>]) -> f64 {
        let distance = |columns: &[Vec<f64>], i: usize, j: usize| {
            columns.iter().map(|column| (column[i] - column[j]).powi(2)).sum::<f64>().sqrt()
        };
        let n = x[0].len();
        let (mut sum, mut count) = (0.0, 0.0);
        for i in 0..n {
            for j in (0..n).filter(|&j| j != i) {
                for k in (0..n).filter(|&k| k != i && k != j) {
                    for l in (0..n).filter(|&l| l != i && l != j && l != k) {
                        let a = distance(x, i, j);
                        sum += a * (distance(y, i, j) + distance(y, k, l) - 2.0 * distance(y, i, k));
                        count += 1.0;
                    }
                }
            }
        }
        sum / count
    }

    #[test]
    fn the_estimate_is_the_mean_over_all_quadruples() {
        let (x, y) = columns();
        let found = CentredDistances::new(&x, 8).covariance(&CentredDistances::new(&y, 8));
        assert!((found / by_quadruples(&x, &y) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_estimate_is_that_of_dcor() {
        // dcor 0.7, numpy 2.4.6: u_distance_covariance_sqr(x, y), u_distance_correlation_sqr(x, y); rows × columns.
        let (x, y) = columns();
        let (x, y) = (CentredDistances::new(&x, 8), CentredDistances::new(&y, 8));
        let covariance = x.covariance(&y);
        let correlation = covariance / (x.covariance(&x) * y.covariance(&y)).sqrt();
        assert!((covariance / 3.267_811_183_853_140_7 - 1.0).abs() < 1e-13, "{covariance}");
        assert!((correlation / 0.794_999_016_135_974 - 1.0).abs() < 1e-13, "{correlation}");
    }

    #[test]
    fn a_permutation_is_that_of_the_rows() {
        let (x, y) = columns();
        let order = [3, 1, 7, 0, 2, 6, 5, 4];
        let permuted = vec![order.iter().map(|&row| y[0][row]).collect()];
        let direct = CentredDistances::new(&x, 8).covariance(&CentredDistances::new(&permuted, 8));
        let found = CentredDistances::new(&x, 8).covariance_permuted(&CentredDistances::new(&y, 8), &order);
        assert!((found - direct).abs() < 1e-13 * direct.abs().max(1.0));
    }
}
