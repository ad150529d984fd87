//! Taking nodes out of a graph: what becomes of the edges, and what is lost.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use super::causal_graph::CausalGraph;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::wording::Visible;

/// Fewest values that a column must have for its node to stay: nothing can be fitted to one.
const FEWEST_VALUES: usize = 2;
/// How many edges or pairs of nodes the text of a report names.
const SHOWN: usize = 12;

/// What [`marginalize`](CausalGraph::marginalize), [`restricted_to`](CausalGraph::restricted_to) or
/// [`restricted_for`](CausalGraph::restricted_for) did to a graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GraphRepair {
    /// The nodes that were taken out, in the order of the graph.
    pub removed: Vec<RemovedNode>,
    /// The edges that were put in for paths through removed nodes, as pairs of cause and effect.
    pub connected: Vec<(String, String)>,
    /// Pairs of nodes that now have a cause in common which nobody measures: the noise of a removed node reaches both
    /// without passing any other that is left. A model of the graph that is left takes their noises to be independent, which
    /// they are not, and may count such a cause twice.
    pub unmeasured_causes: Vec<(String, String)>,
}

/// A node that was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemovedNode {
    /// The node's name.
    pub node: String,
    /// Why.
    pub reason: RemovalReason,
}

/// Why a node was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RemovalReason {
    /// The user asked for it.
    Asked,
    /// The data has no column of its name.
    NoColumn,
    /// Its column holds text.
    Text,
    /// Its column has fewer than two values that are not missing.
    NoValues,
    /// Its column has infinite values.
    Infinite,
    /// Too few rows have a value for it and for all of its causes.
    FewRows,
}

impl CausalGraph {
    /// The graph without some nodes: their parents become causes of their children, so that every causal path between the
    /// nodes that are left stays one.
    ///
    /// This is the directed part of the latent projection (Verma and Pearl, "Equivalence and synthesis of causal models",
    /// UAI 1990). Its other part, pairs of nodes that a removed one influences both, a directed acyclic graph cannot say:
    /// [`GraphRepair::unmeasured_causes`] lists them. Edges that stay keep their order, new ones come after them. Costs
    /// O(nodes · edges).
    ///
    /// # Errors
    /// When there is no such node, one is named twice, or none would be left.
    ///
    /// ```
    /// use etiology::CausalGraph;
    ///
    /// let graph = CausalGraph::from_edges([("db", "queue"), ("queue", "api"), ("queue", "web")])?;
    /// let (rest, repair) = graph.marginalize(["queue"])?;
    /// assert_eq!(rest.parents("api")?, ["db"]);
    /// assert_eq!(repair.unmeasured_causes, [("api".to_owned(), "web".to_owned())]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "latent_projection")]
    pub fn marginalize<N: AsRef<str>>(&self, nodes: impl IntoIterator<Item = N>) -> Result<(Self, GraphRepair)> {
        let mut reasons = vec![None; self.node_count()];
        for node in nodes {
            let node = node.as_ref();
            if reasons[self.position(node)?].replace(RemovalReason::Asked).is_some() {
                return Err(Error::DuplicateNode { node: node.to_owned() });
            }
        }
        self.without(&reasons)
    }

    /// The graph without the nodes that the data cannot tell anything of: those without a column, with a column of text, or
    /// with fewer than two values that are not missing. See [`marginalize`](Self::marginalize) for what becomes of the
    /// edges, and the report for what was done.
    ///
    /// A node that needs no data, because its mechanism is known, would be taken out too: name those to keep in a graph of
    /// your own choice, or call [`marginalize`](Self::marginalize).
    ///
    /// # Errors
    /// When no node would be left.
    pub fn restricted_to(&self, data: &Dataset) -> Result<(Self, GraphRepair)> {
        let reasons: Vec<Option<RemovalReason>> = self.nodes().map(|node| reason_to_remove(data, node)).collect();
        self.without(&reasons)
    }

