//! One trained regression tree.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mechanism::function::saved::{check, finite};

/// How many rows go through a tree together.
pub(super) const AT_A_TIME: usize = 128;
/// Trees of more leaves are not trained here, and would only be damage.
const MOST_LEAVES: usize = 1 << 16;

/// A complete binary tree: node k has the children 2k + 1, for values below its threshold, and 2k + 2. No index is
/// stored, so none can be wrong. A branch that ends early repeats its leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedTree")]
pub(crate) struct RegressionTree {
    /// One parent per inner node: 2^depth − 1.
    pub(super) parents: Vec<u32>,
    pub(super) thresholds: Vec<f64>,
    /// 2^depth.
    pub(super) leaves: Vec<f64>,
}

impl RegressionTree {
    /// For each inner node, breadth first, the parent that it splits on and the threshold; then the leaves, one more.
    #[cfg(any(feature = "boosted-trees", test))]
    pub(crate) fn new(parents: Vec<u32>, thresholds: Vec<f64>, leaves: Vec<f64>) -> Self {
        Self { parents, thresholds, leaves }
    }

    fn depth(&self) -> u32 {
        self.leaves.len().trailing_zeros()
    }

    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        self.leaves[self.leaf(parents)]
    }

    /// How many leaves there are.
    #[cfg(feature = "boosted-trees")]
    pub(crate) fn leaf_count(&self) -> usize {
        self.leaves.len()
    }

    /// The number of the leaf that a row comes to.
    pub(crate) fn leaf(&self, parents: &[f64]) -> usize {
        let mut node = 0;
        for _ in 0..self.depth() {
            let right = parents[self.parents[node] as usize] >= self.thresholds[node];
            node = 2 * node + 1 + usize::from(right);
        }
        node - self.parents.len()
    }

    /// The splits of a tree of at most 64 leaves. One whose sides are the same is none: a branch that ended early.
    pub(super) fn splits(&self) -> impl Iterator<Item = Split> {
        (0..self.parents.len()).filter_map(|node| {
            let level = (node + 1).ilog2();
            let width = self.leaves.len() >> level;
            let first = (node + 1 - (1 << level)) * width;
            let half = width / 2;
            let (left, right) = self.leaves[first..first + width].split_at(half);
            let is_split = left.iter().zip(right).any(|(left, right)| left.to_bits() != right.to_bits());
            let side = |first: usize| ((1 << half) - 1) << first;
            is_split.then(|| Split {
                parent: self.parents[node] as usize,
                threshold: self.thresholds[node],
                left: side(first),
                right: side(first + half),
            })
        })
    }

    /// Adds the tree to the values of a few rows, one level at a time, so that the rows' steps do not wait for each other.
    pub(super) fn add_to(&self, parents: &[&[f64]], start: usize, values: &mut [f64]) {
        let mut nodes = [0_usize; AT_A_TIME];
        let nodes = &mut nodes[..values.len()];
        for _ in 0..self.depth() {
            for (offset, node) in nodes.iter_mut().enumerate() {
                let right = parents[self.parents[*node] as usize][start + offset] >= self.thresholds[*node];
                *node = 2 * *node + 1 + usize::from(right);
            }
        }
        for (value, node) in values.iter_mut().zip(nodes) {
            *value += self.leaves[*node - self.parents.len()];
        }
    }
}

/// One inner node of a tree.
pub(super) struct Split {
    pub(super) parent: usize,
    pub(super) threshold: f64,
    /// The leaves on its sides, as bits: left are values below the threshold.
    pub(super) left: u64,
    pub(super) right: u64,
}

/// What a saved tree may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTree {
    parents: Vec<u32>,
    thresholds: Vec<f64>,
    leaves: Vec<f64>,
}

impl TryFrom<SavedTree> for RegressionTree {
    type Error = Error;

    fn try_from(SavedTree { parents, thresholds, leaves }: SavedTree) -> Result<Self> {
        let count = leaves.len();
        let complete = count.is_power_of_two() && count <= MOST_LEAVES;
        check("the number of leaves of a saved tree", "a power of two up to 65536", complete, count)?;
        let requirement = "one less than the number of its leaves";
        for (name, found) in [
            ("the number of parents of a saved tree", parents.len()),
            ("the number of thresholds of a saved tree", thresholds.len()),
        ] {
            check(name, requirement, found + 1 == count, found)?;
        }
        finite("a threshold of a saved tree", thresholds.iter().copied())?;
        finite("a leaf of a saved tree", leaves.iter().copied())?;
        Ok(Self { parents, thresholds, leaves })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        for bad in [f64::NAN, f64::INFINITY] {
            let tree =
                |threshold, leaf| SavedTree { parents: vec![0], thresholds: vec![threshold], leaves: vec![leaf, leaf] };
            assert!(RegressionTree::try_from(tree(bad, 0.0)).is_err());
            assert!(RegressionTree::try_from(tree(0.0, bad)).is_err());
        }
    }
}
