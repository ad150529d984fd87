//! What makes a node vary, or differ between models or rows.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::PyFittedModel;
use crate::answers::{PyArrowStrengths, PyDistributionChange, PyInfluence, PyRelevance, PyUnitChange};
use crate::columns::observation;
use crate::options;
use crate::run::run;

#[pymethods]
impl PyFittedModel {
    /// Why the distribution of a target differs between this model and a newer one.
    #[pyo3(signature = (new, target, **options))]
    fn distribution_change<'py>(
        &self,
        py: Python<'py>,
        new: &Self,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyDistributionChange> {
        let config = options::change(py, options)?;
        let answer = run(py, || self.model.distribution_change(&new.model, target, &config))?;
        Ok(PyDistributionChange::new(answer, ()))
    }

    /// How much of what a node varies by comes from each ancestor's own noise.
    #[pyo3(signature = (target, **options))]
    fn intrinsic_influence<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyInfluence> {
        let config = options::config(py, options)?;
        Ok(PyInfluence::new(run(py, || self.model.intrinsic_influence(target, &config))?, ()))
    }

    /// How much each parent does to a node directly.
    #[pyo3(signature = (target, **options))]
    fn arrow_strength<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyArrowStrengths> {
        let config = options::config(py, options)?;
        Ok(PyArrowStrengths::new(run(py, || self.model.arrow_strength(target, &config))?, ()))
    }

    /// How much the parents of a node and its noise matter for its value, everywhere or in one row.
    #[pyo3(signature = (target, event=None, **options))]
    fn parent_relevance<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        event: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyRelevance> {
        let (event, config) = (event.map(observation).transpose()?, options::config(py, options)?);
        let answer = run(py, || match &event {
            Some(event) => self.model.parent_relevance_of_row(target, event, &config),
            None => self.model.parent_relevance(target, &config),
        })?;
        Ok(PyRelevance::new(answer, ()))
    }

    /// Why a target differs between two rows, over the noises and mechanisms of all its causes.
    #[pyo3(signature = (target, before, after, new=None, **options))]
    fn unit_change<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        before: &Bound<'py, PyAny>,
        after: &Bound<'py, PyAny>,
        new: Option<&Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyUnitChange> {
        let (before, after) = (observation(before)?, observation(after)?);
        let (new, config) = (new.unwrap_or(self), options::config(py, options)?);
        let answer = run(py, || self.model.unit_change(&new.model, target, &before, &after, &config))?;
        Ok(PyUnitChange::new(answer, ()))
    }

    /// Why a node differs between two rows, over the values of its parents, its mechanism and its noise.
    #[pyo3(signature = (node, before, after, new=None, **options))]
    fn node_change<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        before: &Bound<'py, PyAny>,
        after: &Bound<'py, PyAny>,
        new: Option<&Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyUnitChange> {
        let (before, after) = (observation(before)?, observation(after)?);
        let (new, config) = (new.unwrap_or(self), options::config(py, options)?);
        let answer = run(py, || self.model.node_change(&new.model, node, &before, &after, &config))?;
        Ok(PyUnitChange::new(answer, ()))
    }
}
