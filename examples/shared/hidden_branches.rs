//! Faults below which a node waits for something that is not in the graph.
//!
//! A service that calls two others in parallel waits for the slower one. If the graph knows of only one of them, that one
//! hardly matters in normal operation, where the hidden branch is mostly the slower one; when it becomes slow it matters one to
//! one. No regression on normal rows can know that. Latencies are in seconds. The culprit's own time is longer by the shift, and
//! every node after it waits for it.

use etiology::{CausalGraph, Dataset, Observation, Result};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1};

/// Which system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shop {
    /// a → b → c → t, where c = max(b, hidden) + own time, and b is slow.
    Chain,
    /// index → search → page → edge, where page = max(search, ads) + own time, and search is slow because index is or by
    /// itself, in turn.
    Search,
    /// As the chain, with a further known call that c waits for: c = max(b, d, hidden) + own time; b is slow.
    Fan,
}

impl Shop {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Chain, Self::Search, Self::Fan];
}

/// A fault whose cause is known.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) graph: CausalGraph,
    /// Rows of normal operation.
    pub(crate) normal: Dataset,
    /// The row with the fault.
    pub(crate) event: Observation,
    /// The node whose latency is an outlier.
    pub(crate) target: &'static str,
    /// The node whose own time was longer.
    pub(crate) culprit: &'static str,
}

/// One fault with so many normal rows, in which the culprit takes `shift` seconds longer; the same seed gives the same fault.
pub(crate) fn fault(shop: Shop, seed: u64, rows: usize, shift: f64) -> Result<Fault> {
    let generator = &mut ChaCha8Rng::seed_from_u64(8 * seed + shop as u64);
    let system = System::draw(shop, seed, generator);
    let mut columns: Vec<Vec<f64>> = vec![Vec::with_capacity(rows); system.nodes.len()];
    for _ in 0..rows {
        let row = system.row(0.0, generator);
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    let names = || system.nodes.iter().copied();
    Ok(Fault {
        graph: CausalGraph::from_edges(system.edges.iter().copied())?,
        normal: Dataset::from_columns(names().zip(columns))?,
        event: Observation::new(names(), system.row(shift, generator))?,
        target: system.nodes[system.nodes.len() - 1],
        culprit: system.nodes[system.culprit],
    })
}

struct System {
    shop: Shop,
    nodes: &'static [&'static str],
    edges: &'static [(&'static str, &'static str)],
    culprit: usize,
    /// The least and the mean further own time of each node, and, last, of the hidden branch.
    own: Vec<(f64, f64)>,
}

impl System {
    fn draw(shop: Shop, seed: u64, generator: &mut ChaCha8Rng) -> Self {
        let (nodes, edges, culprit): (&'static [_], &'static [_], usize) = match shop {
            Shop::Chain => (&["a", "b", "c", "t"], &[("a", "b"), ("b", "c"), ("c", "t")], 1),
            Shop::Search => (
                &["index", "search", "page", "edge"],
                &[("index", "search"), ("search", "page"), ("page", "edge")],
                usize::from(seed.is_multiple_of(2)),
            ),
            Shop::Fan => (&["a", "b", "d", "c", "t"], &[("a", "b"), ("b", "c"), ("d", "c"), ("c", "t")], 1),
        };
        let mut own: Vec<(f64, f64)> =
            nodes.iter().map(|_| (generator.random_range(0.005..0.03), generator.random_range(0.005..0.03))).collect();
        // From about as long as the branch that is known to longer in most requests.
        own.push((generator.random_range(0.02..0.09), generator.random_range(0.01..0.05)));
        Self { shop, nodes, edges, culprit, own }
    }

    /// The latencies of one request.
    fn row(&self, shift: f64, generator: &mut ChaCha8Rng) -> Vec<f64> {
        let mut own: Vec<f64> = self
            .own
            .iter()
            .map(|(least, mean)| {
                let further: f64 = Exp1.sample(generator);
                least + mean * further
            })
            .collect();
        own[self.culprit] += shift;
        let hidden = own[self.nodes.len()];
        match self.shop {
            Shop::Chain | Shop::Search => {
                let second = own[0] + own[1];
                let third = second.max(hidden) + own[2];
                vec![own[0], second, third, third + own[3]]
            }
            Shop::Fan => {
                let second = own[0] + own[1];
                let third = second.max(own[2]).max(hidden) + own[3];
                vec![own[0], second, own[2], third, third + own[4]]
            }
        }
    }
}
