//! What fitting used of the data, and what it had to repair.

use std::fmt::{self, Write};

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use crate::error::list_names;
use crate::wording::Visible;

/// Share of one value from which on a node counts as heavily tied in the text of a report.
const HEAVY_TIES: f64 = 0.1;

/// What [`fit`](crate::StructuralCausalModel::fit) used of the data, node by node, and what it repaired on the way.
///
/// `Display` prints the repairs, a line for each node that has any; serde gives all figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FitReport {
    /// How many rows the data has.
    pub rows: usize,
    /// One per node, in the order of the graph.
    pub nodes: Vec<NodeFit>,
    /// Columns of the data that the graph does not name; they were not looked at.
    pub ignored_columns: Vec<String>,
}

/// What fitting used of the data for one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NodeFit {
    /// The node's name.
    pub node: String,
    /// Whether anything of its mechanism was fitted; if not, it was known and the figures below are 0 or absent.
    pub fitted: bool,
    /// The rows it was fitted to: those in which the node and all its parents are present.
    pub rows_used: usize,
    /// The rows left out because the node or one of its parents is missing there.
    pub rows_incomplete: usize,
    /// The node's only value in the rows used, in its unit, if it never varies there. What would have been learned is
    /// then constant: noise of zero variance, and a parent function with coefficients of 0.
    pub constant: Option<f64>,
    /// Parents that never vary in the rows used, so that nothing can be learned of their effect. A linear regression gives
    /// them the coefficient 0.
    pub constant_parents: Vec<String>,
    /// The share of the rows used that have the node's most frequent value: 1/rows without ties, 1 for a constant.
    pub largest_atom: Option<f64>,
}

impl FitReport {
    /// The entry of a node, if the graph has it.
    pub fn node(&self, node: &str) -> Option<&NodeFit> {
        self.nodes.iter().find(|entry| entry.node == node)
    }

    /// The nodes of which rows were left out, or which are constant, or have constant parents.
    pub fn repaired(&self) -> impl Iterator<Item = &NodeFit> {
        self.nodes.iter().filter(|entry| entry.is_repaired())
    }
}

impl NodeFit {
    /// What is reported of a node whose mechanism was known: that nothing was fitted.
    pub(super) fn known(node: &str) -> Self {
        let (rows_used, rows_incomplete, constant_parents) = (0, 0, Vec::new());
        let node = node.to_owned();
        Self { node, fitted: false, rows_used, rows_incomplete, constant: None, constant_parents, largest_atom: None }
    }

    /// Whether rows were left out, or the node or a parent is constant.
    pub fn is_repaired(&self) -> bool {
        self.rows_incomplete > 0 || self.constant.is_some() || !self.constant_parents.is_empty()
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.rows_incomplete > 0 {
            notes.push(format!("{} rows used, {} incomplete ones left out", self.rows_used, self.rows_incomplete));
        }
        if let Some(value) = self.constant {
            notes.push(format!("always {value}, so any other value is impossible under the model"));
        }
        if !self.constant_parents.is_empty() {
            let parents = list_names(&self.constant_parents);
            notes.push(format!("nothing can be learned of the effect of {parents}, which never varies"));
        }
        if let Some(share) = self.largest_atom.filter(|&share| share >= HEAVY_TIES && self.constant.is_none()) {
            notes.push(format!("{:.0}% of its values are the same", 100.0 * share));
        }
        notes
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let fitted = self.nodes.iter().filter(|entry| entry.fitted).count();
        let (known, repaired) = (self.nodes.len() - fitted, self.repaired().count());
        writeln!(formatter, "{} rows; {fitted} nodes fitted, {known} known; {repaired} repaired", self.rows)?;
        for entry in &self.nodes {
            let notes = entry.notes();
            if !notes.is_empty() {
                writeln!(formatter, "`{}`: {}", entry.node, notes.join("; "))?;
            }
        }
        if !self.ignored_columns.is_empty() {
            let columns = list_names(&self.ignored_columns);
            writeln!(formatter, "columns that the graph does not name: {columns}")?;
        }
        Ok(())
    }
}

/// The share of the most frequent value. Costs O(n log n).
pub(super) fn largest_atom(values: ArrayView1<'_, f64>) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let most = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max()?;
    Some(most as f64 / sorted.len() as f64)
}
