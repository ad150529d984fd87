//! What a fitted function predicts for the rows that it was fitted to, and what it would predict had it not seen a row.

use ndarray::{ArrayView1, ArrayView2};

use crate::mechanism::function::{Columns, ParentFunction};

/// A row's residual is divided by no less than this share of the mean of 1 − h over all rows, h being a row's leverage.
const LEAST_SHARE_LEFT: f64 = 0.25;

/// f(parents), row by row.
pub(crate) fn values_of(function: &ParentFunction, parents: ArrayView2<'_, f64>) -> Vec<f64> {
    let mut values = vec![0.0; parents.nrows()];
    function.fill(&Columns::of(parents).slices(), &mut values);
    values
}

/// For each row the prediction of a fit to all other rows, yᵢ − rᵢ/(1 − hᵢ), where r are the residuals of the fit to all
/// rows and h its leverages.
///
/// With noise of standard deviation σ, that misses the value by σ/√(1 − h): by σ, widened by the error of a fit without the
/// row, as a new value with such parents would be missed. The closer h is to 1, the less it says of the noise: at 1 the row alone
/// determines a direction of the coefficients, and rᵢ/(1 − hᵢ) is rounding over rounding. Rows whose 1 − h is below a quarter of
/// the mean are NaN, so that no row's deviation is more than twice as wide as is typical; since leverages
/// depend on the parents alone, leaving such rows out favours neither large noises nor small ones.
///
/// Where fewer than two rows would be left, the predictions are those of the fit itself.
pub(super) fn predictions_without_each_row(fitted: &[f64], values: ArrayView1<'_, f64>, leverages: &[f64]) -> Vec<f64> {
    let rows = leverages.len() as f64;
    let mean = leverages.iter().map(|leverage| (1.0 - leverage) / rows).sum::<f64>();
    let least = LEAST_SHARE_LEFT * mean;
    let rows = fitted.iter().zip(values).zip(leverages);
    let says_something = |leverage: f64| leverage < 1.0 && 1.0 - leverage >= least;
    if leverages.iter().filter(|&&leverage| says_something(leverage)).count() < 2 {
        // One deviation would be noise that never varies.
        return fitted.to_vec();
    }
    let predict = |((&fitted, &value), &leverage): ((&f64, &f64), &f64)| {
        if says_something(leverage) { value - (value - fitted) / (1.0 - leverage) } else { f64::NAN }
    };
    rows.map(predict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_row_that_nothing_else_speaks_of_is_left_out_and_an_exact_relation_stays_exact() {
        let (fitted, values) = ([1.0, 2.0, 3.0, 9.0], array![1.5, 1.5, 3.0, 9.0]);
        let found = predictions_without_each_row(&fitted, values.view(), &[0.5, 0.25, 0.5, 1.0]);
        assert_eq!(found[..3], [0.5, 1.5 + 0.5 / 0.75, 3.0]);
        assert!(found[3].is_nan());
    }

    #[test]
    fn one_deviation_is_no_noise() {
        let found = predictions_without_each_row(&[1.0, 2.0, 3.0], array![1.0, 2.5, 3.0].view(), &[1.0, 0.2, 1.0]);
        assert_eq!(found, [1.0, 2.0, 3.0]);
    }
}
