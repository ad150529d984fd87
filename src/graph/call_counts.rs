//! Counted calls: cycles of calls are broken at their rarest call.

use std::collections::HashMap;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::causal_graph::CausalGraph;
use super::dropped_call::{DropReason, DroppedCall, reason_to_drop};
use crate::error::Result;
use crate::numeric::ranks::sort_by;

impl CausalGraph {
    /// A causal graph from counted calls, as triples of caller, callee and number of calls; cycles are broken.
    ///
    /// The callee is the cause, as in [`from_call_graph`](Self::from_call_graph). Counts of a repeated pair are added. Where
    /// services call each other in a cycle, as retries and callbacks make them do, calls are taken in the order of falling
    /// counts (the one named first, if equal), and one that would close a cycle is left out: so every call left out is the
    /// rarest of a cycle of calls that are kept. [`dropped_calls`](Self::dropped_calls) names these beside self-calls and
    /// blank names. Nodes of which all calls are left out stay, without edges, unless their name is blank.
    ///
    /// Costs O(calls), and O(calls²) within a group of services that all reach each other.
    ///
    /// # Errors
    /// When no service with a name is left.
    ///
    /// ```
    /// use etiology::CausalGraph;
    /// use etiology::graph::DropReason;
    ///
    /// let graph = CausalGraph::from_call_counts([("web", "api", 900), ("api", "db", 700), ("db", "web", 2)])?;
    /// assert_eq!(graph.topological_order(), ["db", "api", "web"]);
    /// assert_eq!(graph.dropped_calls()[0].reason, DropReason::RarestOfCycle);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn from_call_counts<A: Into<String>, B: Into<String>>(
        calls: impl IntoIterator<Item = (A, B, u64)>,
    ) -> Result<Self> {
        Self::from_counted(&[], calls)
    }

    /// A graph from counted calls, with further nodes that may have no calls.
    pub(crate) fn from_counted<A: Into<String>, B: Into<String>>(
        nodes: &[String],
        calls: impl IntoIterator<Item = (A, B, u64)>,
    ) -> Result<Self> {
        let mut counted = CountedCalls::default();
        for node in nodes {
            counted.node(node);
        }
        for (caller, callee, count) in calls {
            counted.add(caller.into(), callee.into(), count);
        }
        let closing = closing_edges(&counted.graph);
        let mut edges = Vec::with_capacity(counted.graph.edge_count());
        for (edge, closes_cycle) in counted.graph.raw_edges().iter().zip(closing) {
            let name = |node: NodeIndex| counted.graph[node].clone();
            let (caller, callee) = (name(edge.source()), name(edge.target()));
            if closes_cycle {
                counted.dropped.push(DroppedCall { caller, callee, reason: DropReason::RarestOfCycle });
            } else {
                edges.push((callee, caller));
            }
        }
        let graph = Self::from_nodes_and_edges(counted.graph.node_weights(), edges)?;
        Ok(graph.with_dropped_calls(counted.dropped))
    }
}

/// The calls worth keeping, caller to callee, and those that are not.
#[derive(Default)]
struct CountedCalls {
    graph: DiGraph<String, u64>,
    nodes: HashMap<String, NodeIndex>,
    edges: HashMap<(NodeIndex, NodeIndex), petgraph::graph::EdgeIndex>,
    dropped: Vec<DroppedCall>,
}

impl CountedCalls {
    fn add(&mut self, caller: String, callee: String, count: u64) {
        let reason = reason_to_drop(&caller, &callee);
        if reason == Some(DropReason::BlankName) {
            self.dropped.push(DroppedCall { caller, callee, reason: DropReason::BlankName });
            return;
        }
        // The cause first, so that without cycles this is the graph, node by node, that uncounted calls give.
        let callee_node = self.node(&callee);
        let ends = (self.node(&caller), callee_node);
        if let Some(reason) = reason {
            self.dropped.push(DroppedCall { caller, callee, reason });
        } else if let Some(&edge) = self.edges.get(&ends) {
            self.graph[edge] = self.graph[edge].saturating_add(count);
        } else {
            self.edges.insert(ends, self.graph.add_edge(ends.0, ends.1, count));
        }
    }

    fn node(&mut self, name: &str) -> NodeIndex {
        if let Some(&node) = self.nodes.get(name) {
            return node;
        }
        let node = self.graph.add_node(name.to_owned());
        self.nodes.insert(name.to_owned(), node);
        node
    }
}

/// For each edge whether it closes a cycle of edges that are kept, when the heaviest are taken first.
fn closing_edges(graph: &DiGraph<String, u64>) -> Vec<bool> {
    let mut component = vec![0; graph.node_count()];
    for (number, members) in tarjan_scc(graph).iter().enumerate() {
        for member in members {
            component[member.index()] = number;
        }
    }
    let ends = |edge: usize| {
        let edge = &graph.raw_edges()[edge];
        (edge.source().index(), edge.target().index())
    };
    // Only edges within a strongly connected component are on a cycle.
    let on_cycle = |&edge: &usize| component[ends(edge).0] == component[ends(edge).1];
    let mut heaviest_first: Vec<usize> = (0..graph.edge_count()).filter(on_cycle).collect();
    let weight = |edge: usize| graph.raw_edges()[edge].weight;
    sort_by(&mut heaviest_first, &|&one, &other| weight(other).cmp(&weight(one)));
    let mut closing = vec![false; graph.edge_count()];
    let mut kept: Vec<Vec<usize>> = vec![Vec::new(); graph.node_count()];
    for edge in heaviest_first {
        let (caller, callee) = ends(edge);
        if reaches(&kept, callee, caller) {
            closing[edge] = true;
        } else {
            kept[caller].push(callee);
        }
    }
    closing
}

fn reaches(successors: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; successors.len()];
    let mut stack = vec![from];
    while let Some(node) = stack.pop() {
        if node == to {
            return true;
        }
        if !std::mem::replace(&mut seen[node], true) {
            stack.extend(&successors[node]);
        }
    }
    false
}
