//! Causal graphs: construction, order, cycles, call graphs, CSV and DOT.

mod cycles;
mod files;
mod marginal;
mod structure;

use etiology::CausalGraph;

type Generator = rand::rngs::ChaCha8Rng;

fn edges(graph: &CausalGraph) -> Vec<(&str, &str)> {
    graph.edges().collect()
}
