//! Attributions of one event, and of rows taken as one.

use etiology::CausalGraph;
use etiology::attribution::{Attribution, RowsAttribution};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::errors::OrRaise;

/// An answer as JSON, with the edges and the nodes of its graph: what it is pickled as.
type WithGraph = (String, Vec<(String, String)>, Vec<String>);

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

        /// The score, the bars, the graph and the figures as parts of the page, for a page that is there already: HTML with a style of its own.
        fn to_fragment(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_html_fragment(&self.about).or_raise(py)
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
