//! Logistic regression of two classes.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::cholesky::cholesky_solve;

/// Newton's steps at most; from 0, a dozen is many.
const MOST_STEPS: usize = 50;
/// How often a step is halved before it is given up.
const MOST_HALVINGS: i32 = 30;
/// What the largest coefficient may still move by at the end.
const SETTLED: f64 = 1e-9;
/// The intercept is hardly penalised.
const SHARE_OF_INTERCEPT: f64 = 1e-6;

/// The logarithm of the odds of the second class, as a linear function of some columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LogOdds {
    pub(crate) intercept: f64,
    pub(crate) coefficients: Vec<f64>,
}

impl LogOdds {
    /// Maximises the mean of ln P(class) less λ/2 · Σ of the squared coefficients, by Newton's method with halved steps.
    ///
    /// `columns` is rows × columns, of about one size each, as the penalty λ > 0 asks for; `is_second` says for every row whether
    /// it is of the second class. Costs O(steps · rows · columns²).
    pub(crate) fn fit(columns: ArrayView2<'_, f64>, is_second: &[bool], ridge: f64) -> Self {
        let rows = is_second.len();
        let mut design = Array2::ones((rows, columns.ncols() + 1));
        for (at, column) in columns.columns().into_iter().enumerate() {
            design.column_mut(at + 1).assign(&column);
        }
        let labels: Array1<f64> = is_second.iter().map(|&second| f64::from(u8::from(second))).collect();
        let penalties =
            Array1::from_shape_fn(design.ncols(), |at| if at == 0 { SHARE_OF_INTERCEPT * ridge } else { ridge });
        let mut weights = Array1::<f64>::zeros(design.ncols());
        let objective = |weights: &Array1<f64>| {
            let scores = design.dot(weights);
            let likelihood: f64 =
                scores.iter().zip(&labels).map(|(score, label)| label * score - softplus(*score)).sum();
            likelihood / rows as f64 - 0.5 * (&penalties * weights * weights).sum()
        };
        let mut best = objective(&weights);
        for _ in 0..MOST_STEPS {
            let likely = design.dot(&weights).mapv(probability);
            let gradient = design.t().dot(&(&labels - &likely)) / rows as f64 - &penalties * &weights;
            let spread = likely.mapv(|p| p * (1.0 - p) / rows as f64).insert_axis(Axis(1));
            let mut curvature = design.t().dot(&(&design * &spread));
            curvature.diag_mut().zip_mut_with(&penalties, |entry, penalty| *entry += penalty);
            let Some(step) = cholesky_solve(curvature, gradient.to_vec()).map(Array1::from) else { break };
            let tried = (0..MOST_HALVINGS).map(|halving| &weights + &(&step * 0.5_f64.powi(halving)));
            let Some((better, next)) = tried.map(|next| (objective(&next), next)).find(|(better, _)| *better > best)
            else {
                break;
            };
            let moved = (&next - &weights).iter().fold(0.0, |largest: f64, change| largest.max(change.abs()));
            (weights, best) = (next, better);
            if moved < SETTLED {
                break;
            }
        }
        Self { intercept: weights[0], coefficients: weights.iter().skip(1).copied().collect() }
    }

    /// The logarithm of the odds for every row.
    pub(crate) fn of(&self, columns: ArrayView2<'_, f64>) -> Vec<f64> {
        let sums = columns.dot(&Array1::from(self.coefficients.clone()));
        sums.iter().map(|sum| self.intercept + sum).collect()
    }
}

/// 1/(1 + e⁻ˢ)
pub(crate) fn probability(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// ln(1 + eˢ)
fn softplus(score: f64) -> f64 {
    score.max(0.0) + (-score.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_0_at_what_was_fitted() {
        let columns = Array2::from_shape_fn((200, 2), |(row, column)| (row as f64 * (0.7 + column as f64)).sin());
        let second: Vec<bool> = (0..200).map(|row| columns[[row, 0]] + 0.8 * (row as f64 * 2.9).sin() > 0.3).collect();
        let (ridge, fit) = (1e-3, LogOdds::fit(columns.view(), &second, 1e-3));
        let residuals: Vec<f64> = fit
            .of(columns.view())
            .iter()
            .zip(&second)
            .map(|(score, &second)| f64::from(u8::from(second)) - probability(*score))
            .collect();
        assert!(residuals.iter().sum::<f64>().abs() < 1e-6);
        for (column, coefficient) in columns.columns().into_iter().zip(&fit.coefficients) {
            let slope = column.iter().zip(&residuals).map(|(x, residual)| x * residual / 200.0).sum::<f64>();
            assert!((slope - ridge * coefficient).abs() < 1e-9, "{slope} {coefficient}");
        }
    }

    #[test]
    fn classes_that_are_told_apart_wholly_keep_finite_odds() {
        let columns = Array2::from_shape_fn((100, 1), |(row, _)| row as f64 / 50.0 - 1.0);
        let second: Vec<bool> = (0..100).map(|row| row >= 50).collect();
        let fit = LogOdds::fit(columns.view(), &second, 1e-3);
        assert!(fit.intercept.is_finite() && fit.coefficients[0] > 1.0 && fit.coefficients[0] < 100.0);
    }
}
