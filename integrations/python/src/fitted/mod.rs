//! Fitted models and their questions: one class, whose methods are told by what they ask.

mod checks;
mod influences;
mod interventions;
mod mechanisms;
mod outliers;
mod saved;
mod scores;

use std::sync::Arc;

use etiology::{Dataset, FittedModel};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::answers::{PyAssignmentReport, PyFitReport, as_objects};
use crate::columns::{Columns, PyDataset, dataset, table};
use crate::errors::OrRaise;
use crate::graph::PyCausalGraph;
use crate::run::run;

/// A fitted model: all questions are asked of it. It never changes.
#[pyclass(name = "FittedModel", module = "etiology", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct PyFittedModel {
    pub(crate) model: FittedModel,
}

#[pymethods]
impl PyFittedModel {
    /// The causal graph.
    #[getter]
    fn graph(&self) -> PyCausalGraph {
        PyCausalGraph { graph: self.model.graph().clone() }
    }

    /// 32 characters by which processes tell that they have the same model.
    #[getter]
    fn fingerprint(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.model.fingerprint().or_raise(py)?.to_string())
    }

    /// How many rows the model was fitted to.
    #[getter]
    fn training_rows(&self) -> Option<usize> {
        self.model.training_rows()
    }

    /// What the fit left out and repaired.
    #[getter]
    fn fit_report(&self) -> Option<PyFitReport> {
        self.model.fit_report().map(|report| PyFitReport::new(report.clone(), ()))
    }

    /// Which mechanisms were chosen, and why.
    #[getter]
    fn assignment_report(&self) -> Option<PyAssignmentReport> {
        self.model.assignment_report().map(|report| PyAssignmentReport::new(report.clone(), ()))
    }

    /// What speaks against the model.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        as_objects(py, &self.model.findings())
    }

    /// The levels of a node that is a category; nothing for one that is a number.
    fn levels(&self, py: Python<'_>, node: &str) -> PyResult<Option<Vec<String>>> {
        Ok(self.model.levels(node).or_raise(py)?.map(|levels| levels.names().to_vec()))
    }

    fn __repr__(&self) -> String {
        let graph = self.model.graph();
        let rows = self.model.training_rows().map_or(String::new(), |rows| format!(", fitted to {rows} rows"));
        format!("FittedModel({} nodes{rows})", graph.node_count())
    }

    /// Rows as the model would have them.
    #[pyo3(signature = (rows, *, seed=0))]
    fn draw_samples(&self, py: Python<'_>, rows: usize, seed: u64) -> PyResult<PyDataset> {
        run(py, || self.model.draw_samples(rows, seed)).map(table)
    }
}

impl PyFittedModel {
    /// A table of any kind, of the columns of the model's nodes.
    pub(crate) fn rows(&self, table: &Bound<'_, PyAny>) -> PyResult<Arc<Dataset>> {
        dataset(table, Some(self.model.graph()))
    }

    /// Columns of a table of any kind, borrowed, of the model's nodes.
    pub(crate) fn columns<'py>(model: &FittedModel, table: &Bound<'py, PyAny>) -> PyResult<Columns<'py>> {
        Columns::of(table, Some(model.graph()))
    }
}
