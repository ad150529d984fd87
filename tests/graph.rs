//! Causal graphs: construction, order, cycles, call graphs, CSV and DOT.

use std::collections::{BTreeSet, HashSet};

use etiology::{CausalGraph, Dataset, DropReason, Error, GraphRepair};
use petgraph::algo::is_cyclic_directed;
use petgraph::graph::DiGraph;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

type Generator = rand::rngs::ChaCha8Rng;

fn nodes(graph: &CausalGraph) -> Vec<&str> {
    graph.nodes().collect()
}

fn edges(graph: &CausalGraph) -> Vec<(&str, &str)> {
    graph.edges().collect()
}

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
fn calls_are_turned_round() {
    let graph = CausalGraph::from_call_graph([("web", "api"), ("web", "auth"), ("api", "db")]).unwrap();
    assert_eq!(edges(&graph), [("api", "web"), ("auth", "web"), ("db", "api")]);
    assert_eq!(graph.parents("web").unwrap(), ["api", "auth"]);
}

#[test]
fn dropped_calls_are_reported_with_their_reason() {
    let calls = [("web", "api"), ("api", "api"), ("", "api"), ("web", " \t"), ("web", "api"), ("", "")];
    let graph = CausalGraph::from_call_graph(calls).unwrap();
    assert_eq!(edges(&graph), [("api", "web")]);
    let dropped = graph.dropped_calls().iter().map(|call| (call.caller.as_str(), call.callee.as_str(), call.reason));
    assert_eq!(
        dropped.collect::<Vec<_>>(),
        [
            ("api", "api", DropReason::SelfCall),
            ("", "api", DropReason::BlankName),
            ("web", " \t", DropReason::BlankName),
            ("", "", DropReason::BlankName),
        ]
    );
}

#[test]
fn a_call_graph_of_self_calls_alone_is_empty() {
    let error = CausalGraph::from_call_graph([("a", "a"), ("b", "b")]).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
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

/// The text within the quotes of a DOT label, with escapes undone.
fn unquoted(line: &str) -> String {
    let (_, label) = line.split_once("label = \"").expect("every node has a label");
    let mut text = String::new();
    let mut characters = label.chars();
    loop {
        match characters.next().expect("the label ends on its line") {
            '"' => return text,
            '\\' => match characters.next().expect("something is escaped") {
                'n' | 'l' => text.push('\n'),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
}

#[test]
fn dot_quotes_awkward_names() {
    let awkward = ["say \"hi\"", "back\\slash", "two\nlines", "semi;colon -> {x}", "ends in \\"];
    let edges = awkward.windows(2).map(|pair| (pair[0], pair[1]));
    let dot = CausalGraph::from_edges(edges).unwrap().to_dot();
    let (arrows, labels): (Vec<&str>, Vec<&str>) =
        dot.lines().skip(1).filter(|line| line.contains('[')).partition(|line| !line.contains("label"));
    assert_eq!(labels.iter().map(|line| unquoted(line)).collect::<Vec<_>>(), awkward, "{dot}");
    assert_eq!(arrows.len(), 4, "{dot}");
    assert!(arrows[0].contains("0 -> 1"), "{dot}");
    assert!(dot.starts_with("digraph {") && dot.trim_end().ends_with('}'), "{dot}");
}

#[test]
fn csv_columns_may_be_quoted_reordered_and_among_others() {
    let text =
        "count,callee, caller ,note\n7,\"db, primary\",api,\n1,\"say \"\"hi\"\"\",\"web\",\"x,y\"\n3,web,web,self\n";
    let graph = CausalGraph::from_call_graph_csv_reader(text.as_bytes()).unwrap();
    assert_eq!(edges(&graph), [("db, primary", "api"), ("say \"hi\"", "web")]);
    assert_eq!(graph.dropped_calls().len(), 1);
    assert_eq!(graph.dropped_calls()[0].reason, DropReason::SelfCall);
}

#[test]
fn csv_edges_point_from_cause_to_effect() {
    let graph = CausalGraph::from_edges_csv_reader("effect,cause\nb,a\nc,b\n".as_bytes()).unwrap();
    assert_eq!(edges(&graph), [("a", "b"), ("b", "c")]);
}

#[test]
fn csv_with_a_byte_order_mark_is_read() {
    let graph = CausalGraph::from_edges_csv_reader("\u{feff}cause,effect\r\na,b\r\n".as_bytes()).unwrap();
    assert_eq!(edges(&graph), [("a", "b")]);
}

#[test]
fn csv_files_are_read_like_readers() {
    let path = std::env::temp_dir().join(format!("etiology-graph-{}.csv", std::process::id()));
    std::fs::write(&path, "caller,callee,cause,effect\nweb,api,x,y\n").unwrap();
    let calls = CausalGraph::from_call_graph_csv_path(&path);
    let causes = CausalGraph::from_edges_csv_path(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(edges(&calls.unwrap()), [("api", "web")]);
    assert_eq!(edges(&causes.unwrap()), [("x", "y")]);
}

#[test]
fn a_missing_csv_header_is_named() {
    for (text, missing) in [("caller,called\na,b\n", "callee"), ("from,callee\na,b\n", "caller"), ("", "caller")] {
        let error = CausalGraph::from_call_graph_csv_reader(text.as_bytes()).unwrap_err();
        assert!(matches!(&error, Error::MissingColumn { column, .. } if column == missing), "{text:?}: {error}");
    }
    let error = CausalGraph::from_edges_csv_reader("caller,callee\na,b\n".as_bytes()).unwrap_err();
    assert!(error.to_string().contains("`cause`") && error.to_string().contains("`callee`"), "{error}");
}

#[test]
fn a_csv_without_rows_is_an_empty_graph() {
    let error = CausalGraph::from_edges_csv_reader("cause,effect\n".as_bytes()).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
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
    let data = Dataset::from_csv_reader("web,api,auth,db\n1,1,,up\n2,3,1,down\n3,2,2,up\n".as_bytes()).unwrap();
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
