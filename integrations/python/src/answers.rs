//! What was answered: fields as dicts and lists, text, tables, pages.

use etiology::attribution::{AttributedColumns, Attribution, RowsAttribution};
use etiology::report::{ChangeReport, HtmlReport, Units};
use etiology::verdicts::{Diagnosis, RowsDiagnosis, SystemDiagnosis};
use etiology::{CausalGraph, FittedModel};
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};

use crate::errors::{OrRaise, exception};

/// An answer as JSON, with the edges and the nodes of its graph: what it is pickled as.
type WithGraph = (String, Vec<(String, String)>, Vec<String>);

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
answer! {
    /// Which nodes caused one outlier, and by how much.
    PyAttribution, "Attribution", Attribution, CausalGraph, {
        /// The contribution of every node, the largest first: in nats, or in the target's unit.
        #[getter]
        fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
            let values = PyDict::new(py);
            self.answer.ranked().iter().try_for_each(|one| values.set_item(&one.node, one.value))?;
            Ok(values)
        }

        /// The standard error of every contribution.
        #[getter]
        fn std_errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
            let errors = PyDict::new(py);
            self.answer.ranked().iter().try_for_each(|one| errors.set_item(&one.node, one.std_error))?;
            Ok(errors)
        }

        /// By which engine it was answered, and why.
        fn explain(&self) -> String {
            self.answer.explain().to_string()
        }

        /// The ranked nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }

        /// A bar chart of text.
        fn to_bar_chart(&self) -> String {
            self.answer.to_bar_chart()
        }

        /// The graph, coloured by contribution, in the language of Graphviz.
        fn to_dot(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_dot(&self.about).or_raise(py)
        }

        /// The graph, coloured by contribution, in the language of Mermaid.
        fn to_mermaid(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_mermaid(&self.about).or_raise(py)
        }

        /// The graph, coloured by contribution, as a drawing.
        fn to_svg(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_svg(&self.about).or_raise(py)
        }

        fn __reduce__(&self, py: Python<'_>) -> PyResult<(Py<PyAny>, WithGraph)> {
            let json = serde_json::to_string(&self.answer).map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
            let nodes = self.about.nodes().map(str::to_owned).collect();
            let edges = self.about.edges().map(|(cause, effect)| (cause.to_owned(), effect.to_owned())).collect();
            Ok((py.import("etiology._native")?.getattr("_attribution_from_json")?.unbind(), (json, edges, nodes)))
        }
    }
}

/// An attribution that was pickled.
#[pyfunction]
pub(crate) fn _attribution_from_json(
    py: Python<'_>,
    json: &str,
    edges: Vec<(String, String)>,
    nodes: Vec<String>,
) -> PyResult<PyAttribution> {
    let answer =
        serde_json::from_str(json).map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
    Ok(PyAttribution::new(answer, CausalGraph::from_nodes_and_edges(nodes, edges).or_raise(py)?))
}

