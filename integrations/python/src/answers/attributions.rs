//! The attributions of many events, in columns.

use etiology::attribution::AttributedColumns;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::exception;

/// The attributions of many events, in columns.
#[pyclass(name = "Attributions", module = "etiology", frozen)]
#[derive(Debug)]
pub(crate) struct PyAttributions {
    pub(crate) columns: AttributedColumns,
}

impl PyAttributions {
    fn by_node<'py>(
        &self,
        py: Python<'py>,
        of_node: impl for<'c> Fn(&'c AttributedColumns, &str) -> Option<&'c [f64]>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let arrays = PyDict::new(py);
        for node in self.columns.nodes() {
            if let Some(values) = of_node(&self.columns, node) {
                arrays.set_item(node, PyArray1::from_slice(py, values))?;
            }
        }
        Ok(arrays)
    }
}

#[pymethods]
impl PyAttributions {
    /// The node whose values are explained.
    #[getter]
    fn target(&self) -> &str {
        self.columns.target()
    }

    /// The nodes that values are split over.
    #[getter]
    fn nodes(&self) -> Vec<String> {
        self.columns.nodes().to_vec()
    }

    /// For every node an array with its contribution to each event; NaN where there is no answer.
    #[getter]
    fn contributions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.by_node(py, AttributedColumns::contributions)
    }

    /// For every node an array with the standard errors of its contributions.
    #[getter]
    fn std_errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.by_node(py, AttributedColumns::std_errors)
    }

    /// The scores, in nats, or the deviations from the mean.
    #[getter]
    fn scores<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, self.columns.scores())
    }

    /// What no node is given, for events that are impossible under the model in every coalition.
    #[getter]
    fn unexplained<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, self.columns.unexplained())
    }

    /// Whether scores are at the ceiling of the floor.
    #[getter]
    fn saturated<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<bool>> {
        self.columns.saturated().to_vec().into_pyarray(py)
    }

    /// The rows without an answer, each with the reason.
    #[getter]
    fn failures(&self) -> Vec<(usize, String)> {
        self.columns.failures().iter().map(|(row, error)| (*row, error.to_string())).collect()
    }

    /// What speaks against single answers: row, nodes, evidence and remedy.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(pythonize::pythonize(py, self.columns.findings())?)
    }

    /// Raises the error of the first row without an answer, if there is one.
    fn check(&self, py: Python<'_>) -> PyResult<()> {
        self.columns.failures().first().map_or(Ok(()), |(_, error)| Err(exception(py, error)))
    }

    /// A data frame with a row for each event and a column for each node.
    fn to_frame<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("pandas")?.call_method1("DataFrame", (self.contributions(py)?,))
    }

    /// What a notebook shows: the data frame.
    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        super::display(slf.as_any(), "frame_to_html")
    }

    fn __len__(&self) -> usize {
        self.columns.rows()
    }

    /// The names of the nodes by what they contribute to an event, the most first.
    fn ranked(&self, row: usize) -> Vec<(String, f64)> {
        self.columns.ranked(row).iter().map(|one| (one.node.to_owned(), one.value)).collect()
    }

    fn __repr__(&self) -> String {
        format!("Attributions({} events of `{}`)", self.columns.rows(), self.columns.target())
    }
}
