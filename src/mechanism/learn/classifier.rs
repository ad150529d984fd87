//! Multinomial logistic regression.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::mechanism::classes::softmax;
use crate::mechanism::function::LinearFunction;
use crate::numeric::linalg::cholesky_solve;

/// Rounds, fewer where each is dear: for so many multiplications, but never less than the fewest.
const MOST_ROUNDS: usize = 200;
const FEWEST_ROUNDS: usize = 8;
const MOST_WORK: f64 = 2e9;
/// Up to so many coefficients, of all classes, are moved by one system of equations.
const MOST_TOGETHER: usize = 120;
/// What the largest score may still move by at the end.
const SETTLED: f64 = 1e-8;
/// How often a step is halved before it is given up.
const MOST_HALVINGS: u32 = 30;

/// Maximises the mean of ln P(class) less λ/2 · Σ of the squared coefficients of standardised columns: one sum of the columns for every
/// class. Classes are codes from 0, `classes` of them. Every class has a coefficient of its own, of which the penalty makes the sum 0;
/// intercepts are hardly penalised (λ/1000), so that they are determined, too. Constant columns get the coefficient 0.
///
/// Newton's steps, halved until the objective grows; where coefficients are many, with the part of the second derivatives that lies within
/// classes, which is at least half of the whole, and so halved at least once. Costs
/// O(rounds · rows · classes · columns²).
pub(in crate::mechanism) fn fit_scores(
    columns: ArrayView2<'_, f64>,
    codes: &[usize],
    classes: usize,
    ridge: f64,
) -> Vec<LinearFunction> {
    let standard = Standardised::of(columns);
    let problem = Problem { columns: &standard.columns, codes, classes, ridge };
    let mut weights = Array2::zeros((classes, standard.columns.ncols()));
    let mut best = problem.objective(&weights);
    let work = codes.len() as f64 * classes as f64 * (standard.columns.ncols() as f64).powi(2);
    let rounds = ((MOST_WORK / work) as usize).clamp(FEWEST_ROUNDS, MOST_ROUNDS);
    for _ in 0..rounds {
        let Some(step) = problem.step(&weights) else { break };
        let tried = (u32::from(!problem.is_joint(&weights))..MOST_HALVINGS)
            .map(|halving| &weights + &(&step * 0.5_f64.powi(halving as i32)));
        let Some((objective, next)) =
            tried.map(|weights| (problem.objective(&weights), weights)).find(|(objective, _)| *objective > best)
        else {
            break;
        };
        let moved = (&next - &weights).iter().fold(0.0, |largest: f64, change| largest.max(change.abs()));
        (weights, best) = (next, objective);
        if moved < SETTLED {
            break;
        }
    }
    weights.rows().into_iter().map(|row| standard.in_units(&row.to_vec())).collect()
}

/// Columns with mean 0 and variance 1, and a first one of 1s.
struct Standardised {
    columns: Array2<f64>,
    means: Vec<f64>,
    spreads: Vec<f64>,
}

impl Standardised {
    fn of(columns: ArrayView2<'_, f64>) -> Self {
        let (mut means, mut spreads) = (Vec::new(), Vec::new());
        let mut standard = Array2::ones((columns.nrows(), columns.ncols() + 1));
        for (place, column) in columns.columns().into_iter().enumerate() {
            let (mean, spread) = (column.mean().unwrap_or(0.0), column.std(0.0));
            // A column that never varies has no spread but for rounding.
            let varies = spread > 1e-12 * mean.abs();
            standard
                .column_mut(place + 1)
                .assign(&column.mapv(|value| if varies { (value - mean) / spread } else { 0.0 }));
            means.push(mean);
            spreads.push(if varies { spread } else { f64::INFINITY });
        }
        Self { columns: standard, means, spreads }
    }

    fn in_units(&self, weights: &[f64]) -> LinearFunction {
        let coefficients: Vec<f64> =
            weights[1..].iter().zip(&self.spreads).map(|(weight, spread)| weight / spread).collect();
        let shift: f64 = coefficients.iter().zip(&self.means).map(|(coefficient, mean)| coefficient * mean).sum();
        LinearFunction { intercept: weights[0] - shift, coefficients }
    }
}

