//! A table condensed to as many rows as it has columns: least squares from sums of squares and products.
//!
//! Centred columns X of any number of rows have a factor R with RᵀR = XᵀX and as many rows as columns. Whatever depends on sums of squares and
//! products alone is the same for R as for X, least squares among it: so the few rows of R go through the same solver as any
//! table, with the same rules for the rank, for constant columns and for the penalty. Sums of squares lose half of the digits, which is
//! why least squares are not usually solved from them. Here the sums are exact, their centred products too, and the factor is computed
//! with twice the digits (Golub and Van Loan, *Matrix Computations*, 4th edition, sections 4.2.8 and 5.3.2).

use super::least_squares::{LeastSquares, Scaling, Standardised, is_rounding, power_of_two_below};
use crate::error::Result;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exact_sum::{BinaryNumber, scaled_by_power};

#[cfg(feature = "blas")]
use super::lapack::solve;
#[cfg(not(feature = "blas"))]
use super::qr::solve;

/// What is left of a column of norm 1 when others are taken from it counts as rounding if its square is below this: far below
/// the square of 1e-10, where the rank is decided, and far above what 106 bits leave.
const NOTHING_LEFT: f64 = 1e-26;

/// Columns of many rows, condensed. The last one is what least squares explain by the others.
#[derive(Debug, Clone)]
pub(crate) struct CondensedTable {
    rows: usize,
    columns: Vec<Condensed>,
}

#[derive(Debug, Clone)]
struct Condensed {
    scaling: Scaling,
    /// The column of R, of norm 1; zeros where the column is constant.
    entries: Vec<f64>,
}

impl CondensedTable {
    /// The table with these sums of columns, these sums of products of pairs of columns (each column with itself and with those after it,
    /// row by row of the triangle) and this largest |x| of each column, over so many rows, at least 1.
    pub(crate) fn new(rows: u64, sums: &[BinaryNumber], products: Vec<BinaryNumber>, largest: &[f64]) -> Self {
        let count = BinaryNumber::of_count(rows);
        let columns = sums.len();
        let pairs = (0..columns).flat_map(|one| (one..columns).map(move |other| (one, other)));
        // n · Σxy − Σx · Σy, which is n² times the covariance, without an error; so it is 0 for a constant column.
        let mut centred = vec![vec![BinaryNumber::of_count(0); columns]; columns];
        for ((one, other), product) in pairs.zip(products) {
            let entry = count.times(&product).minus(&sums[one].times(&sums[other]));
            centred[other][one] = entry.clone();
            centred[one][other] = entry;
        }
        let halves: Vec<i64> = (0..columns).map(|column| centred[column][column].highest_bit().div_euclid(2)).collect();
        let entry = |one: usize, other: usize| centred[one][other].to_double_double(-halves[one] - halves[other]);
        let roots: Vec<DoubleDouble> = (0..columns).map(|column| entry(column, column).sqrt()).collect();
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        let scaling = |column: usize| {
            let scale = power_of_two_below(largest[column]);
            let norm = roots[column].to_f64() / (rows as f64).sqrt();
            let norm = scaled_by_power(norm, halves[column] - exponent_of(scale));
            let norm = if is_rounding(norm, rows, largest[column] / scale) { 0.0 } else { norm };
            Scaling { mean: mean(&sums[column], &count), scale, norm }
        };
        let scalings: Vec<Scaling> = (0..columns).map(scaling).collect();
        let correlation = |one: usize, other: usize| {
            let is_constant = scalings[one].is_constant() || scalings[other].is_constant();
            if is_constant { DoubleDouble::ZERO } else { entry(one, other) / (roots[one] * roots[other]) }
        };
        let factor = factor(columns, correlation);
        let columns = scalings.into_iter().zip(factor).map(|(scaling, entries)| Condensed { scaling, entries });
        Self { rows, columns: columns.collect() }
    }

    /// How many rows it stands for.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The mean of a column.
    pub(crate) fn mean(&self, column: usize) -> f64 {
        self.columns[column].scaling.mean
    }

