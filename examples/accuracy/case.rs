//! A fault with its label.

use etiology::{CausalGraph, Dataset, Observation};

/// An event whose root causes are known.
pub(crate) struct Case {
    /// Says which one of a benchmark it is.
    pub(crate) name: String,
    /// Says which part of a benchmark it belongs to.
    pub(crate) kind: String,
    pub(crate) graph: CausalGraph,
    /// Normal operation.
    pub(crate) normal: Dataset,
    /// The rows of the incident.
    pub(crate) rows: Dataset,
    /// Which of them is the one to explain.
    pub(crate) alert: usize,
    /// The rows just before it.
    pub(crate) recent: Option<Dataset>,
    pub(crate) target: String,
    /// Nodes or services.
    pub(crate) root_causes: Vec<String>,
    /// What else is known.
    pub(crate) truth: Truth,
}

/// What is known of simulated incidents.
#[derive(Default)]
pub(crate) struct Truth {
    /// The way of each cause to the target, by nodes.
    pub(crate) paths: Vec<Vec<String>>,
    /// Nodes that are not measured.
    pub(crate) hidden: Vec<String>,
    /// Edges that close loops and are not in the graph.
    pub(crate) loop_edges: Vec<(String, String)>,
    /// Nodes whose record is wrong.
    pub(crate) wrong_records: Vec<String>,
}

impl Case {
    /// The one row to explain.
    pub(crate) fn event(&self) -> etiology::Result<Observation> {
        self.rows.row(self.alert)
    }
}
