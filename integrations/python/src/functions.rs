//! Questions that need no fitted model.

use std::sync::Arc;

use etiology::independence::{Sample, conditional_independence_test, independence_test, two_sample_test};
use etiology::mechanism::{BoostedTrees, LinearRegression, PolynomialRegression};
use etiology::relevance;
use etiology::robust_change::{RobustChangeConfig, robust_change};
use etiology::shapley::{self, Coalition, FunctionGame};
use etiology::{CausalGraph, Error};
use numpy::ndarray::{Array2, ArrayView1, ArrayView2};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::answers::{PyRelevance, PyRobustChange};
use crate::columns::{dataset, observation};
use crate::errors::{exception, keep};
use crate::graph::graph;
use crate::options::{self, take};
use crate::run::run;

/// Figures with their standard errors.
type ValuesAndErrors<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// Why a mean, a variance or a frequency of a target changed between two tables, by multiply robust estimates. `quantity` is `mean`,
/// `variance`, `("frequency_above", x)` or `("frequency_of", level)`; `regressor` is `linear`, `polynomial` or `boosted_trees`.
#[pyfunction]
#[pyo3(name = "robust_change", signature = (graph, old, new, target, **options))]
pub(crate) fn robust<'py>(
    py: Python<'py>,
    graph: &Bound<'py, PyAny>,
    old: &Bound<'py, PyAny>,
    new: &Bound<'py, PyAny>,
    target: &str,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<PyRobustChange> {
    let graph: CausalGraph = self::graph(graph)?;
    let (old, new) = (dataset(old, Some(&graph))?, dataset(new, Some(&graph))?);
    let config = robust_config(py, options)?;
    let answer = run(py, || robust_change(&graph, &old, &new, target, &config))?;
    Ok(PyRobustChange::new(answer, ()))
}

fn robust_config<'py>(py: Python<'py>, options: Option<&Bound<'py, PyDict>>) -> PyResult<RobustChangeConfig> {
    let options = options.map_or_else(|| Ok(PyDict::new(py)), |options| options.copy())?;
    let mut config = RobustChangeConfig::default();
    if let Some(quantity) = take(&options, "quantity")? {
        config = config.with_quantity(options::pair_or_name(&quantity)?);
    }
    if let Some(weights) = take(&options, "weights")? {
        config = config.with_weights(options::pair_or_name(&weights)?);
    }
    if let Some(errors) = take(&options, "errors")? {
        config = config.with_errors(options::pair_or_name(&errors)?);
    }
    if let Some(folds) = take(&options, "folds")? {
        config = config.with_folds(folds.extract()?);
    }
    if let Some(level) = take(&options, "level")? {
        config = config.with_level(level.extract()?);
    }
    if let Some(seed) = take(&options, "seed")? {
        config = config.with_seed(seed.extract()?);
    }
    if let Some(regressor) = take(&options, "regressor")? {
        config = config.with_regressor(match regressor.extract::<String>()?.as_str() {
            "linear" => Arc::new(LinearRegression::ordinary()),
            "polynomial" => Arc::new(PolynomialRegression::cross_validated(3).map_err(|error| exception(py, &error))?),
            "boosted_trees" => Arc::new(BoostedTrees::default()),
            other => {
                let (name, requirement) = ("the regressor", "`linear`, `polynomial` or `boosted_trees`");
                return Err(exception(py, &Error::InvalidParameter { name, requirement, found: format!("`{other}`") }));
            }
        });
    }
    if let Some((name, _)) = options.iter().next() {
        let known = "`quantity`, `regressor`, `weights`, `errors`, `folds`, `level`, `seed`";
        return Err(pyo3::exceptions::PyTypeError::new_err(format!("there is no option `{name}`; there are {known}")));
    }
    Ok(config)
}

/// A function of one row that is written in Python.
fn of_row(function: Py<PyAny>) -> impl Fn(&[f64]) -> f64 + Send + Sync {
    move |row| {
        let call = |py: Python<'_>| -> PyResult<f64> {
            let row = Array2::from_shape_fn((1, row.len()), |(_, column)| row[column]).into_pyarray(py);
            let answer = function.bind(py).call1((row,))?;
            let answer = py.import("numpy")?.call_method1("asarray", (answer,))?.call_method1("reshape", (-1,))?;
            answer.get_item(0)?.extract()
        };
        Python::attach(call).unwrap_or_else(|error| {
            keep(error);
            f64::NAN
        })
    }
}

