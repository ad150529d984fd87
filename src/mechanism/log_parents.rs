//! Functions of the parents' logarithms.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::function::ParentFunction;
use super::link::Link;
use super::saved::SavedLogParents;
use crate::error::{Error, Result};

/// The logarithm is continued by its tangent below this share of a parent's smallest training value.
const EDGE_SHARE: f64 = 0.1;

/// A function of the parents' logarithms: with a linear one and a log link, effects multiply as powers of the parents.
///
/// Every parent must be above 0 in training. Where it comes out smaller than a tenth of its smallest training value, as
/// simulated values may, even negative ones, the logarithm is continued by its tangent there, so that the function is
/// finite, smooth and increasing in it for any value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedLogParents")]
pub struct LogParents {
    pub(super) edges: Vec<f64>,
    pub(super) function: Box<ParentFunction>,
}

impl LogParents {
    /// The function of the logarithms.
    pub fn function(&self) -> &ParentFunction {
        &self.function
    }

    /// How many parents it takes.
    pub fn parents(&self) -> usize {
        self.edges.len()
    }

    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        let logs: Vec<f64> =
            self.edges.iter().zip(parents).map(|(&edge, &parent)| continued_log(parent, edge)).collect();
        self.function.value(&logs)
    }

    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        let logs: Vec<Vec<f64>> = self
            .edges
            .iter()
            .zip(parents)
            .map(|(&edge, parent)| parent.iter().map(|&parent| continued_log(parent, edge)).collect())
            .collect();
        let logs: Vec<&[f64]> = logs.iter().map(Vec::as_slice).collect();
        self.function.fill(&logs, values);
    }
}

/// Where the logarithm of each parent is continued, and the logarithms of the training rows.
pub(super) fn logs_of(node: &str, parents: ArrayView2<'_, f64>) -> Result<(Vec<f64>, Array2<f64>)> {
    let mut edges = Vec::with_capacity(parents.ncols());
    for (place, parent) in parents.columns().into_iter().enumerate() {
        if let Some((row, &found)) = parent.iter().enumerate().find(|(_, value)| !Link::Log.contains(**value)) {
            let what = format!("parent {} of node `{node}` in training row {row}", place + 1);
            return Err(Error::OutsideDomain { what, requirement: "above 0 to take its logarithm", found });
        }
        let edge = EDGE_SHARE * parent.fold(f64::INFINITY, |smallest, &value| smallest.min(value));
        // Where even the smallest number has no tenth.
        edges.push(edge.max(f64::MIN_POSITIVE));
    }
    let mut logs = parents.to_owned();
    for (mut column, &edge) in logs.columns_mut().into_iter().zip(&edges) {
        column.mapv_inplace(|value| continued_log(value, edge));
    }
    Ok((edges, logs))
}

fn continued_log(x: f64, edge: f64) -> f64 {
    if x >= edge { x.ln() } else { edge.ln() + (x - edge) / edge }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_continued_logarithm_is_finite_smooth_and_increasing() {
        let edge = 0.02;
        let values: Vec<f64> = (-1000..1000).map(|step| continued_log(f64::from(step) * 1e-3, edge)).collect();
        assert!(values.iter().all(|value| value.is_finite()));
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
        let step = 1e-9;
        let slope = |x: f64| (continued_log(x + step, edge) - continued_log(x, edge)) / step;
        assert!((slope(edge - 2.0 * step) - slope(edge + step)).abs() < 1e-2 / edge, "the tangent");
    }

    #[test]
    fn a_parent_that_is_not_positive_is_refused_by_node_row_and_value() {
        let parents = ndarray::array![[1.0, 2.0], [1.0, 0.0]];
        let error = logs_of("api", parents.view()).unwrap_err().to_string();
        assert!(error.contains("parent 2 of node `api` in training row 1") && error.contains("is 0"), "{error}");
    }
}
