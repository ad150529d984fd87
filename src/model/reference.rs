//! What is normal for each node: its *reference* distribution.
//!
//! Training values where there are any, without missing ones; otherwise the exact distribution, where that is known in closed form;
//! otherwise draws from the model.

use rayon::prelude::*;

use super::fitted::FittedModel;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::mechanism::{LinearFunction, ParentFunction};
use crate::noise::NoiseDistribution;
use crate::random::Purpose;

/// How many values, over all nodes, are drawn to stand in for training rows; bounds the memory of large graphs.
const DRAWN_VALUES: usize = 1 << 22;
/// Bounds of the number of rows drawn to stand in for training rows.
const DRAWN_ROWS: (usize, usize) = (1 << 12, 1 << 16);
/// Seed of those draws: a constant, so that a known model is always the same model.
const SEED: u64 = 0;

/// One reference per node, by position in the graph.
pub(super) fn references(model: &FittedModel, data: Option<&Dataset>) -> Result<Vec<NoiseDistribution>> {
    let graph = model.graph();
    let mut references: Vec<Option<NoiseDistribution>> = graph
        .nodes()
        .map(|node| data.and_then(|data| present_values(data, node)))
        .map(|values| values.map(|values| NoiseDistribution::empirical(&values)).transpose())
        .collect::<Result<_>>()?;
    if references.iter().any(Option::is_none) {
        for (reference, exact) in references.iter_mut().zip(exact_distributions(model)?) {
            *reference = reference.take().or(exact);
        }
    }
    if references.iter().any(Option::is_none) {
        let rows = (DRAWN_VALUES / graph.node_count()).clamp(DRAWN_ROWS.0, DRAWN_ROWS.1);
        let columns = model.draw_columns(rows, SEED, Purpose::Reference)?;
        let drawn = references.into_par_iter().zip(columns).map(|(reference, column)| match reference {
            Some(reference) => Ok(reference),
            None => NoiseDistribution::empirical(&column),
        });
        let drawn: Vec<Result<NoiseDistribution>> = drawn.collect();
        return drawn.into_iter().collect();
    }
    Ok(references.into_iter().flatten().collect())
}

/// The values of a node that are not missing, if there are any and all of them are finite.
fn present_values(data: &Dataset, node: &str) -> Option<Vec<f64>> {
    let column = data.column_with_gaps(node).ok()?;
    let present: Vec<f64> = column.iter().copied().filter(|value| !value.is_nan()).collect();
    (!present.is_empty()).then_some(present)
}

/// The distributions known in closed form: of roots, and of nodes that are linear in normal noises.
fn exact_distributions(model: &FittedModel) -> Result<Vec<Option<NoiseDistribution>>> {
    let nodes = model.graph().node_count();
    let mut expansions: Vec<Option<Expansion>> = vec![None; nodes];
    for &position in model.graph().topological_positions() {
        expansions[position] = Expansion::of_node(model, position, &expansions);
    }
    (0..nodes)
        .map(|position| {
            let mechanism = model.mechanism_at(position);
            if mechanism.is_root() {
                return Ok(Some(mechanism.noise().clone()));
            }
            let normal = expansions[position].as_ref().and_then(|expansion| expansion.normal(model)).transpose();
            let node = || model.graph().name(position).to_owned();
            normal.map_err(|cause| Error::InNode { node: node(), cause: Box::new(cause) })
        })
        .collect()
}

/// A node as a constant plus a weighted sum of noises.
#[derive(Debug, Clone)]
struct Expansion {
    constant: f64,
    /// The noises' nodes and weights.
    weights: Vec<(usize, f64)>,
}

impl Expansion {
    /// Nothing if the node is not linear in its noises, given the expansions of its parents.
    fn of_node(model: &FittedModel, position: usize, expansions: &[Option<Self>]) -> Option<Self> {
        let mechanism = model.mechanism_at(position);
        let mut weights = vec![0.0; expansions.len()];
        let mut constant = 0.0;
        match mechanism.parent_function() {
            None if mechanism.is_root() => {}
            Some(ParentFunction::Linear(LinearFunction { intercept, coefficients })) => {
                constant = *intercept;
                for (coefficient, &parent) in coefficients.iter().zip(model.parents_at(position)) {
                    let parent = expansions[parent].as_ref()?;
                    constant += coefficient * parent.constant;
                    parent.weights.iter().for_each(|&(node, weight)| weights[node] += coefficient * weight);
                }
            }
            _ => return None,
        }
        weights[position] = 1.0;
        let weights = weights.into_iter().enumerate().filter(|&(_, weight)| weight != 0.0).collect();
        Some(Self { constant, weights })
    }

    /// The node's distribution if all its noises are normal or constant, and not all constant.
    fn normal(&self, model: &FittedModel) -> Option<Result<NoiseDistribution>> {
        let (mut mean, mut variance) = (self.constant, 0.0);
        for &(node, weight) in &self.weights {
            let noise = model.mechanism_at(node).noise();
            if !noise.is_normal_or_constant() {
                return None;
            }
            mean += weight * noise.mean();
            variance += weight * weight * noise.variance();
        }
        (variance > 0.0).then(|| NoiseDistribution::normal(mean, variance.sqrt()))
    }
}
