//! Trained regression trees, laid out for evaluation.

use serde::{Deserialize, Serialize};

use super::function::LinearFunction;
use super::saved::{SavedTree, SavedTreeEnsemble};

/// How many rows go through a tree together.
const AT_A_TIME: usize = 128;

/// A linear function of the parents plus the sum of regression trees that correct it.
///
/// ```text
/// f(parents) = intercept + Σⱼ coefficientⱼ · parentⱼ + Σₜ treeₜ(parents)
/// ```
///
/// Beyond the training range trees are constant, so that only the linear part carries a shift further: that is why it
/// is there. Costs O(trees · depth) per row, without branches and without allocation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedTreeEnsemble")]
pub struct TreeEnsemble {
    pub(super) linear: LinearFunction,
    pub(super) trees: Vec<RegressionTree>,
}

/// A complete binary tree: node k has the children 2k + 1, for values below its threshold, and 2k + 2. No index is
/// stored, so none can be wrong. A branch that ends early repeats its leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedTree")]
pub(super) struct RegressionTree {
    /// One parent per inner node: 2^depth − 1.
    pub(super) parents: Vec<u32>,
    pub(super) thresholds: Vec<f64>,
    /// 2^depth.
    pub(super) leaves: Vec<f64>,
}

impl TreeEnsemble {
    /// The linear part.
    pub fn linear(&self) -> &LinearFunction {
        &self.linear
    }

    /// How many trees there are.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// How many parents it takes.
    pub fn parents(&self) -> usize {
        self.linear.coefficients.len()
    }

    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        let linear = self.linear.value(parents);
        self.trees.iter().fold(linear, |sum, tree| sum + tree.value(parents))
    }

    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        self.linear.fill(parents, values);
        for (chunk, values) in values.chunks_mut(AT_A_TIME).enumerate() {
            for tree in &self.trees {
                tree.add_to(parents, chunk * AT_A_TIME, values);
            }
        }
    }
}

impl RegressionTree {
    fn depth(&self) -> u32 {
        self.leaves.len().trailing_zeros()
    }

    fn value(&self, parents: &[f64]) -> f64 {
        self.leaves[self.leaf(parents)]
    }

    /// How many leaves there are.
    #[cfg(feature = "boosted-trees")]
    pub(super) fn leaf_count(&self) -> usize {
        self.leaves.len()
    }

    /// The number of the leaf that a row comes to.
    pub(super) fn leaf(&self, parents: &[f64]) -> usize {
        let mut node = 0;
        for _ in 0..self.depth() {
            let right = parents[self.parents[node] as usize] >= self.thresholds[node];
            node = 2 * node + 1 + usize::from(right);
        }
        node - self.parents.len()
    }

    /// Adds the tree to the values of a few rows, one level at a time, so that the rows' steps do not wait for each other.
    fn add_to(&self, parents: &[&[f64]], start: usize, values: &mut [f64]) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ensemble() -> TreeEnsemble {
        let tree = RegressionTree {
            parents: vec![0, 1, 0],
            thresholds: vec![0.0, 5.0, 2.0],
            leaves: vec![1.0, 10.0, 100.0, 1000.0],
        };
        let stump = RegressionTree { parents: vec![], thresholds: vec![], leaves: vec![0.25] };
        let linear = LinearFunction { intercept: 0.5, coefficients: vec![2.0, 0.0] };
        TreeEnsemble { linear, trees: vec![tree, stump] }
    }

    #[test]
    fn a_value_below_the_threshold_goes_left() {
        let tree = |a, b| ensemble().value(&[a, b]) - 0.75 - 2.0 * a;
        assert_eq!(tree(-1.0, 4.0), 1.0);
        assert_eq!(tree(-1.0, 5.0), 10.0);
        assert_eq!(tree(0.0, 0.0), 100.0);
        assert_eq!(tree(2.0, 0.0), 1000.0);
    }

    #[test]
    fn columns_give_the_same_bits_as_rows() {
        let column = |step: f64| (0..1000).map(|row| (f64::from(row) * step).sin() * 6.0).collect::<Vec<f64>>();
        let (a, b) = (column(0.7), column(1.9));
        let mut values = vec![f64::NAN; 1000];
        ensemble().fill(&[&a, &b], &mut values);
        for row in 0..1000 {
            assert_eq!(values[row], ensemble().value(&[a[row], b[row]]));
        }
    }
}
