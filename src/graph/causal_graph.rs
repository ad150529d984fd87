//! The graph type: names outside, frozen positions inside.

use std::collections::HashMap;

use petgraph::algo::toposort;
use petgraph::dot::{Config, Dot};
use petgraph::graph::{DiGraph, IndexType, NodeIndex};
use petgraph::visit::EdgeRef;

use super::cycle::find_cycle;
use super::dropped_call::DroppedCall;
use crate::error::{Error, Result, list_with_guess};

/// A directed acyclic graph whose edges point from cause to effect.
///
/// Nodes keep the order in which they were first named, parents the order in which their edges were
/// given. Inside the crate a node is its position in that order.
#[derive(Debug, Clone)]
#[doc(alias = "DiGraph")]
pub struct CausalGraph {
    graph: DiGraph<String, ()>,
    positions: HashMap<String, usize>,
    parents: Vec<Vec<usize>>,
    topological_order: Vec<usize>,
    dropped_calls: Vec<DroppedCall>,
}

impl CausalGraph {
    /// A graph from pairs of cause and effect. Repeated edges count once.
    ///
    /// # Errors
    /// When there are no edges, a name is blank, or the edges form a cycle.
    ///
    /// ```
    /// use etiology::CausalGraph;
    ///
    /// let graph = CausalGraph::from_edges([("rain", "wet"), ("sprinkler", "wet")])?;
    /// assert_eq!(graph.parents("wet")?, ["rain", "sprinkler"]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn from_edges<A: Into<String>, B: Into<String>>(edges: impl IntoIterator<Item = (A, B)>) -> Result<Self> {
        Self::from_nodes_and_edges(Vec::<String>::new(), edges)
    }

    /// A graph from nodes, some of which may have no edge, and pairs of cause and effect. Nodes that
    /// only the edges name come after those listed. Repeated edges count once.
    ///
    /// # Errors
    /// When there are no nodes, a name is blank, a node is listed twice, or the edges form a cycle.
    pub fn from_nodes_and_edges<N: Into<String>, A: Into<String>, B: Into<String>>(
        nodes: impl IntoIterator<Item = N>,
        edges: impl IntoIterator<Item = (A, B)>,
    ) -> Result<Self> {
        let mut builder = Builder::default();
        for node in nodes {
            let node = node.into();
            if builder.positions.contains_key(&node) {
                return Err(Error::DuplicateNode { node });
            }
            builder.node(node)?;
        }
        for (cause, effect) in edges {
            let cause = builder.node(cause.into())?;
            let effect = builder.node(effect.into())?;
            builder.graph.update_edge(cause, effect, ());
        }
        builder.freeze()
    }

    /// A graph from a petgraph graph whose edges point from cause to effect; edge weights are ignored.
    ///
    /// # Errors
    /// As for [`from_nodes_and_edges`](Self::from_nodes_and_edges).
    pub fn from_petgraph<N: AsRef<str>, E, Ix: IndexType>(
        graph: &petgraph::Graph<N, E, petgraph::Directed, Ix>,
    ) -> Result<Self> {
        let name = |node: NodeIndex<Ix>| graph[node].as_ref();
        Self::from_nodes_and_edges(
            graph.node_indices().map(name),
            graph.edge_references().map(|edge| (name(edge.source()), name(edge.target()))),
        )
    }

    pub(crate) fn with_dropped_calls(mut self, dropped_calls: Vec<DroppedCall>) -> Self {
        self.dropped_calls = dropped_calls;
        self
    }

    /// The calls that [`from_call_graph`](Self::from_call_graph) left out.
    pub fn dropped_calls(&self) -> &[DroppedCall] {
        &self.dropped_calls
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.graph.node_count()
    }

    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    /// The nodes, in the order in which they were first named.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.graph.node_indices().map(|node| self.graph[node].as_str())
    }

    /// The edges as pairs of cause and effect, in the order in which they were given.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let name = |node: NodeIndex| self.graph[node].as_str();
        self.graph.edge_references().map(move |edge| (name(edge.source()), name(edge.target())))
    }

    /// The nodes with every cause before its effects.
    pub fn topological_order(&self) -> Vec<&str> {
        self.names(&self.topological_order)
    }

    /// Whether the graph has such a node.
    pub fn contains(&self, node: &str) -> bool {
        self.positions.contains_key(node)
    }

    /// The direct causes of a node, in the order in which their edges were given.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn parents(&self, node: &str) -> Result<Vec<&str>> {
        Ok(self.names(&self.parents[self.position(node)?]))
    }

    /// The direct effects of a node, in the order in which the nodes were named.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn children(&self, node: &str) -> Result<Vec<&str>> {
        let position = self.position(node)?;
        let children: Vec<usize> =
            (0..self.node_count()).filter(|&child| self.parents[child].contains(&position)).collect();
        Ok(self.names(&children))
    }

    /// All direct and indirect causes of a node, without the node itself, in topological order.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn ancestors(&self, node: &str) -> Result<Vec<&str>> {
        let position = self.position(node)?;
        let mut ancestors = self.ancestors_and_self(position);
        ancestors.retain(|&ancestor| ancestor != position);
        Ok(self.names(&ancestors))
    }

    /// The graph in the DOT language of Graphviz.
    #[doc(alias = "plot")]
    pub fn to_dot(&self) -> String {
        let printable = self.graph.map(|_, name| name.as_str(), |_, ()| "");
        Dot::with_config(&printable, &[Config::EdgeNoLabel]).to_string()
    }

    /// The edges as positions of cause and effect, in the order in which they were given.
    pub(super) fn edge_positions(&self) -> impl Iterator<Item = (usize, usize)> {
        self.graph.edge_references().map(|edge| (edge.source().index(), edge.target().index()))
    }

    /// The position of a node.
    pub(crate) fn position(&self, node: &str) -> Result<usize> {
        self.positions.get(node).copied().ok_or_else(|| Error::UnknownNode {
            node: node.to_owned(),
            available: list_with_guess(&self.nodes().collect::<Vec<_>>(), node),
        })
    }

    /// The name of the node at a position.
    pub(crate) fn name(&self, position: usize) -> &str {
        &self.graph[NodeIndex::new(position)]
    }

    /// The positions of a node's parents.
    pub(crate) fn parent_positions(&self, position: usize) -> &[usize] {
        &self.parents[position]
    }

    /// All positions, every cause before its effects.
    pub(crate) fn topological_positions(&self) -> &[usize] {
        &self.topological_order
    }

    /// A node and all its direct and indirect causes, in topological order. Takes O(nodes + edges).
    pub(crate) fn ancestors_and_self(&self, position: usize) -> Vec<usize> {
        let mut wanted = vec![false; self.node_count()];
        wanted[position] = true;
        let mut stack = vec![position];
        while let Some(node) = stack.pop() {
            for &parent in &self.parents[node] {
                if !std::mem::replace(&mut wanted[parent], true) {
                    stack.push(parent);
                }
            }
        }
        self.topological_order.iter().copied().filter(|&node| wanted[node]).collect()
    }

    fn names(&self, positions: &[usize]) -> Vec<&str> {
        positions.iter().map(|&position| self.name(position)).collect()
    }
}

