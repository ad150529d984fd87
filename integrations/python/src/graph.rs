//! Causal graphs.

use etiology::CausalGraph;
use pyo3::prelude::*;

use crate::columns::name_of;
use crate::errors::OrRaise;

/// Which node acts on which: a directed graph without cycles, of arrows from causes to effects.
///
/// Whatever takes a graph takes a `networkx.DiGraph` or pairs of names as well.
#[pyclass(name = "CausalGraph", module = "etiology", frozen, from_py_object)]
#[derive(Debug, Clone)]
pub(crate) struct PyCausalGraph {
    pub(crate) graph: CausalGraph,
}

#[pymethods]
impl PyCausalGraph {
    #[new]
    #[pyo3(signature = (edges, nodes=None))]
    fn new(edges: &Bound<'_, PyAny>, nodes: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        if nodes.is_none() {
            return Ok(Self { graph: graph(edges)? });
        }
        Ok(Self { graph: of_parts(nodes, edges)? })
    }

    /// The graph of who calls whom, of pairs of caller and callee: a slow callee makes its caller slow.
    #[staticmethod]
    fn from_call_graph(calls: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self { graph: CausalGraph::from_call_graph(pairs(calls)?).or_raise(calls.py())? })
    }

    /// The nodes.
    #[getter]
    fn nodes(&self) -> Vec<String> {
        self.graph.nodes().map(str::to_owned).collect()
    }

    /// The arrows, as pairs of cause and effect.
    #[getter]
    fn edges(&self) -> Vec<(String, String)> {
        self.graph.edges().map(|(cause, effect)| (cause.to_owned(), effect.to_owned())).collect()
    }

    /// The direct causes of a node.
    fn parents(&self, py: Python<'_>, node: &str) -> PyResult<Vec<String>> {
        Ok(self.graph.parents(node).or_raise(py)?.into_iter().map(str::to_owned).collect())
    }

    /// The direct effects of a node.
    fn children(&self, py: Python<'_>, node: &str) -> PyResult<Vec<String>> {
        Ok(self.graph.children(node).or_raise(py)?.into_iter().map(str::to_owned).collect())
    }

    /// All nodes that act on a node, directly or not.
    fn ancestors(&self, py: Python<'_>, node: &str) -> PyResult<Vec<String>> {
        Ok(self.graph.ancestors(node).or_raise(py)?.into_iter().map(str::to_owned).collect())
    }

    /// The nodes, causes before effects.
    fn topological_order(&self) -> Vec<String> {
        self.graph.topological_order().into_iter().map(str::to_owned).collect()
    }

    /// The graph in the language of Graphviz.
    fn to_dot(&self) -> String {
        self.graph.to_dot()
    }

    fn __contains__(&self, node: &str) -> bool {
        self.graph.contains(node)
    }

    fn __len__(&self) -> usize {
        self.graph.node_count()
    }

    fn __repr__(&self) -> String {
        format!("CausalGraph({} nodes, {} edges)", self.graph.node_count(), self.graph.edge_count())
    }

    fn __getnewargs__(&self) -> (Vec<(String, String)>, Vec<String>) {
        (self.edges(), self.nodes())
    }
}

/// A graph of any kind.
pub(crate) fn graph(graph: &Bound<'_, PyAny>) -> PyResult<CausalGraph> {
    if let Ok(graph) = graph.cast::<PyCausalGraph>() {
        return Ok(graph.get().graph.clone());
    }
    match (graph.getattr_opt("nodes")?, graph.getattr_opt("edges")?) {
        (Some(nodes), Some(edges)) => of_parts(Some(&nodes), &edges),
        _ => of_parts(None, graph),
    }
}

fn of_parts(nodes: Option<&Bound<'_, PyAny>>, edges: &Bound<'_, PyAny>) -> PyResult<CausalGraph> {
    let pairs = pairs(edges)?;
    let graph = match nodes {
        None => CausalGraph::from_edges(pairs),
        Some(nodes) => {
            let nodes: Vec<String> = nodes.try_iter()?.map(|node| name_of(&node?)).collect::<PyResult<_>>()?;
            CausalGraph::from_nodes_and_edges(nodes, pairs)
        }
    };
    graph.or_raise(edges.py())
}

fn pairs(edges: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let pair = |edge: PyResult<Bound<'_, PyAny>>| -> PyResult<(String, String)> {
        let (cause, effect): (Bound<'_, PyAny>, Bound<'_, PyAny>) = edge?.extract()?;
        Ok((name_of(&cause)?, name_of(&effect)?))
    };
    edges.try_iter()?.map(pair).collect()
}
