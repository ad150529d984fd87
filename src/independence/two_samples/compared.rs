//! What of the values has to do with which sample a row is of.

use ndarray::Array2;
use statrs::distribution::{ContinuousCDF, Normal};

use super::combination::{combined, quadratic_form, tail_of_form};
use super::features::{Columns, affordable, bends, indicator};
use super::outcome::{Aspect, AspectTest};
use crate::independence::projection::Projection;
use crate::numeric::kernels::{dot, sum};
use crate::numeric::linalg::{LogOdds, probability};
use crate::numeric::ranks::ranks;

/// The penalty of the regression that tells the samples apart.
const RIDGE: f64 = 1e-3;
/// Where the bends of a function of the odds are.
const KNOTS_OF_ODDS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
/// Directions of one aspect are tested together where there are so many rows for each, and otherwise each for itself: with few rows
/// the law of a form of several is not what it is with many.
const ROWS_PER_DIRECTION: usize = 50;
/// What a leverage leaves at least.
const ROUNDING: f64 = 1e-9;

/// Which of two samples every row is of, with what the given columns say of that taken off.
pub(super) struct Compared {
    columns: Columns,
    /// What a regression of anything on them may use.
    space: Projection,
    /// 0 in the first sample and 1 in the second, less how probable the second is by what is given.
    membership: Vec<f64>,
}

impl Compared {
    pub(super) fn new(columns: Columns, rows: [usize; 2]) -> Self {
        let total = rows[0] + rows[1];
        let is_second: Vec<bool> = (0..total).map(|row| row >= rows[0]).collect();
        let budget = affordable(total).saturating_sub(columns.all.len());
        let odds = if columns.all.is_empty() { Vec::new() } else { log_odds(&columns, &is_second, budget) };
        let by_odds = !odds.is_empty() && budget > KNOTS_OF_ODDS.len();
        let of_odds = if by_odds { bends(&odds, &KNOTS_OF_ODDS) } else { Vec::new() };
        let curved = columns.curved(budget.saturating_sub(of_odds.len() + 1));
        let features = columns.all.iter().chain(&curved).chain(by_odds.then_some(&odds)).chain(&of_odds);
        let space = Projection::on(features.map(Vec::as_slice), total);
        let share = rows[1] as f64 / total as f64;
        let expected = |row: usize| odds.get(row).map_or(share, |&odds| probability(odds));
        let membership =
            is_second.iter().enumerate().map(|(row, &second)| f64::from(u8::from(second)) - expected(row)).collect();
        Self { columns, space, membership }
    }

    /// What two samples of numbers differ in, from the ranks of what the given columns leave over of the values.
    pub(super) fn numbers(&self, values: &[f64]) -> Vec<AspectTest> {
        let scatter = self.space.residual(values).into_iter().zip(self.space.leverages());
        // A row that the regression follows closely scatters less, which is no difference of the samples.
        let scatter: Vec<f64> =
            scatter.map(|(residual, leverage)| residual / (1.0 - leverage).max(ROUNDING).sqrt()).collect();
        let shares = ranks(&scatter);
        let normal = Normal::standard();
        let scores: Vec<f64> = shares.iter().map(|&share| normal.inverse_cdf(share)).collect();
        let left = |of: &dyn Fn(usize) -> f64| self.space.residual(&(0..values.len()).map(of).collect::<Vec<_>>());
        let (level, spread) = ([left(&|row| scores[row])], [left(&|row| scores[row].powi(2))]);
        let centred = |row: usize| 2.0 * shares[row] - 1.0;
        // Legendre's polynomials of degree 3 and 4, but for their multiples and what the space has.
        let third = left(&|row| 5.0 * centred(row).powi(3) - 3.0 * centred(row));
        let fourth = left(&|row| 35.0 * centred(row).powi(4) - 30.0 * centred(row).powi(2));
        let (everywhere, slopes) = ([self.direction(|_| 1.0)], self.slopes());
        let mut tests = vec![
            self.test(Aspect::Level, &level, &everywhere),
            self.test(Aspect::Slope, &level, &slopes),
            self.test(Aspect::Spread, &spread, &everywhere),
            self.test(Aspect::Shape, &[third, fourth], &everywhere),
        ];
        if ROWS_PER_DIRECTION * slopes.len() <= values.len() {
            tests.push(self.test(Aspect::Curvature, &level, &self.curves()));
            tests.push(self.test(Aspect::SpreadSlope, &spread, &slopes));
        }
        tests.into_iter().flatten().collect()
    }

