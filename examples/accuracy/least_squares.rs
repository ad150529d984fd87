//! Ordinary least squares with an intercept, for the rule that is compared with: small, and independent of the library's own.

/// A regression of the first column on the others.
pub(crate) struct Regression {
    means: Vec<f64>,
    /// Of the inputs, to standardise them.
    scales: Vec<f64>,
    /// Of the standardised inputs.
    coefficients: Vec<f64>,
    /// The lower triangle L of the Gram matrix L Lᵀ of the standardised inputs, by its rows.
    triangle: Vec<Vec<f64>>,
    rows: f64,
    /// Of the residuals, unbiased.
    pub(crate) std_dev: f64,
}

/// Added to the diagonal of the correlation matrix, so that inputs that repeat each other do no harm.
const RIDGE: f64 = 1e-10;

impl Regression {
    /// Each row is the outcome and its inputs, none of them constant.
    pub(crate) fn fit(rows: &[Vec<f64>]) -> Self {
        let width = rows.first().map_or(1, Vec::len);
        let count = rows.len() as f64;
        let means: Vec<f64> =
            (0..width).map(|column| rows.iter().map(|row| row[column]).sum::<f64>() / count).collect();
        let deviation = |row: &Vec<f64>, column: usize| row[column] - means[column];
        let scales: Vec<f64> = (1..width)
            .map(|column| (rows.iter().map(|row| deviation(row, column).powi(2)).sum::<f64>() / count).sqrt())
            .map(|scale| if scale > 0.0 { scale } else { 1.0 })
            .collect();
        let inputs = width - 1;
        let product = |a: usize, b: usize| {
            let all = rows.iter().map(|row| deviation(row, a + 1) * deviation(row, b + 1));
            all.sum::<f64>() / (scales[a] * scales[b])
        };
        let gram =
            (0..inputs).map(|a| (0..=a).map(|b| product(a, b) + if a == b { RIDGE * count } else { 0.0 }).collect());
        let triangle = cholesky(gram.collect());
        let moments: Vec<f64> = (0..inputs)
            .map(|a| rows.iter().map(|row| deviation(row, a + 1) * deviation(row, 0)).sum::<f64>() / scales[a])
            .collect();
        let coefficients = backward(&triangle, &forward(&triangle, &moments));
        let mut regression = Self { means, scales, coefficients, triangle, rows: count, std_dev: 0.0 };
        let residuals = rows.iter().map(|row| regression.residual(row[0], &row[1..]).0);
        let squares = residuals.map(|residual| residual * residual).sum::<f64>();
        let varies = rows.iter().any(|row| row[0] != rows[0][0]);
        if varies {
            regression.std_dev = (squares / (count - width as f64).max(1.0)).sqrt();
        } else if let Some(row) = rows.first() {
            // A constant is no mean of itself with rounding errors.
            regression.means[0] = row[0];
            regression.coefficients.fill(0.0);
        }
        regression
    }

    /// What the inputs leave of an outcome, and their leverage (1 + d²)/rows, d the Mahalanobis distance of the inputs.
    pub(crate) fn residual(&self, outcome: f64, inputs: &[f64]) -> (f64, f64) {
        let standardised: Vec<f64> = inputs
            .iter()
            .zip(self.means.iter().skip(1).zip(&self.scales))
            .map(|(input, (mean, scale))| (input - mean) / scale)
            .collect();
        let expected: f64 = self.coefficients.iter().zip(&standardised).map(|(weight, input)| weight * input).sum();
        let whitened = forward(&self.triangle, &standardised);
        let leverage = 1.0 / self.rows + whitened.iter().map(|value| value * value).sum::<f64>();
        (outcome - self.means[0] - expected, leverage)
    }
}

/// In place, of a lower triangle by its rows.
fn cholesky(mut lower: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    for row in 0..lower.len() {
        for column in 0..=row {
            let before: f64 = (0..column).map(|other| lower[row][other] * lower[column][other]).sum();
            let rest = lower[row][column] - before;
            lower[row][column] =
                if row == column { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / lower[column][column] };
        }
    }
    lower
}

fn forward(lower: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut solution: Vec<f64> = Vec::with_capacity(right.len());
    for (row, value) in lower.iter().zip(right) {
        let before: f64 = row.iter().zip(&solution).map(|(a, b)| a * b).sum();
        solution.push((value - before) / row[solution.len()]);
    }
    solution
}

fn backward(lower: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut solution = right.to_vec();
    for row in (0..lower.len()).rev() {
        solution[row] /= lower[row][row];
        for before in 0..row {
            solution[before] -= lower[row][before] * solution[row];
        }
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_slope_the_leverage_and_the_spread_of_the_text_books() {
        let rows: Vec<Vec<f64>> = [(1.0, 3.0), (2.0, 4.0), (3.0, 8.0), (4.0, 9.0)].map(|(x, y)| vec![y, x]).to_vec();
        let regression = Regression::fit(&rows);
        // Means 2.5 and 6, sums of squares 5 and of products 11: y = 6 + 2.2 (x - 2.5).
        let (residual, leverage) = regression.residual(20.0, &[5.0]);
        assert!((residual - (20.0 - 6.0 - 2.2 * 2.5)).abs() < 1e-8);
        assert!((leverage - (0.25 + 6.25 / 5.0)).abs() < 1e-8);
        // Residuals 0.3, -0.9, 0.9, -0.3 with two degrees of freedom.
        assert!((regression.std_dev - 0.9_f64.sqrt()).abs() < 1e-8);
    }

    #[test]
    fn inputs_that_repeat_each_other_do_no_harm() {
        let rows: Vec<Vec<f64>> = (0..20).map(f64::from).map(|x| vec![3.0 * x + (x % 3.0), x, 2.0 * x]).collect();
        let once: Vec<Vec<f64>> = rows.iter().map(|row| row[..2].to_vec()).collect();
        let (twice, once) = (Regression::fit(&rows), Regression::fit(&once));
        assert!((twice.residual(40.0, &[11.0, 22.0]).0 - once.residual(40.0, &[11.0]).0).abs() < 1e-6);
    }
}
