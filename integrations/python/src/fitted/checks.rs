//! Whether a fitted model is any good, and still is.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::PyFittedModel;
use crate::answers::{PyDrift, PyEvaluation};
use crate::options;
use crate::run::run;

#[pymethods]
impl PyFittedModel {
    /// Whether the model is any good, on rows that it was not fitted to: fit, calibration, and the independencies that the graph implies.
    #[pyo3(signature = (held_out, **options))]
    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        held_out: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyEvaluation> {
        let (held_out, config) = (self.rows(held_out)?, options::config(py, options)?);
        Ok(PyEvaluation::new(run(py, || self.model.evaluate(&held_out, &config))?, ()))
    }

    /// Whether nodes have moved since training.
    #[pyo3(signature = (recent, significance=0.05))]
    fn drift_check(&self, py: Python<'_>, recent: &Bound<'_, PyAny>, significance: f64) -> PyResult<PyDrift> {
        let recent = self.rows(recent)?;
        Ok(PyDrift::new(run(py, || self.model.drift_check(&recent, significance))?, ()))
    }
}