struct Problem<'a> {
    columns: &'a Array2<f64>,
    codes: &'a [usize],
    classes: usize,
    ridge: f64,
}

impl Problem<'_> {
    fn penalty(&self, column: usize) -> f64 {
        if column == 0 { 1e-3 * self.ridge } else { self.ridge }
    }

    fn probabilities(&self, weights: &Array2<f64>) -> Array2<f64> {
        let mut all = self.columns.dot(&weights.t());
        for mut row in all.rows_mut() {
            let mut scores = row.to_vec();
            softmax(&mut scores);
            row.assign(&Array1::from(scores));
        }
        all
    }

    fn objective(&self, weights: &Array2<f64>) -> f64 {
        let scores = self.columns.dot(&weights.t());
        let of_row = |(row, &code): (ArrayView1<'_, f64>, &usize)| {
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row[code] - largest - row.iter().map(|score| (score - largest).exp()).sum::<f64>().ln()
        };
        let likelihood: f64 = scores.rows().into_iter().zip(self.codes).map(of_row).sum();
        let penalty: f64 =
            weights.indexed_iter().map(|((_, column), weight)| 0.5 * self.penalty(column) * weight * weight).sum();
        likelihood / self.codes.len() as f64 - penalty
    }

    fn is_joint(&self, weights: &Array2<f64>) -> bool {
        weights.len() <= MOST_TOGETHER
    }

    /// The solution of the equations of all classes together, or of each for itself.
    fn step(&self, weights: &Array2<f64>) -> Option<Array2<f64>> {
        if self.is_joint(weights) { self.joint_step(weights) } else { self.step_within(weights) }
    }

    fn joint_step(&self, weights: &Array2<f64>) -> Option<Array2<f64>> {
        let (rows, width) = (self.codes.len() as f64, self.columns.ncols());
        let probabilities = self.probabilities(weights);
        let mut curvature = Array2::zeros((weights.len(), weights.len()));
        let mut gradient = Vec::with_capacity(weights.len());
        for class in 0..self.classes {
            gradient.extend(self.gradient(weights, class, probabilities.column(class)));
            for other in 0..=class {
                let own = f64::from(u8::from(class == other));
                let mut weighted = self.columns.clone();
                for (mut row, likely) in weighted.rows_mut().into_iter().zip(probabilities.rows()) {
                    row *= likely[class] * (own - likely[other]) / rows;
                }
                let block = self.columns.t().dot(&weighted);
                for ((a, b), value) in block.indexed_iter() {
                    curvature[[class * width + a, other * width + b]] = *value;
                    curvature[[other * width + b, class * width + a]] = *value;
                }
            }
            for column in 0..width {
                curvature[[class * width + column, class * width + column]] += self.penalty(column);
            }
        }
        Array2::from_shape_vec(weights.raw_dim(), cholesky_solve(curvature, gradient)?).ok()
    }

    /// The derivatives of the objective by the coefficients of one class.
    fn gradient(&self, weights: &Array2<f64>, class: usize, likely: ArrayView1<'_, f64>) -> Vec<f64> {
        let rows = self.codes.len() as f64;
        let residual = |(&code, likely): (&usize, &f64)| (f64::from(u8::from(code == class)) - likely) / rows;
        let residual: Array1<f64> = self.codes.iter().zip(likely).map(residual).collect();
        let mut gradient = self.columns.t().dot(&residual).to_vec();
        for (column, slope) in gradient.iter_mut().enumerate() {
            *slope -= self.penalty(column) * weights[[class, column]];
        }
        gradient
    }

    /// For every class the solution of its own equations.
    fn step_within(&self, weights: &Array2<f64>) -> Option<Array2<f64>> {
        let (rows, width) = (self.codes.len() as f64, self.columns.ncols());
        let probabilities = self.probabilities(weights);
        let mut step = Array2::zeros(weights.raw_dim());
        for class in 0..self.classes {
            let likely = probabilities.column(class);
            let gradient = self.gradient(weights, class, likely);
            let mut weighted = self.columns.clone();
            for (mut row, likely) in weighted.rows_mut().into_iter().zip(likely) {
                row *= likely * (1.0 - likely) / rows;
            }
            let mut curvature = self.columns.t().dot(&weighted);
            for column in 0..width {
                curvature[[column, column]] += self.penalty(column);
            }
            step.row_mut(class).assign(&Array1::from(cholesky_solve(curvature, gradient)?));
        }
        Some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gradient of the penalised likelihood at what was fitted, in standardised columns.
    fn gradient(columns: &Array2<f64>, codes: &[usize], classes: usize, ridge: f64, fitted: &[LinearFunction]) -> f64 {
        let standard = Standardised::of(columns.view());
        let weights = Array2::from_shape_fn((classes, columns.ncols() + 1), |(class, column)| match column {
            0 => {
                fitted[class].intercept
                    + fitted[class].coefficients.iter().zip(&standard.means).map(|(c, mean)| c * mean).sum::<f64>()
            }
            _ => fitted[class].coefficients[column - 1] * standard.spreads[column - 1],
        });
        let problem = Problem { columns: &standard.columns, codes, classes, ridge };
        let mut largest = 0.0_f64;
        for class in 0..classes {
            for column in 0..=columns.ncols() {
                let moved = |by: f64| {
                    let mut moved = weights.clone();
                    moved[[class, column]] += by;
                    problem.objective(&moved)
                };
                largest = largest.max(((moved(1e-5) - moved(-1e-5)) / 2e-5).abs());
            }
        }
        largest
    }

    #[test]
    fn nothing_is_better_than_what_was_fitted() {
        let rows = 300;
        let columns = Array2::from_shape_fn((rows, 2), |(row, column)| {
            100.0 * column as f64 + ((row * (7 + 4 * column)) % 31) as f64 + (row as f64 * 0.7).sin()
        });
        for classes in [2, 3, 5] {
            let codes: Vec<usize> =
                (0..rows).map(|row| ((columns[[row, 0]] / 8.0) as usize + row % 3) % classes).collect();
            for ridge in [1e-3, 0.1] {
                let fitted = fit_scores(columns.view(), &codes, classes, ridge);
                let left = gradient(&columns, &codes, classes, ridge, &fitted);
                assert!(left < 1e-6, "{classes} classes, {ridge}: {left}");
            }
        }
    }

    #[test]
    fn steps_within_classes_come_to_the_same_as_steps_of_all_together() {
        let columns = Array2::from_shape_fn((200, 2), |(row, column)| (row as f64 * (0.7 + column as f64)).sin());
        let codes: Vec<usize> = (0..200).map(|row| usize::from(columns[[row, 0]] > 0.2) + row % 2).collect();
        let standard = Standardised::of(columns.view());
        let problem = Problem { columns: &standard.columns, codes: &codes, classes: 3, ridge: 0.01 };
        let climb = |step: &dyn Fn(&Array2<f64>) -> Array2<f64>, factor: f64| {
            (0..300).fold(Array2::zeros((3, 3)), |weights, _| &weights + &(step(&weights) * factor))
        };
        let together = climb(&|weights| problem.joint_step(weights).unwrap(), 1.0);
        let within = climb(&|weights| problem.step_within(weights).unwrap(), 0.5);
        // What all intercepts have in common is hardly penalised, makes no difference, and takes steps within classes long to find.
        let [together, within] = [together, within].map(|weights| problem.probabilities(&weights));
        assert!(together.iter().zip(&within).all(|(a, b)| (a - b).abs() < 1e-3), "{together} {within}");
    }

    #[test]
    fn classes_that_are_told_apart_wholly_keep_finite_coefficients() {
        let columns = Array2::from_shape_fn((100, 2), |(row, column)| if column == 0 { row as f64 } else { 3.0 });
        let codes: Vec<usize> = (0..100).map(|row| usize::from(row >= 50)).collect();
        let fitted = fit_scores(columns.view(), &codes, 2, 1e-3);
        assert!(fitted.iter().all(|score| score.intercept.is_finite() && score.coefficients[0].is_finite()));
        assert_eq!(fitted[0].coefficients[1], 0.0);
    }
}
