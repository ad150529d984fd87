//! One function for every parser and loader: it takes any bytes, and whatever loads is used, and held to what must be true
//! of it. A panic here is a bug of the library.
//!
//! The fuzz targets in `fuzz/` and the test `hostile` call the same functions.

#![allow(unreachable_pub, reason = "the fuzz targets are another crate")]

mod metrics;
mod models;
mod reports;
mod summaries;
mod tables;
#[cfg(feature = "traces")]
mod traces;
mod types;

use etiology::CausalGraph;

/// A parser by the name of its fuzz target and of its folder in the corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("dataset_csv", tables::dataset_csv),
    ("call_graph_csv", tables::call_graph_csv),
    ("edges_csv", tables::edges_csv),
    ("metrics", metrics::metrics),
    #[cfg(feature = "parquet")]
    ("parquet", tables::parquet),
    #[cfg(feature = "traces")]
    ("traces", traces::traces),
    #[cfg(feature = "traces")]
    ("dependencies", traces::dependencies),
    ("model_json", models::json),
    ("model_binary", models::binary),
    ("types", types::types),
    ("reports", reports::reports),
    ("summaries", summaries::summaries),
];

/// Gives the bytes to the target of this name.
///
/// # Panics
/// When there is no such target, and when the library breaks a promise.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.0 == name);
    target.unwrap_or_else(|| panic!("no target is called {name}")).1(bytes);
}

pub use models::reseal;

/// The length of an error's text must not grow with the input beyond the name or cell that it quotes.
fn check_error(error: &etiology::Error) {
    assert!(!error.to_string().trim().is_empty(), "an error without a word");
}

/// Larger graphs are not walked node by node, so that one input takes milliseconds.
const WALKED: usize = 60;

/// What must hold of every graph.
fn check_graph(graph: &CausalGraph) {
    let order = graph.topological_order();
    assert_eq!(order.len(), graph.node_count());
    let place: std::collections::HashMap<&str, usize> =
        order.iter().enumerate().map(|(at, &node)| (node, at)).collect();
    assert_eq!(place.len(), graph.node_count(), "a node stands twice in the order");
    assert!(graph.edges().all(|(cause, effect)| place[cause] < place[effect]), "an effect before its cause");
    assert!(graph.nodes().all(|node| !node.trim().is_empty() && graph.contains(node)));
    let mut parents = 0;
    for node in graph.nodes().take(WALKED) {
        let of_node = graph.parents(node).unwrap();
        let ancestors = graph.ancestors(node).unwrap();
        assert!(of_node.iter().all(|parent| ancestors.contains(parent)));
        assert!(of_node.iter().all(|parent| graph.children(parent).unwrap().contains(&node)));
        parents += of_node.len();
    }
    assert!(graph.node_count() > WALKED || parents == graph.edge_count());
    assert!(graph.to_dot().starts_with("digraph"));
}
