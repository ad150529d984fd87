//! Trained regression trees, laid out for evaluation.

mod binned;
mod tree;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::linear::LinearFunction;
use super::saved::check;
use super::words::Names;
use crate::error::{Error, Result};
use binned::Known;
use tree::AT_A_TIME;

pub(crate) use tree::RegressionTree;

/// A linear function of the parents plus the sum of regression trees that correct it.
///
/// ```text
/// f(parents) = intercept + Σⱼ coefficientⱼ · parentⱼ + Σₜ treeₜ(parents)
/// ```
///
/// Beyond the training range trees are constant, so that only the linear part carries a shift further: that is why it
/// is there. Costs O(trees · depth) per row, without branches; of a column with many rows O(trees · parents), and once the
/// trees of one or two parents have seen many rows, O(parents).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedTreeEnsemble")]
pub struct TreeEnsemble {
    linear: LinearFunction,
    trees: Vec<RegressionTree>,
    /// What follows from the trees.
    #[serde(skip)]
    known: Arc<Known>,
}

impl PartialEq for TreeEnsemble {
    fn eq(&self, other: &Self) -> bool {
        self.linear == other.linear && self.trees == other.trees
    }
}

impl TreeEnsemble {
    /// The trees must split on parents of the linear function.
    pub(crate) fn new(linear: LinearFunction, trees: Vec<RegressionTree>) -> Self {
        Self { linear, trees, known: Arc::default() }
    }

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

    /// Bounds of what the trees add: the sums of their smallest and of their largest leaves.
    pub(super) fn range_of_corrections(&self) -> (f64, f64) {
        let extremes = |tree: &RegressionTree| {
            let ends = (f64::INFINITY, f64::NEG_INFINITY);
            tree.leaves.iter().fold(ends, |(least, most), &leaf| (least.min(leaf), most.max(leaf)))
        };
        self.trees.iter().map(extremes).fold((0.0, 0.0), |(low, high), (least, most)| (low + least, high + most))
    }

    /// The trees are added up by themselves, so that sums of them can be known beforehand.
    pub(super) fn value(&self, parents: &[f64]) -> f64 {
        self.linear.value(parents) + self.trees.iter().fold(0.0, |sum, tree| sum + tree.value(parents))
    }

    pub(super) fn fill(&self, parents: &[&[f64]], values: &mut [f64]) {
        self.linear.fill(parents, values);
        if self.known.add_to(&self.trees, parents, values) {
            return;
        }
        for (chunk, values) in values.chunks_mut(AT_A_TIME).enumerate() {
            let mut sums = [0.0; AT_A_TIME];
            let sums = &mut sums[..values.len()];
            self.trees.iter().for_each(|tree| tree.add_to(parents, chunk * AT_A_TIME, sums));
            values.iter_mut().zip(sums).for_each(|(value, sum)| *value += *sum);
        }
    }

    pub(super) fn describe(&self, names: &Names) -> String {
        let (linear, count) = (self.linear.describe(names), self.trees());
        let parents = names.list(0..self.parents());
        if count == 0 { linear } else { format!("{linear} + trees({parents}; {count} trees)") }
    }
}

/// What a saved ensemble may hold, before its trees are checked against its parents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTreeEnsemble {
    linear: LinearFunction,
    trees: Vec<RegressionTree>,
}

impl TryFrom<SavedTreeEnsemble> for TreeEnsemble {
    type Error = Error;

    fn try_from(SavedTreeEnsemble { linear, trees }: SavedTreeEnsemble) -> Result<Self> {
        for &parent in trees.iter().flat_map(|tree| &tree.parents) {
            // A tree that is a single leaf splits on nothing; all others need a parent to split on.
            let exists = (parent as usize) < linear.coefficients.len();
            check("the parent that a saved tree splits on", "one of its parents", exists, parent)?;
        }
        Ok(Self::new(linear, trees))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_counted_behind_their_linear_part() {
        let shown = ensemble().describe(&Names::new(&["load", "db"]));
        assert_eq!(shown, "0.5 + 2·load + 0·db + trees(load, db; 2 trees)");
    }

    fn ensemble() -> TreeEnsemble {
        let tree = RegressionTree {
            parents: vec![0, 1, 0],
            thresholds: vec![0.0, 5.0, 2.0],
            leaves: vec![1.0, 10.0, 100.0, 1000.0],
        };
        let stump = RegressionTree { parents: vec![], thresholds: vec![], leaves: vec![0.25] };
        let linear = LinearFunction { intercept: 0.5, coefficients: vec![2.0, 0.0] };
        TreeEnsemble::new(linear, vec![tree, stump])
    }

    #[test]
    fn a_value_below_the_threshold_goes_left() {
        let tree = |a, b| ensemble().value(&[a, b]) - 0.75 - 2.0 * a;
        assert_eq!(tree(-1.0, 4.0), 1.0);
        assert_eq!(tree(-1.0, 5.0), 10.0);
        assert_eq!(tree(0.0, 0.0), 100.0);
        assert_eq!(tree(2.0, 0.0), 1000.0);
    }

    /// Trees of up to six parents, among them such that end early, for few rows, for many, and for so many that sums are kept.
    #[test]
    fn columns_give_the_same_bits_as_rows() {
        let draw = |number: usize| (number as f64 * 1.618_033_988_749_895).fract();
        for (parents, depth) in [(1, 3), (2, 2), (2, 6), (3, 4), (4, 4), (6, 5)] {
            let tree = |number: usize| {
                let inner = (1 << depth) - 1;
                let leaves = (0..=inner).map(|leaf| {
                    // The first half of some trees is a leaf.
                    let leaf = if number.is_multiple_of(3) && 2 * leaf <= inner { 0 } else { leaf };
                    draw(number * 41 + leaf * 7 + 1)
                });
                RegressionTree {
                    parents: (0..inner).map(|node| ((number + node * 5) % parents) as u32).collect(),
                    thresholds: (0..inner).map(|node| (12.0 * draw(number * 3 + node) - 6.0).round()).collect(),
                    leaves: leaves.collect(),
                }
            };
            let linear = LinearFunction { intercept: 0.5, coefficients: vec![0.3; parents] };
            let ensemble = TreeEnsemble::new(linear, (0..20).map(tree).collect());
            let rows = 5_000;
            let column = |step: f64| (0..rows).map(|row| ((row as f64 * step).sin() * 60.0).round() / 8.0).collect();
            let columns: Vec<Vec<f64>> = (0..parents).map(|parent| column(0.7 + parent as f64 * 1.2)).collect();
            let expected: Vec<u64> = (0..rows)
                .map(|row| ensemble.value(&columns.iter().map(|column| column[row]).collect::<Vec<_>>()).to_bits())
                .collect();
            for rows in [1, 1_000, 2_047, rows, rows, rows] {
                let columns: Vec<&[f64]> = columns.iter().map(|column| &column[..rows]).collect();
                let mut values = vec![f64::NAN; rows];
                ensemble.fill(&columns, &mut values);
                for row in 0..rows {
                    assert_eq!(values[row].to_bits(), expected[row], "{parents} parents, row {row} of {rows}");
                }
            }
        }
    }
}
