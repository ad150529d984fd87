//! The independencies that a graph implies, tested in its training data.
//!
//! Given its parents, a node is independent of all nodes before it in a topological order. They are tested by the generalised
//! covariance measure, with regressions that know no mechanism, so that graphs that differ are asked alike.

use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::graph::CausalGraph;
use crate::independence::{Projection, covariance_of_residuals};
use crate::numeric::holm::holm;
use crate::threads::in_parallel;

/// The probability that any independence of a right graph counts as violated.
const SIGNIFICANCE: f64 = 0.001;
/// A dependence that is less than this correlation does not matter, however significant.
const LEAST_DEPENDENCE: f64 = 0.05;
/// Most rows that are looked at, evenly spaced, and most values times pairs, so that a large graph costs no more than a small one.
const MOST_ROWS: usize = 1_000;
const MOST_WORK: usize = 4_000_000;
/// Rows that a regression needs beyond its columns.
const SPARE_ROWS: usize = 20;

/// How many of the independencies that a graph implies were tested, and how many are violated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImpliedTests {
    /// How many were tested.
    pub tested: usize,
    /// How many of them are violated, adjusted for all by Holm's method.
    pub violated: usize,
}

/// The test of one independence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test {
    /// The later node of the pair, by position in the graph.
    pub(super) node: usize,
    p_value: f64,
    /// The size of the residual correlation.
    pub(super) dependence: f64,
}

/// A graph as the tests see it.
#[derive(Debug, Clone)]
pub(super) struct Arrows {
    /// The parents of each node, by position.
    pub(super) parents: Vec<Vec<usize>>,
    /// All nodes, each after its parents.
    pub(super) order: Vec<usize>,
}

impl Arrows {
    pub(super) fn of(graph: &CausalGraph) -> Self {
        let parents = (0..graph.node_count()).map(|node| graph.parent_positions(node).to_vec()).collect();
        Self { parents, order: graph.topological_positions().to_vec() }
    }

    /// All of them the other way round.
    pub(super) fn reversed(&self) -> Self {
        let mut children = vec![Vec::new(); self.parents.len()];
        for (node, parents) in self.parents.iter().enumerate() {
            parents.iter().for_each(|&parent| children[parent].push(node));
        }
        Self { parents: children, order: self.order.iter().rev().copied().collect() }
    }
}

/// The training data in which independencies are tested.
pub(super) struct Tester {
    /// One column per node, of evenly spaced rows in which all are finite.
    columns: Vec<Vec<f64>>,
    rows: usize,
    /// Every so many-th pair is tested, where there are too many.
    stride: usize,
}

impl Tester {
    /// The tester of a table; nothing if a node has no column of numbers (codes of levels are none that a test could take) or there are too few complete rows.
    pub(super) fn of(graph: &CausalGraph, data: &Dataset) -> Option<Self> {
        if graph.nodes().any(|node| data.coded_levels(node).is_some()) {
            return None;
        }
        let columns = graph.nodes().map(|node| data.column_with_gaps(node).ok()).collect::<Option<Vec<_>>>()?;
        let complete: Vec<usize> =
            (0..data.rows()).filter(|&row| columns.iter().all(|column| column[row].is_finite())).collect();
        let rows = complete.len().min(MOST_ROWS);
        if rows <= SPARE_ROWS {
            return None;
        }
        let kept: Vec<usize> = (0..rows).map(|place| complete[place * complete.len() / rows]).collect();
        // From the first value on, so that differences far from 0 keep their digits.
        let columns = columns.iter().map(|column| kept.iter().map(|&row| column[row] - column[kept[0]]).collect());
        let nodes = graph.node_count();
        Some(Self { columns: columns.collect(), rows, stride: (nodes * nodes / 2 * rows / MOST_WORK).max(1) })
    }

    /// All tests of a graph, in the order of its nodes.
    pub(super) fn tests(&self, arrows: &Arrows) -> Vec<Test> {
        in_parallel(arrows.order.len(), &|rank| self.of_node(arrows, rank)).concat()
    }

    /// The tests of the node at a place of the order. Costs O(rows · parents² · nodes).
    pub(super) fn of_node(&self, arrows: &Arrows, rank: usize) -> Vec<Test> {
        let (node, before) = (arrows.order[rank], &arrows.order[..rank]);
        let parents = &arrows.parents[node];
        let others = before.iter().copied().filter(|other| !parents.contains(other));
        let others: Vec<usize> = others.skip(rank % self.stride).step_by(self.stride).collect();
        if others.is_empty() || self.rows < parents.len() + SPARE_ROWS {
            return Vec::new();
        }
        let slices: Vec<&[f64]> = parents.iter().map(|&parent| self.columns[parent].as_slice()).collect();
        let projection = Projection::quadratic(&slices, self.rows);
        let residual = projection.residual(&self.columns[node]);
        let test = |&other: &usize| {
            let of_other = projection.residual(&self.columns[other]);
            let test = covariance_of_residuals(&residual, &of_other, projection.dimension());
            Test { node, p_value: test.p_value, dependence: test.residual_correlation.abs() }
        };
        others.iter().map(test).collect()
    }
}

/// Which of the tests are violated.
pub(super) fn violations(tests: &[Test]) -> Vec<Test> {
    let adjusted = holm(&tests.iter().map(|test| test.p_value).collect::<Vec<_>>());
    let violated = |(test, p): (&Test, f64)| (p <= SIGNIFICANCE && test.dependence > LEAST_DEPENDENCE).then_some(*test);
    tests.iter().zip(adjusted).filter_map(violated).collect()
}

/// How many there are, and how many are violated.
pub(super) fn counted(tests: &[Test]) -> ImpliedTests {
    ImpliedTests { tested: tests.len(), violated: violations(tests).len() }
}
