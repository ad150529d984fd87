//! Fitting a function of the parents, and the residuals that its noise is learned from.

use ndarray::{ArrayView1, ArrayView2};

use super::folds::{Folds, rows_of};
use super::regressor::Regressor;
use crate::error::{Error, Result};
use crate::mechanism::function::{Columns, ParentFunction};

/// A flexible regression is fitted this many times more, each time without one fold.
const FOLDS: usize = 5;
const SEED: u64 = 0;

/// Fits the regression to all rows.
pub(crate) fn learn(
    regressor: &dyn Regressor,
    node: &str,
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
) -> Result<ParentFunction> {
    let needed = regressor.min_rows(parents.ncols());
    if values.len() < needed {
        let what = format!("the regression of node `{node}`");
        return Err(Error::TooFewRows { what, needed, found: values.len() });
    }
    let function = regressor.fit(parents, values).map_err(|cause| in_node(node, cause))?;
    // A user's regressor may return a function of any number of parents.
    match function.arity() {
        Some(found) if found != parents.ncols() => Err(Error::LengthMismatch {
            what: format!("the list of coefficients that the regressor of node `{node}` returned"),
            expected: parents.ncols(),
            found,
        }),
        _ => Ok(function),
    }
}

/// What the function leaves unexplained in each row. With a flexible regression each row's residual comes from a fit
/// without the row's fold, if the rows are enough for that: its residuals in the rows that it was fitted to are smaller
/// than those of any new row, and noise learned from them would find every new row unusual.
pub(crate) fn residuals(
    regressor: &dyn Regressor,
    function: &ParentFunction,
    node: &str,
    parents: ArrayView2<'_, f64>,
    values: ArrayView1<'_, f64>,
) -> Result<Vec<f64>> {
    let mut residuals = vec![0.0; values.len()];
    let folds = Folds::new(values.len(), FOLDS, SEED);
    if regressor.is_flexible() && folds.fewest_training_rows() >= regressor.min_rows(parents.ncols()) {
        for held_out in folds.held_out() {
            let (others, other_values) = rows_of(parents, values, &folds.others(held_out));
            let function = learn(regressor, node, others.view(), other_values.view())?;
            let (held_parents, held_values) = rows_of(parents, values, held_out);
            let found = unexplained(&function, held_parents.view(), held_values.view());
            held_out.iter().zip(found).for_each(|(&row, residual)| residuals[row] = residual);
        }
    } else {
        residuals = unexplained(function, parents, values);
    }
    match residuals.iter().find(|residual| !residual.is_finite()) {
        None => Ok(residuals),
        Some(&found) => {
            let operation = "recover the noise of a training row";
            Err(Error::MechanismNotFinite { node: node.to_owned(), operation, found })
        }
    }
}

/// values − f(parents), row by row.
fn unexplained(function: &ParentFunction, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Vec<f64> {
    let mut residuals = values_of(function, parents);
    residuals.iter_mut().zip(values).for_each(|(residual, value)| *residual = value - *residual);
    residuals
}

/// f(parents), row by row.
pub(super) fn values_of(function: &ParentFunction, parents: ArrayView2<'_, f64>) -> Vec<f64> {
    let mut values = vec![0.0; parents.nrows()];
    function.fill(&Columns::of(parents).slices(), &mut values);
    values
}

fn in_node(node: &str, cause: Error) -> Error {
    Error::InNode { node: node.to_owned(), cause: Box::new(cause) }
}