/// A graph that is still growing.
#[derive(Default)]
struct Builder {
    graph: DiGraph<String, ()>,
    positions: HashMap<String, usize>,
}

impl Builder {
    fn node(&mut self, name: String) -> Result<NodeIndex> {
        if let Some(&position) = self.positions.get(&name) {
            return Ok(NodeIndex::new(position));
        }
        if name.trim().is_empty() {
            return Err(Error::BlankName { what: "a node".to_owned(), position: self.graph.node_count() });
        }
        self.positions.insert(name.clone(), self.graph.node_count());
        Ok(self.graph.add_node(name))
    }

    fn freeze(self) -> Result<CausalGraph> {
        let Self { graph, positions } = self;
        if graph.node_count() == 0 {
            return Err(Error::Empty { what: "the causal graph".to_owned(), expected: "edge or node" });
        }
        if let Some(nodes) = find_cycle(&graph) {
            return Err(Error::Cycle { nodes });
        }
        let mut parents = vec![Vec::new(); graph.node_count()];
        for edge in graph.edge_references() {
            parents[edge.target().index()].push(edge.source().index());
        }
        // A cycle was ruled out above, which is the only way for a topological sort to fail.
        let order = toposort(&graph, None).map_err(|_| Error::Cycle { nodes: Vec::new() })?;
        let topological_order = order.into_iter().map(NodeIndex::index).collect();
        Ok(CausalGraph { graph, positions, parents, topological_order, dropped_calls: Vec::new() })
    }
}
