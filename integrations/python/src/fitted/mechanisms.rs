//! What the mechanisms of a fitted model are, and what they give for rows.

use etiology::Error;
use etiology::mechanism::FittedMechanism;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

use super::PyFittedModel;
use crate::errors::OrRaise;

#[pymethods]
impl PyFittedModel {
    /// A node's mechanism in words.
    fn describe(&self, py: Python<'_>, node: &str) -> PyResult<String> {
        let parents = self.model.mechanism_parents(node).or_raise(py)?;
        Ok(self.model.mechanism(node).or_raise(py)?.describe(&parents))
    }

    /// The parents of a node's mechanism, in its order.
    fn mechanism_parents(&self, py: Python<'_>, node: &str) -> PyResult<Vec<String>> {
        Ok(self.model.mechanism_parents(node).or_raise(py)?.into_iter().map(str::to_owned).collect())
    }

    /// The coefficients of a mechanism that is a linear regression.
    fn coefficients(&self, py: Python<'_>, node: &str) -> PyResult<Option<Vec<f64>>> {
        Ok(self.model.mechanism(node).or_raise(py)?.coefficients().map(<[f64]>::to_vec))
    }

    /// The distribution of a node's noise: the name of its family, with its parameters.
    fn mechanism_noise<'py>(&self, py: Python<'py>, node: &str) -> PyResult<Bound<'py, PyAny>> {
        Ok(pythonize::pythonize(py, self.model.mechanism(node).or_raise(py)?.noise())?)
    }

    /// The quantiles of a node's noise at these places between 0 and 1.
    fn noise_quantiles<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        places: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let noise = self.model.mechanism(node).or_raise(py)?.noise();
        let quantiles =
            places.as_array().iter().map(|&place| noise.quantile(place)).collect::<etiology::Result<Vec<f64>>>();
        Ok(quantiles.or_raise(py)?.into_pyarray(py))
    }

    /// The values of a node's mechanism for rows of its parents, in its order, and noises.
    fn evaluate_mechanism<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        parents: PyReadonlyArray2<'py, f64>,
        noise: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.of_rows(py, node, &parents, &noise, FittedMechanism::evaluate)
    }

    /// The noises that give a node these values, for rows of its parents in its mechanism's order.
    fn estimate_mechanism_noise<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        parents: PyReadonlyArray2<'py, f64>,
        values: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        self.of_rows(py, node, &parents, &values, FittedMechanism::estimate_noise)
    }
}

impl PyFittedModel {
    /// What a function of a mechanism gives for rows of parents and one more number each.
    fn of_rows<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        parents: &PyReadonlyArray2<'py, f64>,
        last: &PyReadonlyArray1<'py, f64>,
        function: fn(&FittedMechanism, &[f64], f64) -> f64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let mechanism = self.model.mechanism(node).or_raise(py)?;
        let (parents, last) = (parents.as_array(), last.as_array());
        let taken = self.model.mechanism_parents(node).or_raise(py)?.len();
        let check = |what: &str, expected: usize, found: usize| {
            if expected == found {
                Ok(())
            } else {
                Err(Error::LengthMismatch { what: what.to_owned(), expected, found })
            }
        };
        check("a row of the mechanism's parents", taken, parents.ncols()).or_raise(py)?;
        check("the rows of the mechanism's parents", last.len(), parents.nrows()).or_raise(py)?;
        let values = parents.rows().into_iter().zip(last).map(|(row, &last)| function(mechanism, &row.to_vec(), last));
        Ok(values.collect::<Vec<f64>>().into_pyarray(py))
    }
}
