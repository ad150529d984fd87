//! The conditional independencies that a graph implies, tested.

use super::columns::{Columns, select};
use super::config::EvaluationConfig;
use super::correction::adjusted_p_values;
use super::result::ImpliedIndependence;
use crate::independence::{ConditionalIndependenceTest, Projection, covariance_of_residuals};
use crate::model::FittedModel;
use crate::threads::{in_parallel, is_stopped};

/// Rows that a regression needs beyond its columns and the constant.
const SPARE_ROWS: usize = 11;

/// The tests of all pairs of nodes without an edge, by topological order, and how many had too few rows.
///
/// The later node of a pair is represented by its noise, which carries the same information given the parents and is
/// independent of them where the mechanism is right: so the regression on the parents has nothing left to get wrong.
pub(super) fn test_implied_independencies(
    model: &FittedModel,
    columns: &Columns,
    config: &EvaluationConfig,
) -> (Vec<ImpliedIndependence>, usize) {
    let order = model.graph().topological_positions();
    let of_node = |rank: usize| test_node(model, columns, config, order[rank], &order[..rank]);
    let of_node: Vec<(Vec<ImpliedIndependence>, usize)> = in_parallel(order.len(), &of_node);
    let (mut tests, mut untested) = (Vec::new(), 0);
    for (of_node, untested_of_node) in of_node {
        tests.extend(of_node);
        untested += untested_of_node;
    }
    let adjusted = adjusted_p_values(&tests.iter().map(|test| test.p_value).collect::<Vec<_>>());
    for (test, adjusted) in tests.iter_mut().zip(adjusted) {
        test.adjusted_p_value = adjusted;
        test.violated = adjusted <= config.alpha && test.residual_correlation.abs() > config.least_dependence;
    }
    (tests, untested)
}

/// Given its parents, a node is independent of all nodes before it in a topological order. For all nodes together this
/// is as much as the graph implies (S. L. Lauritzen, A. P. Dawid, B. N. Larsen and H.-G. Leimer, *Independence properties
/// of directed Markov fields*, Networks 20, 1990).
fn test_node(
    model: &FittedModel,
    columns: &Columns,
    config: &EvaluationConfig,
    node: usize,
    before: &[usize],
) -> (Vec<ImpliedIndependence>, usize) {
    let parents = model.graph().parent_positions(node);
    let needed = config.fewest_rows.max(parents.len() + SPARE_ROWS);
    let rows = columns.rows(node);
    // Shared by all others that have these rows, which usually all have.
    let shared = Explained::new(columns, node, parents, &rows);
    let (mut tests, mut untested) = (Vec::new(), 0);
    for &other in before.iter().filter(|other| !parents.contains(other)) {
        if is_stopped() {
            break;
        }
        let common: Vec<usize> = rows.iter().copied().filter(|&row| columns.values[other][row].is_finite()).collect();
        if common.len() < needed {
            untested += 1;
            continue;
        }
        let values = select(&columns.values[other], &common);
        let test = if common.len() == rows.len() {
            shared.test(&values)
        } else {
            Explained::new(columns, node, parents, &common).test(&values)
        };
        tests.push(ImpliedIndependence {
            node: model.graph().name(node).to_owned(),
            other: model.graph().name(other).to_owned(),
            given: parents.iter().map(|&parent| model.graph().name(parent).to_owned()).collect(),
            residual_correlation: test.residual_correlation,
            p_value: test.p_value,
            adjusted_p_value: test.p_value,
            rows: common.len(),
            violated: false,
        });
    }
    (tests, untested)
}

/// What the parents leave of a node's noise.
struct Explained {
    projection: Projection,
    noise: Vec<f64>,
}

impl Explained {
    fn new(columns: &Columns, node: usize, parents: &[usize], rows: &[usize]) -> Self {
        let parents: Vec<Vec<f64>> = parents.iter().map(|&parent| select(&columns.values[parent], rows)).collect();
        let slices: Vec<&[f64]> = parents.iter().map(Vec::as_slice).collect();
        let projection = Projection::quadratic(&slices, rows.len());
        let noise = projection.residual(&select(&columns.noises[node], rows));
        Self { projection, noise }
    }

    fn test(&self, other: &[f64]) -> ConditionalIndependenceTest {
        covariance_of_residuals(&self.noise, &self.projection.residual(other), self.projection.dimension())
    }
}
