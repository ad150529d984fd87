//! Cycles are found and named.

use std::collections::HashSet;

use etiology::{CausalGraph, Error};
use petgraph::algo::is_cyclic_directed;
use petgraph::graph::DiGraph;
use rand::{RngExt, SeedableRng};

use super::Generator;

/// The nodes of the cycle that the edges are expected to have.
fn cycle_of(edges: &[(&str, &str)]) -> Vec<String> {
    match CausalGraph::from_edges(edges.iter().copied()) {
        Err(Error::Cycle { nodes }) => nodes,
        other => panic!("expected a cycle in {edges:?}, found {other:?}"),
    }
}

/// Whether consecutive nodes are edges, the last is the first, and no other node comes twice.
fn is_simple_cycle<S: AsRef<str>>(nodes: &[String], edges: &[(S, S)]) -> bool {
    let edges: HashSet<(&str, &str)> = edges.iter().map(|(cause, effect)| (cause.as_ref(), effect.as_ref())).collect();
    let distinct: HashSet<&String> = nodes.iter().collect();
    nodes.len() >= 2
        && nodes.first() == nodes.last()
        && distinct.len() == nodes.len() - 1
        && nodes.windows(2).all(|pair| edges.contains(&(pair[0].as_str(), pair[1].as_str())))
}

#[test]
fn a_two_cycle_is_named_in_order() {
    assert_eq!(cycle_of(&[("x", "a"), ("a", "b"), ("b", "a")]), ["a", "b", "a"]);
}

#[test]
fn a_self_loop_is_a_cycle_of_one() {
    assert_eq!(cycle_of(&[("x", "y"), ("y", "y"), ("y", "z")]), ["y", "y"]);
}

#[test]
fn a_long_cycle_is_found_among_other_nodes() {
    let edges = [
        ("in", "b"),
        ("b", "c"),
        ("c", "out"),
        ("in", "out"),
        ("c", "d"),
        ("d", "e"),
        ("x", "e"),
        ("e", "f"),
        ("f", "b"),
    ];
    let nodes = cycle_of(&edges);
    assert!(is_simple_cycle(&nodes, &edges), "{nodes:?}");
    assert_eq!(nodes, ["b", "c", "d", "e", "f", "b"]);
    let error = CausalGraph::from_edges(edges).unwrap_err();
    assert!(error.to_string().contains("b -> c -> d -> e -> f -> b"), "{error}");
}

#[test]
fn a_cycle_of_calls_is_named_as_the_calls_go() {
    // The arrows of the user's own file, not those of the causal graph.
    let error = CausalGraph::from_call_graph([("a", "b"), ("b", "c"), ("c", "a")]).unwrap_err();
    let Error::Cycle { nodes } = &error else { panic!("{error}") };
    assert!(is_simple_cycle(nodes, &[("a", "b"), ("b", "c"), ("c", "a")]), "{error}");
}

#[test]
fn random_graphs_are_acyclic_or_name_a_real_cycle() {
    let mut generator = Generator::seed_from_u64(2);
    let mut cyclic = 0;
    for _ in 0..300 {
        let count = generator.random_range(1..=9);
        let edges: Vec<(String, String)> = (0..generator.random_range(1..=12))
            .map(|_| (generator.random_range(0..count).to_string(), generator.random_range(0..count).to_string()))
            .collect();
        let plain: DiGraph<(), ()> = DiGraph::from_edges(
            edges.iter().map(|(cause, effect)| (cause.parse::<u32>().unwrap(), effect.parse::<u32>().unwrap())),
        );
        match CausalGraph::from_edges(edges.clone()) {
            Ok(_) => assert!(!is_cyclic_directed(&plain), "{edges:?}"),
            Err(Error::Cycle { nodes }) => {
                cyclic += 1;
                assert!(is_simple_cycle(&nodes, &edges), "{nodes:?} {edges:?}");
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!((50..250).contains(&cyclic), "both kinds must occur, but {cyclic} of 300 have a cycle");
}
