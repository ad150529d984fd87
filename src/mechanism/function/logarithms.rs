//! Logarithms that go on below 0.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::link::Link;
use super::saved::check;
use crate::error::{Error, Result};

/// The logarithm is continued by its tangent below this share of a parent's smallest training value.
const EDGE_SHARE: f64 = 0.1;

/// The logarithm of each parent, continued by its tangent below an edge above 0, so that it is finite, smooth and
/// increasing for any value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub(crate) struct Logarithms {
    /// One per parent.
    edges: Vec<f64>,
}

impl Logarithms {
    /// Puts each parent's edge at a tenth of its smallest training value. Also gives the logarithms of the training rows.
    ///
    /// # Errors
    /// When a training value is not above 0.
    pub(crate) fn fit(node: &str, parents: ArrayView2<'_, f64>) -> Result<(Self, Array2<f64>)> {
        let mut edges = Vec::with_capacity(parents.ncols());
        for (place, parent) in parents.columns().into_iter().enumerate() {
            if let Some((row, &found)) = parent.iter().enumerate().find(|(_, value)| !Link::Log.contains(**value)) {
                let what = format!("parent {} of node `{node}` in training row {row}", place + 1);
                return Err(Error::OutsideDomain { what, requirement: "above 0 to take its logarithm", found });
            }
            edges.push(edge_below(parent.fold(f64::INFINITY, |smallest, &value| smallest.min(value))));
        }
        let mut logs = parents.to_owned();
        for (mut column, &edge) in logs.columns_mut().into_iter().zip(&edges) {
            column.mapv_inplace(|value| continued_log(value, edge));
        }
        Ok((Self { edges }, logs))
    }

    /// The logarithms of parents with these smallest training values, which are above 0.
    pub(crate) fn above(smallest: impl IntoIterator<Item = f64>) -> Self {
        Self { edges: smallest.into_iter().map(edge_below).collect() }
    }

    /// How many parents there are.
    pub(super) fn parents(&self) -> usize {
        self.edges.len()
    }

    /// The logarithms of one row.
    pub(super) fn row(&self, parents: &[f64]) -> Vec<f64> {
        self.edges.iter().zip(parents).map(|(&edge, &parent)| continued_log(parent, edge)).collect()
    }

    /// The logarithms of columns.
    pub(super) fn columns(&self, parents: &[&[f64]]) -> Vec<Vec<f64>> {
        let column =
            |(&edge, parent): (&f64, &&[f64])| parent.iter().map(|&parent| continued_log(parent, edge)).collect();
        self.edges.iter().zip(parents).map(column).collect()
    }
}

impl TryFrom<Vec<f64>> for Logarithms {
    type Error = Error;

    fn try_from(edges: Vec<f64>) -> Result<Self> {
        for &edge in &edges {
            let name = "the edge of a saved function of logarithms";
            check(name, "finite and above 0", edge > 0.0 && edge.is_finite(), edge)?;
        }
        Ok(Self { edges })
    }
}

impl From<Logarithms> for Vec<f64> {
    fn from(logarithms: Logarithms) -> Self {
        logarithms.edges
    }
}

/// Where a parent with this smallest training value has its edge.
fn edge_below(smallest: f64) -> f64 {
    // Even the smallest number shall have one.
    (EDGE_SHARE * smallest).max(f64::MIN_POSITIVE)
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
        let error = Logarithms::fit("api", parents.view()).unwrap_err().to_string();
        assert!(error.contains("parent 2 of node `api` in training row 1") && error.contains("is 0"), "{error}");
    }
}
