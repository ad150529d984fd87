//! Nodes, edges, parents, children, ancestors and their order.

use std::collections::HashSet;

use etiology::{CausalGraph, Error};
use petgraph::graph::DiGraph;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::{Generator, edges};

fn nodes(graph: &CausalGraph) -> Vec<&str> {
    graph.nodes().collect()
}

/// A random DAG: edges follow a hidden order of the nodes, and come in another one.
fn random_dag(generator: &mut Generator) -> (Vec<String>, Vec<(String, String)>) {
    let count = generator.random_range(2..=12);
    let density = generator.random_range(0.1..0.9);
    let mut names: Vec<String> = (0..count).map(|node| format!("n{node}")).collect();
    names.shuffle(generator);
    let mut edges = Vec::new();
    for effect in 1..count {
        for cause in 0..effect {
            if generator.random_bool(density) {
                edges.push((names[cause].clone(), names[effect].clone()));
            }
        }
    }
    edges.shuffle(generator);
    names.shuffle(generator);
    (names, edges)
}

#[test]
fn nodes_and_edges_keep_the_order_given() {
    let given = [("c", "d"), ("a", "d"), ("b", "a")];
    let graph = CausalGraph::from_edges(given).unwrap();
    assert_eq!(nodes(&graph), ["c", "d", "a", "b"]);
    assert_eq!(edges(&graph), given);
    assert_eq!((graph.node_count(), graph.edge_count()), (4, 3));
    assert!(graph.contains("a") && !graph.contains("A"));
    assert!(graph.dropped_calls().is_empty());
}

#[test]
fn parents_keep_the_order_of_their_edges() {
    let graph = CausalGraph::from_edges([("c", "y"), ("a", "b"), ("b", "y"), ("a", "y")]).unwrap();
    assert_eq!(graph.parents("y").unwrap(), ["c", "b", "a"]);
    assert_eq!(graph.parents("c").unwrap(), Vec::<&str>::new());
}

#[test]
fn children_keep_the_order_of_the_nodes() {
    let graph = CausalGraph::from_nodes_and_edges(["z", "y", "x"], [("x", "y"), ("x", "z"), ("y", "z")]).unwrap();
    assert_eq!(graph.children("x").unwrap(), ["z", "y"]);
    assert_eq!(graph.children("z").unwrap(), Vec::<&str>::new());
}

#[test]
fn ancestors_are_direct_and_indirect_causes_only() {
    let graph =
        CausalGraph::from_edges([("a", "b"), ("b", "c"), ("d", "c"), ("c", "e"), ("a", "f"), ("g", "h")]).unwrap();
    let mut ancestors = graph.ancestors("c").unwrap();
    assert!(
        ancestors.iter().position(|&node| node == "a") < ancestors.iter().position(|&node| node == "b"),
        "{ancestors:?}"
    );
    ancestors.sort_unstable();
    assert_eq!(ancestors, ["a", "b", "d"]);
    assert_eq!(graph.ancestors("g").unwrap(), Vec::<&str>::new());
}

#[test]
fn repeated_edges_count_once() {
    let graph = CausalGraph::from_edges([("a", "b"), ("a", "c"), ("a", "b")]).unwrap();
    assert_eq!(edges(&graph), [("a", "b"), ("a", "c")]);
    assert_eq!(graph.parents("b").unwrap(), ["a"]);
}

#[test]
fn isolated_nodes_are_nodes() {
    let graph = CausalGraph::from_nodes_and_edges(["lonely", "b"], [("a", "b")]).unwrap();
    assert_eq!(nodes(&graph), ["lonely", "b", "a"]);
    assert_eq!(graph.parents("lonely").unwrap(), Vec::<&str>::new());
    assert_eq!(graph.topological_order().len(), 3);
    let alone = CausalGraph::from_nodes_and_edges(["x"], Vec::<(String, String)>::new()).unwrap();
    assert_eq!((nodes(&alone), alone.edge_count()), (vec!["x"], 0));
}

#[test]
fn a_petgraph_graph_keeps_its_names_and_edges() {
    let mut given = DiGraph::<&str, f64>::new();
    let (api, db, web) = (given.add_node("api"), given.add_node("db"), given.add_node("web"));
    given.add_edge(db, api, 0.5);
    given.add_edge(api, web, 0.7);
    given.add_edge(db, api, 0.9);
    let graph = CausalGraph::from_petgraph(&given).unwrap();
    assert_eq!(nodes(&graph), ["api", "db", "web"]);
    assert_eq!(edges(&graph), [("db", "api"), ("api", "web")]);
}

#[test]
fn a_petgraph_graph_with_a_name_twice_is_refused() {
    let mut given = DiGraph::<&str, ()>::new();
    given.add_node("api");
    given.add_node("api");
    let error = CausalGraph::from_petgraph(&given).unwrap_err();
    assert!(matches!(&error, Error::DuplicateNode { node } if node == "api"), "{error}");
}

#[test]
fn topological_order_and_ancestors_are_right_on_random_dags() {
    let mut generator = Generator::seed_from_u64(1);
    for _ in 0..200 {
        let (names, edges) = random_dag(&mut generator);
        let graph = CausalGraph::from_nodes_and_edges(names.clone(), edges.clone()).unwrap();
        let order = graph.topological_order();
        let place = |node: &str| order.iter().position(|&other| other == node).unwrap();
        assert_eq!(order.iter().collect::<HashSet<_>>().len(), names.len(), "{order:?}");
        assert!(edges.iter().all(|(cause, effect)| place(cause) < place(effect)), "{order:?} {edges:?}");
        for name in &names {
            // The closure of the parents, by the definition.
            let mut expected: HashSet<&str> = graph.parents(name).unwrap().into_iter().collect();
            for &later in order.iter().rev() {
                if expected.contains(later) {
                    expected.extend(graph.parents(later).unwrap());
                }
            }
            let found = graph.ancestors(name).unwrap();
            assert!(found.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{found:?} in {order:?}");
            assert_eq!(found.iter().copied().collect::<HashSet<_>>(), expected, "{name} {edges:?}");
            assert_eq!(found.len(), expected.len());
        }
    }
}

#[test]
fn nodes_listed_twice_and_blank_names_are_refused() {
    let error = CausalGraph::from_nodes_and_edges(["a", "b", "a"], [("a", "b")]).unwrap_err();
    assert!(matches!(&error, Error::DuplicateNode { node } if node == "a"), "{error}");
    let error = CausalGraph::from_edges([("a", "b"), ("b", "  ")]).unwrap_err();
    assert!(matches!(error, Error::BlankName { position: 2, .. }), "{error}");
}

#[test]
fn asking_for_an_unknown_node_names_it() {
    let graph = CausalGraph::from_edges([("a", "b")]).unwrap();
    for error in [graph.parents("q").unwrap_err(), graph.children("q").unwrap_err(), graph.ancestors("q").unwrap_err()]
    {
        assert!(matches!(&error, Error::UnknownNode { node, .. } if node == "q"), "{error}");
    }
}
