//! Graphs of which some nodes are removed.

use std::collections::BTreeSet;

use etiology::graph::GraphRepair;
use etiology::{CausalGraph, Dataset};

/// Directed edges and pairs with an unmeasured cause, by names.
type Projection = (BTreeSet<(String, String)>, BTreeSet<(String, String)>);

/// The latent projection by its textbook rule, one node at a time, whose noise its children then share.
fn project(edges: &BTreeSet<(String, String)>, removed: &[&str]) -> Projection {
    let (mut directed, mut pairs) = (edges.clone(), BTreeSet::new());
    let insert = |pairs: &mut BTreeSet<(String, String)>, one: &str, other: &str| {
        if one != other {
            pairs.insert((one.min(other).to_owned(), one.max(other).to_owned()));
        }
    };
    for &node in removed {
        let ends = |find: &dyn Fn(&(String, String)) -> Option<String>, of: &BTreeSet<(String, String)>| {
            of.iter().filter_map(find).collect::<Vec<String>>()
        };
        let parents = ends(&|(cause, effect)| (effect == node).then(|| cause.clone()), &directed);
        let children = ends(&|(cause, effect)| (cause == node).then(|| effect.clone()), &directed);
        let mut partners = ends(&|(one, other)| (one == node).then(|| other.clone()), &pairs);
        partners.extend(ends(&|(one, other)| (other == node).then(|| one.clone()), &pairs));
        directed.retain(|(cause, effect)| cause != node && effect != node);
        pairs.retain(|(one, other)| one != node && other != node);
        for child in &children {
            directed.extend(parents.iter().map(|parent| (parent.clone(), child.clone())));
            children.iter().chain(&partners).for_each(|other| insert(&mut pairs, child, other));
        }
    }
    (directed, pairs)
}

#[test]
fn marginalizing_is_the_latent_projection_of_every_graph_of_five_nodes() {
    let names = ["a", "b", "c", "d", "e"];
    let possible: Vec<(&str, &str)> =
        (0..5).flat_map(|effect| (0..effect).map(move |cause| (names[cause], names[effect]))).collect();
    for chosen in 0_u32..1 << possible.len() {
        let edges = possible.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1);
        let edges: BTreeSet<(String, String)> =
            edges.map(|(_, (cause, effect))| ((*cause).to_owned(), (*effect).to_owned())).collect();
        let graph = CausalGraph::from_nodes_and_edges(names, edges.iter().cloned()).unwrap();
        // Three of the five at most, in both orders: the result does not depend on it.
        let removed: Vec<&str> = names
            .into_iter()
            .enumerate()
            .filter(|(bit, _)| chosen >> (bit + 1) & 1 == 1)
            .take(3)
            .map(|(_, name)| name)
            .collect();
        let (rest, repair) = graph.marginalize(&removed).unwrap();
        let found: Projection = (
            rest.edges().map(|(cause, effect)| (cause.to_owned(), effect.to_owned())).collect(),
            repair.unmeasured_causes.iter().cloned().collect(),
        );
        assert_eq!(found, project(&edges, &removed), "{edges:?} without {removed:?}");
        let reversed: Vec<&str> = removed.iter().rev().copied().collect();
        assert_eq!(found, project(&edges, &reversed), "{edges:?} without {reversed:?}");
        for (cause, effect) in &repair.connected {
            assert!(
                !edges.contains(&(cause.clone(), effect.clone())) && found.0.contains(&(cause.clone(), effect.clone()))
            );
        }
        assert_eq!(rest.node_count() + removed.len(), 5);
    }
}

#[test]
fn a_graph_is_restricted_to_what_the_data_can_tell() {
    let graph = CausalGraph::from_call_graph([
        ("web", "api"),
        ("web", "auth"),
        ("api", "db"),
        ("auth", "db"),
        ("db", "disk"),
        ("web", "web"),
    ])
    .unwrap();
    let data = Dataset::from_csv_reader("web,api,auth,db\n1,1,,up\n2,3,1,7\n3,2,2,up\n".as_bytes()).unwrap();
    let (rest, repair) = graph.restricted_to(&data).unwrap();
    assert_eq!(rest.nodes().collect::<Vec<_>>(), ["api", "web", "auth"]);
    assert_eq!(rest.parents("web").unwrap(), graph.parents("web").unwrap());
    assert_eq!(rest.dropped_calls(), graph.dropped_calls());
    let text = repair.to_string();
    for line in [
        "removed `db`: its column holds text",
        "removed `disk`: the data has no such column",
        "share an unmeasured cause: `api` and `auth`",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(repair.connected.is_empty());
    let json = serde_json::to_string(&repair).unwrap();
    assert_eq!(serde_json::from_str::<GraphRepair>(&json).unwrap(), repair);

    let gone = Dataset::from_columns([("api", [f64::NAN, 1.0]), ("web", [1.0, 2.0])]).unwrap();
    let (rest, repair) = graph.restricted_to(&gone).unwrap();
    assert_eq!(rest.node_count(), 1);
    assert!(repair.to_string().contains("removed `api`: its column has fewer than two values"));

    let all = Dataset::from_columns(graph.nodes().map(|node| (node, [1.0, 2.0]))).unwrap();
    let (same, repair) = graph.restricted_to(&all).unwrap();
    assert!(same.edges().eq(graph.edges()) && repair == GraphRepair::default());
    assert_eq!(repair.to_string(), "no node was removed\n");
}

#[test]
fn a_removed_mediator_is_bridged_and_its_parents_and_children_keep_their_order() {
    let graph = CausalGraph::from_edges([("a", "m"), ("b", "m"), ("m", "c"), ("d", "c"), ("a", "c")]).unwrap();
    let (rest, repair) = graph.marginalize(["m"]).unwrap();
    assert_eq!(rest.parents("c").unwrap(), ["d", "a", "b"]);
    assert_eq!(repair.connected, [("b".to_owned(), "c".to_owned())]);
    assert_eq!(repair.to_string(), "removed `m`: as asked\nconnected: `b` -> `c`\n");
    let message = |nodes: &[&str]| graph.marginalize(nodes).unwrap_err().to_string();
    assert!(message(&["nobody"]).contains("`nobody`"));
    assert!(message(&["m", "m"]).contains("`m` is named more than once"));
    assert!(message(&["a", "b", "c", "d", "m"]).contains("empty"));
}
