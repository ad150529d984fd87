//! What was answered: fields as dicts and lists, text, tables, pages.

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};

/// The fields of an answer, as they are serialised; found once.
pub(crate) fn fields<'py, A: serde::Serialize>(
    py: Python<'py>,
    answer: &A,
    found: &PyOnceLock<Py<PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let find = || Ok::<_, PyErr>(pythonize::pythonize(py, answer)?.cast_into::<PyDict>()?.unbind());
    Ok(found.get_or_try_init(py, find)?.bind(py).clone())
}

/// A field by name.
pub(crate) fn field<'py>(fields: &Bound<'py, PyDict>, class: &str, name: &str) -> PyResult<Bound<'py, PyAny>> {
    fields.get_item(name)?.ok_or_else(|| PyAttributeError::new_err(format!("`{class}` has no attribute `{name}`")))
}

/// Calls a function of the Python side that shows answers.
pub(crate) fn display<'py>(answer: &Bound<'py, PyAny>, function: &str) -> PyResult<Bound<'py, PyAny>> {
    answer.py().import("etiology._display")?.getattr(function)?.call1((answer,))
}

/// A class of Python for answers of one type of the library, with methods of its own in the braces.
macro_rules! answer {
    ($(#[$doc:meta])* $name:ident, $class:literal, $inner:ty, $about:ty, { $($methods:tt)* }) => {
        $(#[$doc])*
        #[pyclass(name = $class, module = "etiology", frozen)]
        pub(crate) struct $name {
            pub(crate) answer: $inner,
            #[allow(dead_code)]
            about: $about,
            fields: PyOnceLock<Py<PyDict>>,
        }

        impl $name {
            pub(crate) fn new(answer: $inner, about: $about) -> Self {
                Self { answer, about, fields: PyOnceLock::new() }
            }
        }

        #[pymethods]
        impl $name {
            /// All fields, as dicts and lists.
            fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                $crate::answers::fields(py, &self.answer, &self.fields)?.copy()
            }

            fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
                $crate::answers::field(&$crate::answers::fields(py, &self.answer, &self.fields)?, $class, name)
            }

            fn __str__(&self) -> String {
                self.answer.to_string()
            }

            fn __repr__(&self) -> String {
                format!("<etiology.{}>\n{}", $class, self.answer)
            }

            /// The answer's main list as a data frame of pandas.
            fn to_frame<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                $crate::answers::display(slf.as_any(), "to_frame")
            }

            /// What a notebook shows.
            fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                $crate::answers::display(slf.as_any(), "to_html")
            }

            $($methods)*
        }
    };
}

mod attribution;
mod attributions;
mod diagnosis;
mod figures;

pub(crate) use attribution::{_attribution_from_json, PyAttribution, PyRowsAttribution};
pub(crate) use attributions::PyAttributions;
pub(crate) use diagnosis::{PyDiagnosis, PyRowsDiagnosis, PySystemDiagnosis};
pub(crate) use figures::{
    PyArrowStrengths, PyAssignmentReport, PyBootstrapIntervals, PyCounterfactualRow, PyDistributionChange, PyDrift,
    PyEffect, PyEvaluation, PyFigureIntervals, PyFitReport, PyInfluence, PyInterventionalTarget, PyRelevance,
    PyRobustChange, PyUnitChange,
};

/// Findings as dicts.
pub(crate) fn as_objects<'py, A: serde::Serialize>(py: Python<'py>, answers: &[A]) -> PyResult<Bound<'py, PyList>> {
    Ok(pythonize::pythonize(py, answers)?.cast_into::<PyList>()?)
}