    /// What two samples of a category differ in.
    pub(super) fn classes(&self, codes: &[f64], levels: usize) -> Vec<AspectTest> {
        let shares: Vec<Vec<f64>> = (0..levels).map(|level| self.space.residual(&indicator(codes, level))).collect();
        let everywhere = [self.direction(|_| 1.0)];
        let tests =
            [self.test(Aspect::Shares, &shares, &everywhere), self.test(Aspect::Slope, &shares, &self.slopes())];
        tests.into_iter().flatten().collect()
    }

    /// The membership times a function of the row, less what the given columns say of it.
    fn direction(&self, of: impl Fn(usize) -> f64) -> Vec<f64> {
        let product: Vec<f64> = self.membership.iter().enumerate().map(|(row, second)| second * of(row)).collect();
        self.space.residual(&product)
    }

    /// One for every column that is given.
    fn slopes(&self) -> Vec<Vec<f64>> {
        self.columns.all.iter().map(|column| self.direction(|row| column[row])).collect()
    }

    /// One for the square of every number that is given.
    fn curves(&self) -> Vec<Vec<f64>> {
        let numbers = &self.columns.all[..self.columns.numbers];
        numbers.iter().map(|column| self.direction(|row| column[row].powi(2))).collect()
    }

    /// Whether values and directions, both less what is given, have to do with each other.
    fn test(&self, aspect: Aspect, values: &[Vec<f64>], directions: &[Vec<f64>]) -> Option<AspectTest> {
        let pairs = values.iter().flat_map(|value| directions.iter().map(move |direction| (value, direction)));
        let products: Vec<Vec<f64>> =
            pairs.map(|(value, direction)| value.iter().zip(direction).map(|(a, b)| a * b).collect()).collect();
        let sums: Vec<f64> = products.iter().map(|product| sum(product)).collect();
        let rows = self.membership.len();
        let spare = rows - self.space.dimension();
        let form_of = |of: &[usize]| {
            let variances =
                Array2::from_shape_fn((of.len(), of.len()), |(i, j)| dot(&products[of[i]], &products[of[j]]));
            let (form, degrees) = quadratic_form(variances, of.iter().map(|&at| sums[at]).collect());
            let statistic = form * spare as f64 / rows as f64;
            (statistic, degrees, tail_of_form(statistic, degrees, spare as f64))
        };
        let all: Vec<usize> = (0..products.len()).collect();
        if ROWS_PER_DIRECTION * products.len() <= rows {
            let (statistic, degrees_of_freedom, p_value) = form_of(&all);
            return (degrees_of_freedom > 0).then_some(AspectTest { aspect, statistic, degrees_of_freedom, p_value });
        }
        let single: Vec<_> = all.iter().map(|&at| form_of(&[at])).filter(|&(_, degrees, _)| degrees > 0).collect();
        let p_value = combined(single.iter().map(|&(_, _, p_value)| (p_value, 1.0)));
        let statistic = single.iter().map(|&(statistic, ..)| statistic).reduce(f64::max)?;
        Some(AspectTest { aspect, statistic, degrees_of_freedom: 1, p_value })
    }
}

/// The logarithm of the odds that a row is of the second sample, by what is given.
fn log_odds(columns: &Columns, is_second: &[bool], budget: usize) -> Vec<f64> {
    let curved = columns.curved(budget.min(columns.quadratic_terms()));
    let features: Vec<&Vec<f64>> = columns.all.iter().chain(&curved).collect();
    let all = Array2::from_shape_fn((is_second.len(), features.len()), |(row, at)| features[at][row]);
    LogOdds::fit(all.view(), is_second, RIDGE).of(all.view())
}
