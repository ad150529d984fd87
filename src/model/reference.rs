//! What is normal for each node: its *reference* distribution.
//!
//! Training values where there are any, without missing ones; otherwise the exact distribution, where that is known in closed form;
//! otherwise draws from the model.

use super::wiring::{Expansion, WiredNode, Wiring};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::noise::NoiseDistribution;
use crate::random::Purpose;
use crate::threads::in_parallel;

/// How many values, over all nodes, are drawn to stand in for training rows; bounds the memory of large graphs.
const DRAWN_VALUES: usize = 1 << 22;
/// Bounds of the number of rows drawn to stand in for training rows.
const DRAWN_ROWS: (usize, usize) = (1 << 12, 1 << 16);
/// Seed of those draws: a constant, so that a known model is always the same model.
const SEED: u64 = 0;

/// One reference per node, by position in the graph.
///
/// # Errors
/// When a column of a node holds an infinite value, or a mechanism returns NaN or an infinity.
pub(super) fn references(
    graph: &CausalGraph,
    wiring: &Wiring,
    data: Option<&Dataset>,
) -> Result<Vec<NoiseDistribution>> {
    let mut references: Vec<Option<NoiseDistribution>> = graph
        .nodes()
        .map(|node| data.and_then(|data| present_values(data, node)))
        .map(|values| values.map(|values| NoiseDistribution::empirical(&values)).transpose())
        .collect::<Result<_>>()?;
    if references.iter().any(Option::is_none) {
        for (reference, exact) in references.iter_mut().zip(wiring.by_position(exact_distributions(wiring)?)) {
            *reference = reference.take().or(exact);
        }
    }
    if references.iter().any(Option::is_none) {
        let rows = (DRAWN_VALUES / graph.node_count()).clamp(DRAWN_ROWS.0, DRAWN_ROWS.1);
        let columns = wiring.by_position(wiring.draw_columns(rows, SEED, Purpose::Reference)?);
        let drawn = |place: usize| match &references[place] {
            Some(_) => Ok(None),
            None => NoiseDistribution::empirical(&columns[place]).map(Some),
        };
        let drawn: Vec<Result<Option<NoiseDistribution>>> = in_parallel(references.len(), &drawn);
        for (reference, drawn) in references.iter_mut().zip(drawn) {
            *reference = reference.take().or(drawn?);
        }
    }
    Ok(references.into_iter().flatten().collect())
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
