//! Cases whose graph is not that of the system.

use etiology::{CausalGraph, Result};
use rand::{RngExt, rngs::ChaCha8Rng};

use super::Case;

type Edge = (String, String);

/// A node with several children is not in the graph: the culprit, or another one. Nothing where there is none.
pub(super) fn hidden(case: Case, is_culprit: bool, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    let matters = ancestors(&case.graph, &case.target)?;
    let mut candidates = Vec::new();
    for node in &matters {
        let children = children_that_matter(&case, node, &matters)?;
        let suits = case.right.contains(node) == is_culprit && *node != case.target && children.len() > 1;
        candidates.extend(suits.then(|| (node.clone(), children)));
    }
    let Some((hidden, children)) = pick(&candidates, generator) else { return Ok(None) };
    let nodes: Vec<&str> = case.graph.nodes().filter(|node| node != hidden).collect();
    let edges = case.graph.edges().filter(|(from, to)| from != hidden && to != hidden);
    let graph = CausalGraph::from_nodes_and_edges(nodes, edges)?;
    let right = if is_culprit { children.clone() } else { case.right.clone() };
    // The culprit's only way to the target may have led through what is hidden.
    let left = ancestors(&graph, &case.target)?;
    let right = if right.iter().any(|node| left.contains(node)) { right } else { children.clone() };
    Ok(Some(Case { graph, right, ..case }))
}

/// One edge among those that matter for the target is missing.
pub(super) fn missing_edge(case: Case, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    let edges = edges_that_matter(&case)?;
    let Some(missing) = pick(&edges, generator) else { return Ok(None) };
    let graph = with_edges(&case.graph, |edge| (edge != *missing).then_some(edge))?;
    as_seen(case, graph, &missing.1).map(Some)
}

/// One edge among those that matter for the target points the other way. Nothing where that closes a cycle.
pub(super) fn turned_edge(case: Case, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    let edges = edges_that_matter(&case)?;
    let Some(turned) = pick(&edges, generator) else { return Ok(None) };
    let graph = with_edges(&case.graph, |edge| Some(if edge == *turned { (edge.1, edge.0) } else { edge }));
    match graph {
        Ok(graph) => as_seen(case, graph, &turned.1).map(Some),
        Err(_) => Ok(None),
    }
}

/// One edge is added between nodes that matter for the target, from an earlier to a later one.
pub(super) fn added_edge(case: Case, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    let matters = ancestors(&case.graph, &case.target)?;
    let order: Vec<&str> =
        case.graph.topological_order().into_iter().filter(|node| matters.iter().any(|m| m == node)).collect();
    let mut candidates = Vec::new();
    for (place, to) in order.iter().enumerate() {
        let parents = case.graph.parents(to)?;
        let added = order[..place].iter().filter(|from| !parents.contains(from));
        candidates.extend(added.map(|from| ((*from).to_owned(), (*to).to_owned())));
    }
    let Some(added) = pick(&candidates, generator).cloned() else { return Ok(None) };
    let edges: Vec<Edge> = owned_edges(&case.graph).chain([added]).collect();
    let graph = CausalGraph::from_nodes_and_edges(case.graph.nodes(), edges)?;
    Ok(Some(Case { graph, ..case }))
}

/// All edges point the other way, so that the target has no causes. Nothing where the target is at fault itself, which would
/// be right by accident.
pub(super) fn turned(case: Case) -> Result<Option<Case>> {
    if case.right.contains(&case.target) {
        return Ok(None);
    }
    let graph = with_edges(&case.graph, |(from, to)| Some((to, from)))?;
    Ok(Some(Case { graph, right: Vec::new(), ..case }))
}

/// The case with this graph. Where the culprit does not reach the target any more, right is where its effect enters: the end
/// of the edge that was changed.
fn as_seen(case: Case, graph: CausalGraph, end: &str) -> Result<Case> {
    let left = ancestors(&graph, &case.target)?;
    let right =
        if case.right.iter().any(|node| left.contains(node)) { case.right.clone() } else { vec![end.to_owned()] };
    Ok(Case { graph, right, ..case })
}

/// The target and its ancestors.
fn ancestors(graph: &CausalGraph, target: &str) -> Result<Vec<String>> {
    let ancestors = graph.ancestors(target)?;
    let target = (!ancestors.contains(&target)).then_some(target);
    Ok(ancestors.into_iter().chain(target).map(str::to_owned).collect())
}

fn children_that_matter(case: &Case, node: &str, matters: &[String]) -> Result<Vec<String>> {
    let children = case.graph.children(node)?.into_iter().map(str::to_owned);
    Ok(children.filter(|child| matters.contains(child)).collect())
}

fn edges_that_matter(case: &Case) -> Result<Vec<Edge>> {
    let matters = ancestors(&case.graph, &case.target)?;
    Ok(owned_edges(&case.graph).filter(|(_, to)| matters.contains(to)).collect())
}

fn owned_edges(graph: &CausalGraph) -> impl Iterator<Item = Edge> + '_ {
    graph.edges().map(|(from, to)| (from.to_owned(), to.to_owned()))
}

fn with_edges(graph: &CausalGraph, change: impl Fn(Edge) -> Option<Edge>) -> Result<CausalGraph> {
    let edges: Vec<Edge> = owned_edges(graph).filter_map(change).collect();
    CausalGraph::from_nodes_and_edges(graph.nodes(), edges)
}

fn pick<'a, T>(items: &'a [T], generator: &mut ChaCha8Rng) -> Option<&'a T> {
    if items.is_empty() { None } else { items.get(generator.random_range(0..items.len())) }
}
