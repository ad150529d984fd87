//! A graph against the same graph with its arrows turned round: which of the two do the data contradict?
//!
//! Both imply independencies: given its parents, a node is independent of all nodes before it in a topological order. They are
//! tested by the generalised covariance measure, with regressions that know no mechanism, so both graphs are asked alike; where
//! the true graph has the arrows turned round, the given one is contradicted and the other is not. Graphs without colliders, such
//! as chains, imply the same either way round, and nothing can be said.

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::kind::FindingKind;
use crate::data::Dataset;
use crate::graph::CausalGraph;
use crate::independence::{Projection, covariance_of_residuals};
use crate::numeric::holm::holm;

/// The probability that any independence of a right graph counts as violated.
const SIGNIFICANCE: f64 = 0.001;
/// A dependence that is less than this correlation does not matter, however significant.
const LEAST_DEPENDENCE: f64 = 0.05;
/// One graph is contradicted more than the other if it is more than so many times as often.
const CLEARLY: usize = 3;
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

/// The independencies that a graph implies, and those of the graph with its arrows turned round, in the training data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Direction {
    /// The tests of the graph as it is.
    pub given: ImpliedTests,
    /// The tests of the graph with its arrows turned round.
    pub reversed: ImpliedTests,
}

impl Direction {
    /// Tests both. Nothing if a node has no column of numbers or there are too few complete rows. Costs O(nodes² · rows ·
    /// parents²), up to a fixed amount.
    pub(crate) fn of(graph: &CausalGraph, data: &Dataset) -> Option<Self> {
        let columns = complete_columns(graph, data)?;
        let count = graph.node_count();
        let order = graph.topological_positions();
        let parents: Vec<Vec<usize>> = (0..count).map(|node| graph.parent_positions(node).to_vec()).collect();
        let mut children = vec![Vec::new(); count];
        parents.iter().enumerate().for_each(|(node, of)| of.iter().for_each(|&parent| children[parent].push(node)));
        let turned: Vec<usize> = order.iter().rev().copied().collect();
        Some(Self { given: tests(&columns, &parents, order), reversed: tests(&columns, &children, &turned) })
    }

    /// Whether the data contradict the graph, and hardly the one with its arrows turned round.
    pub fn favours_reversed(&self) -> bool {
        self.given.violated > CLEARLY * self.reversed.violated
    }

    /// Whether the data contradict the graph with its arrows turned round, and hardly the one that was given.
    pub fn favours_graph(&self) -> bool {
        self.reversed.violated > CLEARLY * self.given.violated
    }

    /// What follows for the model as a whole.
    pub(crate) fn finding(&self) -> Option<Finding> {
        let remedy = "The arrows seem to be the wrong way round: they point from cause to effect, that is from callee to caller. Give \
                      calls as a call graph (`CausalGraph::from_call_graph`, `--calls`).";
        self.favours_reversed().then(|| Finding::new(FindingKind::EdgesReversed, [], self.to_string(), remedy))
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, reversed } = self;
        write!(
            formatter,
            "The training data violate {} of {} independencies that the graph implies, and {} of {} of the same graph with its \
             arrows turned round.",
            given.violated, given.tested, reversed.violated, reversed.tested
        )
    }
}

/// One column per node, of evenly spaced rows in which all are finite. Codes of levels are no numbers that a test could take.
fn complete_columns(graph: &CausalGraph, data: &Dataset) -> Option<Vec<Vec<f64>>> {
    if graph.nodes().any(|node| data.coded_levels(node).is_some()) {
        return None;
    }
    let columns = graph.nodes().map(|node| data.column_with_gaps(node).ok()).collect::<Option<Vec<_>>>()?;
    let complete: Vec<usize> =
        (0..data.rows()).filter(|&row| columns.iter().all(|column| column[row].is_finite())).collect();
    let kept = complete.len().min(MOST_ROWS);
    let rows: Vec<usize> = (0..kept).map(|place| complete[place * complete.len() / kept]).collect();
    (kept > SPARE_ROWS).then(|| columns.iter().map(|column| rows.iter().map(|&row| column[row]).collect()).collect())
}

/// The tests of a graph, given by the parents of each node and a topological order.
fn tests(columns: &[Vec<f64>], parents: &[Vec<usize>], order: &[usize]) -> ImpliedTests {
    let rows = columns.first().map_or(0, Vec::len);
    // Every so many-th pair, where there are too many.
    let stride = (order.len() * order.len() / 2 * rows / MOST_WORK).max(1);
    let of_node = |rank: usize| {
        let (node, before) = (order[rank], &order[..rank]);
        let parents = &parents[node];
        let others: Vec<usize> = before.iter().copied().filter(|other| !parents.contains(other)).collect();
        let others: Vec<usize> = others.into_iter().skip(rank % stride).step_by(stride).collect();
        if others.is_empty() || rows < parents.len() + SPARE_ROWS {
            return Vec::new();
        }
        let slices: Vec<&[f64]> = parents.iter().map(|&parent| columns[parent].as_slice()).collect();
        let projection = Projection::quadratic(&slices, rows);
        let residual = projection.residual(&columns[node]);
        let test = |&other: &usize| {
            let test =
                covariance_of_residuals(&residual, &projection.residual(&columns[other]), projection.dimension());
            (test.p_value, test.residual_correlation.abs() > LEAST_DEPENDENCE)
        };
        others.iter().map(test).collect()
    };
    let found: Vec<(f64, bool)> = (0..order.len()).into_par_iter().flat_map_iter(of_node).collect();
    let adjusted = holm(&found.iter().map(|&(p, _)| p).collect::<Vec<_>>());
    let violated = adjusted.iter().zip(&found).filter(|&(&p, &(_, matters))| p <= SIGNIFICANCE && matters).count();
    ImpliedTests { tested: found.len(), violated }
}