    /// The graph without the nodes that would stop a question about a target and need not: those that cannot matter for it, as they
    /// are no causes of it, and of which the data can tell nothing or has infinite values; and those of its direct and indirect
    /// causes that were never measured, whose effects become effects of their causes. See
    /// [`marginalize`](Self::marginalize) for what becomes of the edges, and the report for what was done.
    ///
    /// A cause of the target whose column holds text or infinite values stays, and so does the target: that is a fault of the
    /// data, which [`fit`](crate::StructuralCausalModel::fit) tells.
    ///
    /// # Errors
    /// When there is no such target.
    ///
    /// ```
    /// use etiology::{CausalGraph, Dataset};
    ///
    /// let graph = CausalGraph::from_edges([("disk", "db"), ("db", "queue"), ("queue", "web"), ("web", "alarm")])?;
    /// let data = Dataset::from_columns([("disk", [1.0, 2.0, 1.5]), ("db", [2.0, 3.1, 2.4]), ("web", [3.0, 4.0, 3.5])])?;
    /// let (rest, repair) = graph.restricted_for("web", &data)?;
    /// assert_eq!(rest.parents("web")?, ["db"]);
    /// assert_eq!(repair.removed.len(), 2);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn restricted_for(&self, target: &str, data: &Dataset) -> Result<(Self, GraphRepair)> {
        let target = self.position(target)?;
        let causes = self.ancestors_and_self(target);
        let reason = |position: usize| {
            let name = self.name(position);
            let general = reason_to_remove(data, name);
            match general {
                _ if position == target => None,
                Some(RemovalReason::NoColumn | RemovalReason::NoValues) => general,
                _ if causes.contains(&position) => None,
                Some(_) => general,
                None if data.category(name).is_some() => None,
                None if data.column_with_gaps(name).is_err() => Some(RemovalReason::Infinite),
                None => self.has_few_rows(position, data).then_some(RemovalReason::FewRows),
            }
        };
        self.without(&(0..self.node_count()).map(reason).collect::<Vec<_>>())
    }

    /// Whether fewer rows than a line needs have a node and those of its causes that have numbers.
    fn has_few_rows(&self, position: usize, data: &Dataset) -> bool {
        let nodes = self.parent_positions(position).iter().chain([&position]);
        let columns: Vec<_> = nodes.filter_map(|&node| data.column(self.name(node)).ok()).collect();
        let complete = (0..data.rows()).filter(|&row| columns.iter().all(|column| !column[row].is_nan()));
        complete.take(columns.len() + 1).count() <= columns.len()
    }

    /// The graph without the nodes for which there is a reason.
    fn without(&self, reasons: &[Option<RemovalReason>]) -> Result<(Self, GraphRepair)> {
        let name = |position: usize| self.name(position).to_owned();
        let is_removed = |position: usize| reasons[position].is_some();
        let removed = self
            .nodes()
            .zip(reasons)
            .filter_map(|(node, reason)| reason.map(|reason| RemovedNode { node: node.to_owned(), reason }));
        let removed: Vec<RemovedNode> = removed.collect();
        if removed.is_empty() {
            return Ok((self.clone(), GraphRepair::default()));
        }
        let reached = self.reached_through(reasons);
        let direct = self.edge_positions().filter(|&(cause, effect)| !is_removed(cause) && !is_removed(effect));
        let direct: Vec<(usize, usize)> = direct.collect();
        let there: BTreeSet<(usize, usize)> = direct.iter().copied().collect();
        let mut connected = Vec::new();
        let mut pairs = BTreeSet::new();
        for (position, reached) in reached.iter().enumerate() {
            if is_removed(position) {
                let beyond = |&first: &usize| reached.range(first + 1..).map(move |&second| (first, second));
                pairs.extend(reached.iter().flat_map(beyond));
            } else {
                connected.extend(reached.iter().map(|&effect| (position, effect)).filter(|edge| !there.contains(edge)));
            }
        }
        let by_name = |(first, second): (usize, usize)| (name(first), name(second));
        let left = (0..self.node_count()).filter(|&position| !is_removed(position)).map(name);
        let graph = Self::from_nodes_and_edges(left, direct.into_iter().chain(connected.iter().copied()).map(by_name))?;
        let repair = GraphRepair {
            removed,
            connected: connected.into_iter().map(by_name).collect(),
            unmeasured_causes: pairs.into_iter().map(by_name).collect(),
        };
        Ok((graph.with_dropped_calls(self.dropped_calls().to_vec()), repair))
    }

    /// For each node the nodes left that it reaches: one that stays through at least one removed node, and a removed one
    /// directly or through removed nodes.
    fn reached_through(&self, reasons: &[Option<RemovalReason>]) -> Vec<BTreeSet<usize>> {
        let mut children = vec![Vec::new(); self.node_count()];
        self.edge_positions().for_each(|(cause, effect)| children[cause].push(effect));
        let mut reached: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.node_count()];
        for &position in self.topological_positions().iter().rev() {
            let mut own = BTreeSet::new();
            for &child in &children[position] {
                if reasons[child].is_some() {
                    own.extend(&reached[child]);
                } else if reasons[position].is_some() {
                    own.insert(child);
                }
            }
            reached[position] = own;
        }
        reached
    }
}

fn reason_to_remove(data: &Dataset, node: &str) -> Option<RemovalReason> {
    // A category counts as well.
    if data.category(node).is_some() {
        return None;
    }
    match data.column(node) {
        Err(Error::TextColumn { .. }) => Some(RemovalReason::Text),
        Err(_) => Some(RemovalReason::NoColumn),
        Ok(column) => {
            let present = column.iter().filter(|value| !value.is_nan()).count();
            (present < FEWEST_VALUES).then_some(RemovalReason::NoValues)
        }
    }
}

impl fmt::Display for RemovalReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Asked => "as asked",
            Self::NoColumn => "the data has no such column",
            Self::Text => "its column holds text",
            Self::NoValues => "its column has fewer than two values",
            Self::Infinite => "its column has infinite values",
            Self::FewRows => "hardly any row has it and all of its causes",
        })
    }
}

impl fmt::Display for GraphRepair {
    /// A line for every removed node, and one each for what was connected and for what is unmeasured.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        if self.removed.is_empty() {
            return writeln!(formatter, "no node was removed");
        }
        for RemovedNode { node, reason } in &self.removed {
            writeln!(formatter, "removed `{node}`: {reason}")?;
        }
        if !self.connected.is_empty() {
            writeln!(formatter, "connected: {}", list_pairs(&self.connected, " -> "))?;
        }
        if !self.unmeasured_causes.is_empty() {
            writeln!(formatter, "share an unmeasured cause: {}", list_pairs(&self.unmeasured_causes, " and "))?;
        }
        Ok(())
    }
}

fn list_pairs(pairs: &[(String, String)], between: &str) -> String {
    let shown: Vec<String> =
        pairs.iter().take(SHOWN).map(|(first, second)| format!("`{first}`{between}`{second}`")).collect();
    let rest = pairs.len().saturating_sub(SHOWN);
    let tail = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}
