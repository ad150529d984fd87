//! Does the graph know anything of the data? It is compared with graphs of the same shape whose nodes are permuted.
//!
//! After E. Eulig, A. A. Mastakouri, P. Blöbaum, M. Hardt and D. Janzing, *Toward falsifying causal graphs using a
//! permutation-based test* (arXiv:2305.09565).

use std::collections::BTreeSet;

use rand::seq::SliceRandom;

use super::columns::{Columns, select};
use super::config::EvaluationConfig;
use super::node::some_rows;
use super::result::GraphComparison;
use crate::graph::CausalGraph;
use crate::independence::{Projection, covariance_of_residuals};
use crate::random::{Purpose, stream};
use crate::threads::{in_parallel, is_stopped};

/// Most tests over all graphs: about ten seconds at 500 rows.
const MOST_TESTS: usize = 1_000_000;

/// Compares the graph with permuted ones, or says why not. Costs O(graphs · nodes · rows · (nodes · parents + parents⁴)).
pub(super) fn compare(
    graph: &CausalGraph,
    columns: &Columns,
    config: &EvaluationConfig,
) -> Result<GraphComparison, String> {
    let nodes = graph.node_count();
    let tests = nodes * (nodes - 1) / 2 - graph.edge_count();
    if config.graph_permutations == 0 {
        return Err("it was not asked for".to_owned());
    }
    if tests == 0 {
        return Err("the graph implies no independence: every pair of nodes has an edge".to_owned());
    }
    if tests.saturating_mul(config.graph_permutations) > MOST_TESTS {
        return Err(format!("{tests} tests for each of {} graphs are too many", config.graph_permutations));
    }
    let given = Shape::of(graph);
    let values = some_complete_rows(columns, config, &given)?;
    let (edges, colliders) = (given.edges(), given.colliders());
    let permuted = |index: usize| {
        if is_stopped() {
            return (0, false);
        }
        let mut names: Vec<usize> = (0..nodes).collect();
        names.shuffle(&mut stream(config.seed, Purpose::PermutedGraphs, index as u64));
        let permuted = given.permuted(&names);
        let equivalent = permuted.edges() == edges && permuted.colliders() == colliders;
        (permuted.violations(&values, config), equivalent)
    };
    let permuted: Vec<(usize, bool)> = in_parallel(config.graph_permutations, &permuted);
    let violations = given.violations(&values, config);
    let as_good = permuted.iter().filter(|(permuted, _)| *permuted <= violations).count();
    let count = permuted.len() as f64;
    Ok(GraphComparison {
        violations,
        tests,
        permuted_graphs: permuted.len(),
        mean_permuted_violations: permuted.iter().map(|(violations, _)| *violations).sum::<usize>() as f64 / count,
        p_value: (1 + as_good) as f64 / (1 + permuted.len()) as f64,
        equivalent_share: permuted.iter().filter(|(_, equivalent)| *equivalent).count() as f64 / count,
        rows: values[0].len(),
    })
}

/// The values of every node on some of the rows that have all of them.
fn some_complete_rows(columns: &Columns, config: &EvaluationConfig, shape: &Shape) -> Result<Vec<Vec<f64>>, String> {
    let complete = |row: &usize| columns.values.iter().all(|column| column[*row].is_finite());
    let rows: Vec<usize> = (0..columns.values[0].len()).filter(complete).collect();
    let widest = shape.parents.iter().map(Vec::len).max().unwrap_or(0);
    let needed = config.fewest_rows.max(widest + 11);
    if rows.len() < needed {
        return Err(format!("{} rows have all nodes, {needed} are needed", rows.len()));
    }
    let rows: Vec<usize> =
        some_rows(rows.len(), config.most_rows, config.seed, u64::MAX).into_iter().map(|row| rows[row]).collect();
    Ok(columns.values.iter().map(|column| select(column, &rows)).collect())
}

/// A graph by positions.
struct Shape {
    parents: Vec<Vec<usize>>,
    /// The nodes in topological order.
    order: Vec<usize>,
}

