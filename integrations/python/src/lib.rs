//! `etiology` in Python: the classes and functions of `etiology._native`, which the package `etiology` gives to its users.
//!
//! A thin layer: tables, rows and graphs of Python become those of the library without needless copies, keyword arguments become its
//! configurations, and its answers become objects whose fields are dicts and lists. Everything is computed with the interpreter's lock
//! released, and Ctrl-C stops it.

mod answers;
mod attributor;
mod causal_model;
mod columns;
mod errors;
mod fitted;
mod functions;
mod graph;
mod intervention;
mod mechanism;
mod options;
mod run;
mod traces;

use pyo3::prelude::*;

/// The compiled part of `etiology`.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::answers::{
        _attribution_from_json, PyArrowStrengths, PyAssignmentReport, PyAttribution, PyAttributions,
        PyBootstrapIntervals, PyCounterfactualRow, PyDiagnosis, PyDistributionChange, PyDrift, PyEffect, PyEvaluation,
        PyFigureIntervals, PyFitReport, PyInfluence, PyInterventionalTarget, PyRelevance, PyRobustChange,
        PyRowsAttribution, PyRowsDiagnosis, PySystemDiagnosis, PyUnitChange,
    };
    #[pymodule_export]
    use super::attributor::{PyAttributor, PyDiagnoser};
    #[pymodule_export]
    use super::causal_model::PyStructuralCausalModel;
    #[pymodule_export]
    use super::columns::PyDataset;
    #[pymodule_export]
    use super::errors::EtiologyError;
    #[pymodule_export]
    use super::fitted::PyFittedModel;
    #[pymodule_export]
    use super::functions::{
        conditional_independence, feature_relevance, independence, robust, shapley_values, two_samples,
    };
    #[pymodule_export]
    use super::graph::PyCausalGraph;
    #[pymodule_export]
    use super::mechanism::{PyMechanism, PyNoise};
    #[pymodule_export]
    use super::run::{after_fork, set_threads};
    #[pymodule_export]
    use super::traces::PyTraces;
}
