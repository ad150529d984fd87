//! What is normal for each node: its *reference* distribution.
//!
//! Training values where there are any, without missing ones; otherwise the exact distribution, where that is known in closed form;
//! otherwise draws from the model.

use std::sync::{Mutex, PoisonError};

use super::wiring::{Expansion, WiredNode, Wiring};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::noise::{EmpiricalDistribution, NoiseDistribution};
use crate::numeric::moments;
use crate::random::Purpose;
use crate::threads::in_parallel;

/// How many values, over all nodes, are drawn to stand in for training rows; bounds the memory of large graphs.
const DRAWN_VALUES: usize = 1 << 22;
/// Bounds of the number of rows drawn to stand in for training rows.
const DRAWN_ROWS: (usize, usize) = (1 << 12, 1 << 16);
/// Seed of those draws: a constant, so that a known model is always the same model.
const SEED: u64 = 0;

/// One reference per node, by position in the graph. `is_learned` says of which of them the mechanism was fitted to the data: a root's
/// noise is its values then, and holds them for both.
///
/// # Errors
/// When a column of a node holds an infinite value, or a mechanism returns NaN or an infinity.
pub(super) fn references(
    graph: &CausalGraph,
    wiring: &Wiring,
    data: Option<&Dataset>,
    is_learned: impl Fn(usize) -> bool,
) -> Result<Vec<NoiseDistribution>> {
    let noise_of_root = |position: usize| {
        let node = wiring.nodes().iter().find(|node| node.position == position)?;
        (is_learned(position) && node.mechanism.is_root()).then(|| node.mechanism.noise().observed()).flatten()
    };
    let reference = |(position, node): (usize, &str)| {
        let values = present_values(data?, node)?;
        let held = noise_of_root(position).filter(|noise| {
            noise.values().len() == values.len() && (noise.smallest(), noise.largest()) == moments::range(&values)
        });
        Some(held.map_or_else(|| empirical(values), |held| Ok(NoiseDistribution::Empirical(held.clone()))))
    };
    let mut references: Vec<Option<NoiseDistribution>> =
        graph.nodes().enumerate().map(|node| reference(node).transpose()).collect::<Result<_>>()?;
    if references.iter().any(Option::is_none) {
        for (reference, exact) in references.iter_mut().zip(wiring.by_position(exact_distributions(wiring)?)) {
            *reference = reference.take().or(exact);
        }
    }
    if references.iter().any(Option::is_none) {
        let rows = (DRAWN_VALUES / graph.node_count()).clamp(DRAWN_ROWS.0, DRAWN_ROWS.1);
        let columns = wiring.by_position(wiring.draw_columns(rows, SEED, Purpose::Reference)?);
        let columns: Vec<Mutex<Vec<f64>>> = columns.into_iter().map(Mutex::new).collect();
        let drawn = |place: usize| match &references[place] {
            Some(_) => Ok(None),
            None => {
                empirical(std::mem::take(&mut columns[place].lock().unwrap_or_else(PoisonError::into_inner))).map(Some)
            }
        };
        let drawn: Vec<Result<Option<NoiseDistribution>>> = in_parallel(references.len(), &drawn);
        for (reference, drawn) in references.iter_mut().zip(drawn) {
            *reference = reference.take().or(drawn?);
        }
    }
    Ok(references.into_iter().flatten().collect())
}

/// The distribution of these values, which are not copied: in a large graph they are most of what a model holds.
fn empirical(values: Vec<f64>) -> Result<NoiseDistribution> {
    EmpiricalDistribution::new(values).map(NoiseDistribution::Empirical)
}

/// The values of a node that are not missing, if there are any and all of them are finite.
fn present_values(data: &Dataset, node: &str) -> Option<Vec<f64>> {
    let column = data.column_with_gaps(node).ok()?;
    let present: Vec<f64> = column.iter().copied().filter(|value| !value.is_nan()).collect();
    (!present.is_empty()).then_some(present)
}

/// The distributions known in closed form, of roots and of nodes that are linear in normal noises: in the order of the
/// wiring.
fn exact_distributions(wiring: &Wiring) -> Result<Vec<Option<NoiseDistribution>>> {
    let of_node = |(node, expansion): (&WiredNode, Option<Expansion>)| {
        if node.mechanism.is_root() {
            return Ok(Some(node.mechanism.noise().clone()));
        }
        let normal = expansion.and_then(|expansion| normal_distribution(wiring, expansion)).transpose();
        normal.map_err(|cause| Error::InNode { node: node.name.clone(), cause: Box::new(cause) })
    };
    wiring.nodes().iter().zip(wiring.expansions()).map(of_node).collect()
}

/// The distribution of a weighted sum of noises if all of them are normal or constant, and not all constant.
fn normal_distribution(wiring: &Wiring, expansion: Expansion) -> Option<Result<NoiseDistribution>> {
    let Expansion { constant: mut mean, mut weights } = expansion;
    // On the order of a sum depend its last bits; that of the graph is the one that its user gave.
    weights.sort_unstable_by_key(|&(number, _)| wiring.node(number).position);
    let mut variance = 0.0;
    for (number, weight) in weights {
        let noise = wiring.node(number).mechanism.noise();
        if !noise.is_normal_or_constant() {
            return None;
        }
        mean += weight * noise.mean();
        variance += weight * weight * noise.variance();
    }
    (variance > 0.0).then(|| NoiseDistribution::normal(mean, variance.sqrt()))
}