answer! {
    /// Which nodes made several rows, taken as one event, unusual.
    PyRowsAttribution, "RowsAttribution", RowsAttribution, (), {
        /// The ranked nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// Who is the root cause of an event: the verdict of several methods, with what speaks against it.
    PyDiagnosis, "Diagnosis", Diagnosis, FittedModel, {
        /// What happened and who is to blame, in a sentence or two.
        #[getter]
        fn headline(&self) -> String {
            self.answer.headline()
        }

        /// The node to blame; nothing where the evidence is too thin to name one.
        #[getter]
        fn root_cause(&self) -> Option<String> {
            self.answer.root_cause().map(str::to_owned)
        }

        /// At most five lines for a chat. `units` is text as `Website=s, price=EUR`, or `ms` for all nodes.
        #[pyo3(signature = (units=None))]
        fn to_markdown(&self, py: Python<'_>, units: Option<&str>) -> PyResult<String> {
            Ok(self.answer.to_markdown(&self::units(py, units)?))
        }

        /// The whole text in units.
        #[pyo3(signature = (units=None))]
        fn to_text(&self, py: Python<'_>, units: Option<&str>) -> PyResult<String> {
            Ok(self.answer.in_units(&self::units(py, units)?).to_string())
        }

        /// A page that stands by itself.
        #[pyo3(signature = (title=None, units=None))]
        fn to_page(&self, py: Python<'_>, title: Option<String>, units: Option<&str>) -> PyResult<String> {
            let mut report = HtmlReport::new(&self.about, &self.answer).with_units(self::units(py, units)?);
            if let Some(title) = title {
                report = report.with_title(title);
            }
            report.to_html().or_raise(py)
        }

        /// The graph with the suspects, as a drawing.
        fn to_svg(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_svg(self.about.graph()).or_raise(py)
        }

        /// The graph with the suspects, in the language of Graphviz.
        fn to_dot(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_dot(self.about.graph()).or_raise(py)
        }

        /// The graph with the suspects, in the language of Mermaid.
        fn to_mermaid(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_mermaid(self.about.graph()).or_raise(py)
        }

        /// The event as gauges of OpenMetrics.
        fn to_open_metrics(&self) -> String {
            self.answer.to_open_metrics()
        }

        /// The attribution of the score.
        fn to_attribution(&self) -> PyAttribution {
            PyAttribution::new(self.answer.attribution.clone(), self.about.graph().clone())
        }
    }
}

/// Units as the command line takes them.
fn units(py: Python<'_>, units: Option<&str>) -> PyResult<Units> {
    units.map_or_else(|| Ok(Units::default()), |units| Units::default().said(units)).or_raise(py)
}

answer! {
    /// Who is the root cause of several rows, taken as one event.
    PyRowsDiagnosis, "RowsDiagnosis", RowsDiagnosis, (), {
        /// The node to blame; nothing where the evidence is too thin to name one.
        #[getter]
        fn root_cause(&self) -> Option<String> {
            self.answer.root_cause().map(str::to_owned)
        }
    }
}

answer! {
    /// Who is the root cause of whatever is unusual in a row, without a target.
    PySystemDiagnosis, "SystemDiagnosis", SystemDiagnosis, (), {
        /// The node to blame; nothing where the evidence is too thin to name one.
        #[getter]
        fn root_cause(&self) -> Option<String> {
            self.answer.root_cause().map(str::to_owned)
        }
    }
}

answer! {
    /// Why the distribution of a target changed.
    PyDistributionChange, "DistributionChange", etiology::change::DistributionChange, (), {
        /// The nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }

        /// By which engine it was answered, and why.
        fn explain(&self) -> String {
            self.answer.explain().to_string()
        }

        /// A page that stands by itself.
        #[pyo3(signature = (title=None))]
        fn to_page(&self, title: Option<String>) -> String {
            let report = ChangeReport::new(&self.answer);
            title.map_or(report.clone(), |title| report.with_title(title)).to_html()
        }
    }
}

answer! {
    /// Why a mean, a variance or a frequency changed, by multiply robust estimates.
    PyRobustChange, "RobustChange", etiology::robust_change::RobustChange, (), {
        /// The nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// How much of what a node varies by comes from each ancestor's own noise.
    PyInfluence, "IntrinsicInfluence", etiology::influence::IntrinsicInfluence, (), {
        /// The nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// How much each parent does to a node directly.
    PyArrowStrengths, "ArrowStrengths", etiology::arrow_strength::ArrowStrengths, (), {
        /// The arrows as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// How much the inputs of a mechanism, or of a function, matter.
    PyRelevance, "Relevance", etiology::relevance::Relevance, (), {
        /// The inputs as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// Why a value differs between two rows.
    PyUnitChange, "UnitChange", etiology::unit_change::UnitChange, (), {
        /// The parts as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }

        /// By how much the value differs.
        #[getter]
        fn total(&self) -> f64 {
            self.answer.total()
        }
    }
}

answer! {
    /// How much another intervention does to a node on average.
    PyEffect, "Effect", etiology::intervention::Effect, (), {}
}

answer! {
    /// Mean and spread of a node under an intervention.
    PyInterventionalTarget, "InterventionalTarget", etiology::intervention::InterventionalTarget, (), {}
}

answer! {
    /// What a row would have been, node by node.
    PyCounterfactualRow, "CounterfactualRow", etiology::intervention::CounterfactualRow, (), {}
}

answer! {
    /// Whether a model is any good.
    PyEvaluation, "ModelEvaluation", etiology::evaluation::ModelEvaluation, (), {}
}

answer! {
    /// Whether nodes have moved since training.
    PyDrift, "DriftReport", etiology::drift::DriftReport, (), {}
}

answer! {
    /// What a fit left out and repaired.
    PyFitReport, "FitReport", etiology::model::FitReport, (), {}
}

answer! {
    /// Which mechanisms were chosen, and why.
    PyAssignmentReport, "AssignmentReport", etiology::mechanism::AssignmentReport, (), {}
}

answer! {
    /// Intervals of an attribution that include the fit.
    PyBootstrapIntervals, "BootstrapIntervals", etiology::bootstrap::BootstrapIntervals, (), {}
}

answer! {
    /// Intervals of any figures that include the fit.
    PyFigureIntervals, "FigureIntervals", etiology::bootstrap::FigureIntervals, (), {}
}

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

/// Findings as dicts.
pub(crate) fn as_objects<'py, A: serde::Serialize>(py: Python<'py>, answers: &[A]) -> PyResult<Bound<'py, PyList>> {
    Ok(pythonize::pythonize(py, answers)?.cast_into::<PyList>()?)
}
