//! What would be, or would have been, if something were done.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::PyFittedModel;
use crate::answers::{PyCounterfactualRow, PyEffect, PyInterventionalTarget};
use crate::columns::{PyDataset, observation, table};
use crate::intervention::intervention;
use crate::options;
use crate::run::run;

#[pymethods]
impl PyFittedModel {
    /// Rows as they would be under an intervention: a dict of nodes with a number, a level, a function, `("shift", x)` or `("scale", x)`.
    #[pyo3(signature = (intervention, rows, *, seed=0))]
    fn draw_interventional(
        &self,
        py: Python<'_>,
        intervention: &Bound<'_, PyDict>,
        rows: usize,
        seed: u64,
    ) -> PyResult<PyDataset> {
        let intervention = self::intervention(Some(intervention))?;
        run(py, || self.model.draw_interventional(&intervention, rows, seed)).map(table)
    }

    /// Mean and spread of a node under an intervention, with errors.
    #[pyo3(signature = (target, intervention, **options))]
    fn interventional_target<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        intervention: &Bound<'py, PyDict>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyInterventionalTarget> {
        let (intervention, config) = (self::intervention(Some(intervention))?, options::config(py, options)?);
        let answer = run(py, || self.model.interventional_target(target, &intervention, &config))?;
        Ok(PyInterventionalTarget::new(answer, ()))
    }

    /// How much more a node is on average under one intervention than under another.
    #[pyo3(signature = (target, alternative, reference=None, **options))]
    fn average_causal_effect<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        alternative: &Bound<'py, PyDict>,
        reference: Option<&Bound<'py, PyDict>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyEffect> {
        let (first, second) = (intervention(Some(alternative))?, intervention(reference)?);
        let config = options::config(py, options)?;
        let answer = run(py, || self.model.average_causal_effect(target, &first, &second, &config))?;
        Ok(PyEffect::new(answer, ()))
    }

    /// What rows would have been under an intervention.
    #[pyo3(signature = (rows, intervention, **options))]
    fn counterfactuals<'py>(
        &self,
        py: Python<'py>,
        rows: &Bound<'py, PyAny>,
        intervention: &Bound<'py, PyDict>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyDataset> {
        let (rows, config) = (self.rows(rows)?, options::config(py, options)?);
        let intervention = self::intervention(Some(intervention))?;
        run(py, || self.model.counterfactuals_with(&rows, &intervention, &config)).map(table)
    }

    /// What a row would have been under an intervention, node by node.
    #[pyo3(signature = (event, intervention, **options))]
    fn counterfactual<'py>(
        &self,
        py: Python<'py>,
        event: &Bound<'py, PyAny>,
        intervention: &Bound<'py, PyDict>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyCounterfactualRow> {
        let (event, config) = (observation(event)?, options::config(py, options)?);
        let intervention = self::intervention(Some(intervention))?;
        let answer = run(py, || self.model.counterfactual_row(&event, &intervention, &config))?;
        Ok(PyCounterfactualRow::new(answer, ()))
    }
}