impl Shape {
    fn of(graph: &CausalGraph) -> Self {
        let parents = (0..graph.node_count()).map(|node| graph.parent_positions(node).to_vec()).collect();
        Self { parents, order: graph.topological_positions().to_vec() }
    }

    /// The graph in which `names[i]` stands where node i stood.
    fn permuted(&self, names: &[usize]) -> Self {
        let renamed = |nodes: &[usize]| nodes.iter().map(|&node| names[node]).collect::<Vec<_>>();
        let mut parents = vec![Vec::new(); names.len()];
        self.parents.iter().zip(names).for_each(|(of_node, &name)| parents[name] = renamed(of_node));
        Self { parents, order: renamed(&self.order) }
    }

    /// How many of the independencies that the graph implies do not hold; see `local_markov`.
    fn violations(&self, values: &[Vec<f64>], config: &EvaluationConfig) -> usize {
        (0..self.order.len()).map(|rank| self.violations_of(rank, values, config)).sum()
    }

    fn violations_of(&self, rank: usize, values: &[Vec<f64>], config: &EvaluationConfig) -> usize {
        let (node, before) = (self.order[rank], &self.order[..rank]);
        let parents = &self.parents[node];
        let slices: Vec<&[f64]> = parents.iter().map(|&parent| values[parent].as_slice()).collect();
        let projection = Projection::quadratic(&slices, values[node].len());
        let residual = projection.residual(&values[node]);
        let violated = |other: &&usize| {
            let other = projection.residual(&values[**other]);
            let test = covariance_of_residuals(&residual, &other, projection.dimension());
            test.p_value <= config.alpha && test.residual_correlation.abs() > config.least_dependence
        };
        before.iter().filter(|other| !parents.contains(other)).filter(violated).count()
    }

    /// The pairs with an edge, whichever its direction.
    fn edges(&self) -> BTreeSet<(usize, usize)> {
        let pairs = self.parents.iter().enumerate();
        pairs
            .flat_map(|(node, parents)| parents.iter().map(move |&parent| (node.min(parent), node.max(parent))))
            .collect()
    }

    /// The common effects of two nodes without an edge, which with the edges decide what a graph implies (T. Verma and J.
    /// Pearl, *Equivalence and synthesis of causal models*, UAI 1990).
    fn colliders(&self) -> BTreeSet<(usize, usize, usize)> {
        let edges = self.edges();
        let mut colliders = BTreeSet::new();
        for (node, parents) in self.parents.iter().enumerate() {
            for &a in parents {
                for &b in parents.iter().filter(|&&b| a < b && !edges.contains(&(a, b))) {
                    colliders.insert((a, node, b));
                }
            }
        }
        colliders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(edges: &[(&str, &str)]) -> Shape {
        let nodes = ["a", "b", "c"];
        Shape::of(&CausalGraph::from_nodes_and_edges(nodes, edges.iter().copied()).unwrap())
    }

    fn equivalent(one: &Shape, other: &Shape) -> bool {
        one.edges() == other.edges() && one.colliders() == other.colliders()
    }

    #[test]
    fn chains_and_forks_are_equivalent_and_colliders_are_not() {
        let chain = shape(&[("a", "b"), ("b", "c")]);
        assert!(equivalent(&chain, &shape(&[("c", "b"), ("b", "a")])));
        assert!(equivalent(&chain, &shape(&[("b", "a"), ("b", "c")])));
        assert!(!equivalent(&chain, &shape(&[("a", "b"), ("c", "b")])));
        assert!(!equivalent(&chain, &shape(&[("b", "a"), ("a", "c")])));
    }

    #[test]
    fn renaming_moves_nodes_and_keeps_the_order_valid() {
        let permuted = shape(&[("a", "b"), ("b", "c")]).permuted(&[2, 0, 1]);
        assert_eq!(permuted.parents, [vec![2], vec![0], vec![]]);
        assert_eq!(permuted.order, [2, 0, 1]);
    }
}