/// How much the columns of a table matter for a function of them, everywhere or in one row. The function gets an array of rows × columns and
/// gives a number for each row.
#[pyfunction]
#[pyo3(signature = (function, rows, event=None, **options))]
pub(crate) fn feature_relevance<'py>(
    py: Python<'py>,
    function: Py<PyAny>,
    rows: &Bound<'py, PyAny>,
    event: Option<&Bound<'py, PyAny>>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<PyRelevance> {
    let (rows, event) = (dataset(rows, None)?, event.map(observation).transpose()?);
    let (config, function) = (options::config(py, options)?, of_row(function));
    let answer = run(py, || match &event {
        Some(event) => relevance::feature_relevance_of_row(function, &rows, event, &config),
        None => relevance::feature_relevance(function, &rows, &config),
    })?;
    Ok(PyRelevance::new(answer, ()))
}

/// Whether the rows of two tables, of rows × columns, are independent, by distance covariance and permutations.
#[pyfunction]
#[pyo3(name = "independence_test", signature = (x, y, *, permutations=999, seed=0))]
pub(crate) fn independence<'py>(
    py: Python<'py>,
    x: PyReadonlyArray2<'py, f64>,
    y: PyReadonlyArray2<'py, f64>,
    permutations: usize,
    seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    let (x, y): (ArrayView2<'_, f64>, ArrayView2<'_, f64>) = (x.as_array(), y.as_array());
    Ok(pythonize::pythonize(py, &run(py, || independence_test(x, y, permutations, seed))?)?)
}

/// Whether two columns are independent given the columns of a table, of rows × columns.
#[pyfunction]
#[pyo3(name = "conditional_independence_test")]
pub(crate) fn conditional_independence<'py>(
    py: Python<'py>,
    x: PyReadonlyArray1<'py, f64>,
    y: PyReadonlyArray1<'py, f64>,
    given: PyReadonlyArray2<'py, f64>,
) -> PyResult<Bound<'py, PyAny>> {
    let (x, y): (ArrayView1<'_, f64>, ArrayView1<'_, f64>) = (x.as_array(), y.as_array());
    let given = given.as_array();
    Ok(pythonize::pythonize(py, &run(py, || conditional_independence_test(x, y, given))?)?)
}

/// Whether two samples of a column, each given its columns of causes, have the same mechanism.
#[pyfunction]
#[pyo3(name = "two_sample_test")]
pub(crate) fn two_samples<'py>(
    py: Python<'py>,
    first: PyReadonlyArray1<'py, f64>,
    first_given: PyReadonlyArray2<'py, f64>,
    second: PyReadonlyArray1<'py, f64>,
    second_given: PyReadonlyArray2<'py, f64>,
) -> PyResult<Bound<'py, PyAny>> {
    let first = Sample { values: first.as_array(), given: first_given.as_array() };
    let second = Sample { values: second.as_array(), given: second_given.as_array() };
    // All columns are numbers.
    let levels = vec![0; 1 + first.given.ncols()];
    Ok(pythonize::pythonize(py, &run(py, || two_sample_test(first, second, &levels))?)?)
}

/// The Shapley values of a game. Its function gets an array of as many booleans as players, true for who is in the coalition, and gives what
/// the coalition is worth.
#[pyfunction]
#[pyo3(signature = (function, players, **options))]
pub(crate) fn shapley_values<'py>(
    py: Python<'py>,
    function: Py<PyAny>,
    players: usize,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<ValuesAndErrors<'py>> {
    let config = options::config(py, options)?;
    let game = FunctionGame::new(players, move |coalition: &Coalition| {
        let of_players: Vec<bool> = (0..coalition.players()).map(|player| coalition.contains(player)).collect();
        Python::attach(|py| function.call1(py, (of_players.into_pyarray(py),))?.extract::<f64>(py)).unwrap_or_else(
            |error| {
                keep(error);
                f64::NAN
            },
        )
    });
    let found = run(py, || shapley::shapley_values(&game, &config))?;
    Ok((found.values().into_pyarray(py), found.std_errors().to_vec().into_pyarray(py)))
}
