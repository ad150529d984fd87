//! Naming the nodes of a cycle, so that a user can find the wrong edge.

use std::collections::VecDeque;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A shortest cycle through the first node (in insertion order) that is on one, its first node repeated
/// at the end; nothing if there is no cycle. Takes O(nodes + edges).
pub(super) fn find_cycle(graph: &DiGraph<String, ()>) -> Option<Vec<String>> {
    let on_cycle =
        |component: &[NodeIndex]| component.len() > 1 || component.iter().any(|&node| graph.contains_edge(node, node));
    let components = tarjan_scc(graph).into_iter().filter(|component| on_cycle(component));
    let start = components.flatten().min()?;
    let path = shortest_way_back(graph, start)?;
    Some(path.into_iter().map(|node| graph[node].clone()).collect())
}

/// Breadth-first search from a node to itself.
fn shortest_way_back(graph: &DiGraph<String, ()>, start: NodeIndex) -> Option<Vec<NodeIndex>> {
    let mut came_from = vec![None; graph.node_count()];
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in graph.neighbors(node) {
            if next == start {
                return Some(trace_back(&came_from, start, node));
            }
            if came_from[next.index()].is_none() {
                came_from[next.index()] = Some(node);
                queue.push_back(next);
            }
        }
    }
    None
}

/// The steps from `start` to `last` and back to `start`.
fn trace_back(came_from: &[Option<NodeIndex>], start: NodeIndex, last: NodeIndex) -> Vec<NodeIndex> {
    let steps_back =
        std::iter::successors(Some(last), |&node| if node == start { None } else { came_from[node.index()] });
    let mut path: Vec<NodeIndex> = std::iter::once(start).chain(steps_back).collect();
    path.reverse();
    path
}
