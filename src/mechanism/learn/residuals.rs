//! Fitting a function of the parents, and the residuals that its noise is learned from.

use ndarray::{ArrayView1, ArrayView2};

use super::folds::{Folds, rows_of};
use super::predictions::values_of;
use super::regressor::Regressor;
use crate::error::{Error, Result};
use crate::mechanism::function::ParentFunction;

/// A flexible regression is fitted this many times more, each time without one fold.
const FOLDS: usize = 5;
const SEED: u64 = 0;

/// A function of the parents, and what it leaves unexplained.
pub(crate) struct Learned {
    pub(crate) function: ParentFunction,
    /// One residual for each of the rows.
    pub(crate) residuals: Vec<f64>,
    /// The rows that the residuals are of, ascending: all but those of which the others say too little.
    pub(crate) rows: Vec<usize>,
}

/// Fits the regression to all rows.
pub(crate) fn learn(
    regressor: &dyn Regressor,
    node: &str,
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
) -> Result<ParentFunction> {
    check_rows(regressor, node, parents, values)?;
    let function = regressor.fit(parents, values).map_err(|cause| in_node(node, cause))?;
    check_arity(node, &function, parents.ncols())?;
    Ok(function)
}

/// Fits the regression to all rows, and finds what is left unexplained in each by a fit that has not seen it: its residuals in
/// the rows that it was fitted to are smaller than those of any new row, and noise learned from them would find every new row
/// unusual. A flexible regression is fitted again without each fold, if the rows are enough for that; other regressions say
/// by themselves what a fit without the row predicts. Where neither is possible, the residuals are those of the fit.
pub(crate) fn learn_with_residuals(
    regressor: &dyn Regressor,
    node: &str,
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
) -> Result<Learned> {
    check_rows(regressor, node, parents, values)?;
    let (function, predicted) = regressor.fit_leaving_one_out(parents, values).map_err(|cause| in_node(node, cause))?;
    check_arity(node, &function, parents.ncols())?;
    let folds = Folds::new(values.len(), FOLDS, SEED);
    let rows = 0..values.len();
    let (predicted, rows): (_, Vec<usize>) = match predicted {
        _ if regressor.is_flexible() && folds.fewest_training_rows() >= regressor.min_rows(parents.ncols()) => {
            (predictions_without_folds(regressor, node, parents, values, &folds)?, rows.collect())
        }
        Some(predicted) => {
            check_length("predictions", node, predicted.len(), values.len())?;
            let rows = rows.filter(|&row| !predicted[row].is_nan()).collect();
            (predicted, rows)
        }
        None => (values_of(&function, parents), rows.collect()),
    };
    let residuals: Vec<f64> = rows.iter().map(|&row| values[row] - predicted[row]).collect();
    let at_fault = residuals.iter().copied().find(|residual| !residual.is_finite());
    match at_fault.or_else(|| rows.is_empty().then_some(f64::NAN)) {
        None => Ok(Learned { function, residuals, rows }),
        Some(found) => {
            let operation = "recover the noise of a training row";
            Err(Error::MechanismNotFinite { node: node.to_owned(), operation, found })
        }
    }
}

/// For each row what a fit without its fold predicts.
fn predictions_without_folds(
    regressor: &dyn Regressor,
    node: &str,
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
    folds: &Folds,
) -> Result<Vec<f64>> {
    let mut predicted = vec![0.0; values.len()];
    for held_out in folds.held_out() {
        let (others, other_values) = rows_of(parents, values, &folds.others(held_out));
        let function = learn(regressor, node, others.view(), other_values.view())?;
        let (held_parents, _) = rows_of(parents, values, held_out);
        let found = values_of(&function, held_parents.view());
        held_out.iter().zip(found).for_each(|(&row, prediction)| predicted[row] = prediction);
    }
    Ok(predicted)
}

fn check_rows(
    regressor: &dyn Regressor,
    node: &str,
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
) -> Result<()> {
    let needed = regressor.min_rows(parents.ncols());
    if values.len() >= needed {
        return Ok(());
    }
    let what = format!("the regression of node `{node}`");
    Err(Error::TooFewRows { what, needed, found: values.len() })
}

/// A user's regressor may return a function of any number of parents.
fn check_arity(node: &str, function: &ParentFunction, parents: usize) -> Result<()> {
    function.arity().map_or(Ok(()), |found| check_length("coefficients", node, found, parents))
}

fn check_length(what: &str, node: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let what = format!("the list of {what} that the regressor of node `{node}` returned");
    Err(Error::LengthMismatch { what, expected, found })
}

fn in_node(node: &str, cause: Error) -> Error {
    Error::InNode { node: node.to_owned(), cause: Box::new(cause) }
}