    /// The standard deviation of a column, with the divisor n; 0 where it is constant.
    pub(crate) fn std_dev(&self, column: usize) -> f64 {
        let Scaling { scale, norm, .. } = self.columns[column].scaling;
        norm / (self.rows as f64).sqrt() * scale
    }

    /// The columns but the last, of norm 1, or 0 where they are constant: with the correlations of those of all rows.
    pub(crate) fn standardised_features(&self) -> impl Iterator<Item = &[f64]> {
        let (_, features) = self.columns.split_last().unwrap_or_else(|| unreachable!("a table has its last column"));
        features.iter().map(|column| column.entries.as_slice())
    }

    /// The last column explained by the others, as [`least_squares`](super::least_squares()) explains it, and how many parameters that takes:
    /// the sum of all leverages, which a penalty makes smaller than the number of coefficients.
    ///
    /// # Errors
    /// When a coefficient exceeds the range of an `f64`.
    pub(crate) fn least_squares(&self, ridge: f64) -> Result<(LeastSquares, f64)> {
        let (target, features) =
            self.columns.split_last().unwrap_or_else(|| unreachable!("a table has its last column"));
        let mut problem = Standardised::new(target.entries.clone(), target.scaling, features.len(), ridge);
        for feature in features {
            problem.add(feature.entries.iter().copied(), |_| Ok(feature.scaling))?;
        }
        let (fit, leverages) = problem.solve(solve, self.rows, true)?;
        Ok((fit, 1.0 + leverages.iter().sum::<f64>()))
    }

    /// The standard deviation, with the divisor n, of what a weighted sum of the other columns leaves of the last one.
    pub(crate) fn residual_std_dev(&self, coefficients: &[f64]) -> f64 {
        let (target, features) =
            self.columns.split_last().unwrap_or_else(|| unreachable!("a table has its last column"));
        let in_units =
            |column: &Condensed, row: usize| column.scaling.scale * (column.scaling.norm * column.entries[row]);
        let rest = |row: usize| {
            let explained: f64 =
                features.iter().zip(coefficients).map(|(column, weight)| weight * in_units(column, row)).sum();
            in_units(target, row) - explained
        };
        (0..target.entries.len()).map(rest).fold(0.0, f64::hypot) / (self.rows as f64).sqrt()
    }
}

fn mean(sum: &BinaryNumber, count: &BinaryNumber) -> f64 {
    let highest = sum.highest_bit();
    let mean = sum.to_double_double(-highest) / count.to_double_double(0);
    scaled_by_power(mean.to_f64(), highest)
}

/// The exponent of a power of two that is a normal number.
fn exponent_of(power: f64) -> i64 {
    (power.to_bits() >> 52) as i64 - 1023
}

/// R with RᵀR = C, column by column, for correlations C, or zeros for constant columns: by Cholesky's method, which takes the column
/// with the largest rest first and the last column last.
fn factor(columns: usize, correlation: impl Fn(usize, usize) -> DoubleDouble) -> Vec<Vec<f64>> {
    let mut entries = vec![vec![DoubleDouble::ZERO; columns]; columns];
    let mut rests: Vec<DoubleDouble> = (0..columns).map(|column| correlation(column, column)).collect();
    let target = columns - 1;
    let mut open: Vec<usize> = (0..target).collect();
    for step in 0..target {
        let Some(place) =
            (0..open.len()).reduce(|best, place| if rests[open[place]] > rests[open[best]] { place } else { best })
        else {
            break;
        };
        let pivot = open[place];
        if rests[pivot].to_f64() <= NOTHING_LEFT {
            break;
        }
        open.remove(place);
        let root = rests[pivot].sqrt();
        entries[pivot][step] = root;
        for &column in open.iter().chain([&target]) {
            let known = (0..step).fold(correlation(pivot, column), |rest, before| {
                rest - entries[pivot][before] * entries[column][before]
            });
            let entry = known / root;
            entries[column][step] = entry;
            rests[column] = rests[column] - entry * entry;
        }
    }
    entries[target][target] = rests[target].sqrt();
    entries.into_iter().map(|column| column.into_iter().map(DoubleDouble::to_f64).collect()).collect()
}
