//! Training of gradient-boosted trees.

use forust_ml::Matrix;
use forust_ml::gradientbooster::GradientBooster;
use forust_ml::objective::ObjectiveType;
use forust_ml::tree::Tree;
use ndarray::{ArrayView1, ArrayView2};

use super::regressor::Regressor;
use super::training_columns::{TrainingColumns, mean};
use crate::error::{Error, Result};
use crate::mechanism::function::{LinearFunction, ParentFunction, RegressionTree, TreeEnsemble};
use crate::numeric::linalg::least_squares;

/// Fewest rows to train trees on: fewer hold nothing that trees could find and a line could not.
const FEWEST_ROWS: usize = 40;
/// The deepest trees: their layout grows as 2^depth.
const DEEPEST: usize = 6;
const MOST_TREES: usize = 10_000;
/// How often the line and the small tree that it is fitted within are fitted in turn.
const ROUNDS: usize = 4;
const DEPTH_OF_SMALL_TREE: usize = 4;
/// A leaf of the small tree holds at least one row in so many.
const FEWEST_SHARE_OF_LEAF: usize = 30;

/// Gradient-boosted regression trees on the residuals of a linear regression.
///
/// f(parents) = linear(parents) + Σₜ treeₜ(parents), trained by the library `forust-ml` (histograms of 256 bins, squared
/// loss, second-order gains as in Chen and Guestrin, *XGBoost*, KDD 2016) on standardised residuals, then laid out for
/// evaluation as a [`TreeEnsemble`]. Training uses one thread and no random numbers.
///
/// Trees are constant beyond the training range, where root causes are. The linear part goes on, so a parent's shift
/// still reaches the node; without it ([`without_linear`](Self::without_linear)) the event would be blamed on the node.
///
/// Costs O(trees · rows · parents).
#[derive(Debug, Clone, Copy, PartialEq)]
#[doc(alias = "create_hist_gradient_boost_regressor")]
pub struct BoostedTrees {
    trees: usize,
    depth: usize,
    learning_rate: f64,
    penalty: f64,
    min_leaf_rows: usize,
    linear: bool,
}

/// 100 trees of depth 4, learning rate 0.1, penalty 1, leaves of 10 rows, on top of a linear regression.
impl Default for BoostedTrees {
    fn default() -> Self {
        Self { trees: 100, depth: 4, learning_rate: 0.1, penalty: 1.0, min_leaf_rows: 10, linear: true }
    }
}

impl BoostedTrees {
    /// How many trees, from 1 to 10 000.
    #[must_use]
    pub fn with_trees(self, trees: usize) -> Self {
        Self { trees, ..self }
    }

    /// How many splits lie at most between a root and a leaf, from 1 to 6.
    #[must_use]
    pub fn with_depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// What share of its own correction each tree makes, above 0 and at most 1.
    #[must_use]
    pub fn with_learning_rate(self, learning_rate: f64) -> Self {
        Self { learning_rate, ..self }
    }

    /// The penalty on squared leaf values, in rows: a leaf of as many rows is halved. At least 0.
    #[must_use]
    pub fn with_penalty(self, penalty: f64) -> Self {
        Self { penalty, ..self }
    }

    /// Fewest training rows in a leaf, at least 1.
    #[must_use]
    pub fn with_min_leaf_rows(self, rows: usize) -> Self {
        Self { min_leaf_rows: rows, ..self }
    }

    /// Trees alone, from the mean: what other libraries call gradient boosting. Constant beyond the training range.
    #[must_use]
    pub fn without_linear(self) -> Self {
        Self { linear: false, ..self }
    }

    fn check(&self) -> Result<()> {
        let checks = [
            ("the number of trees", "from 1 to 10 000", (1..=MOST_TREES).contains(&self.trees), self.trees as f64),
            ("the depth of boosted trees", "from 1 to 6", (1..=DEEPEST).contains(&self.depth), self.depth as f64),
            (
                "the learning rate of boosted trees",
                "above 0 and at most 1",
                self.learning_rate > 0.0 && self.learning_rate <= 1.0,
                self.learning_rate,
            ),
            (
                "the penalty of boosted trees",
                "finite and at least 0",
                self.penalty >= 0.0 && self.penalty.is_finite(),
                self.penalty,
            ),
            ("the fewest rows of a leaf", "at least 1", self.min_leaf_rows >= 1, self.min_leaf_rows as f64),
        ];
        match checks.into_iter().find(|&(_, _, fine, _)| !fine) {
            None => Ok(()),
            Some((name, requirement, _, found)) => {
                Err(Error::InvalidParameter { name, requirement, found: found.to_string() })
            }
        }
    }

    /// The linear part: the mean alone, or least squares within the leaves of a small tree.
    ///
    /// A jump tilts the line that is fitted through it, and the tilt is what the function would do outside the training
    /// range. Within leaves that the jumps separate, the line is what it is between them. Tree and line are fitted in
    /// turn, the tree to what the line leaves over.
    fn base(&self, columns: &TrainingColumns<'_>, values: ArrayView1<'_, f64>) -> Result<LinearFunction> {
        let parents = columns.parents();
        if !self.linear {
            return Ok(LinearFunction { intercept: mean(values), coefficients: vec![0.0; parents] });
        }
        let fit = least_squares(columns.matrix(), values, 0.0)?;
        let mut linear = LinearFunction { intercept: fit.intercept, coefficients: fit.coefficients };
        let small = Self {
            trees: 1,
            depth: DEPTH_OF_SMALL_TREE,
            learning_rate: 1.0,
            min_leaf_rows: self.min_leaf_rows.max(values.len() / FEWEST_SHARE_OF_LEAF),
            ..*self
        };
        for _ in 0..ROUNDS {
            let Some((residuals, _)) = columns.standardised_residuals(&linear, values) else { break };
            let trees = small.train(columns, &residuals)?;
            let Some(tree) = trees.first().filter(|tree| tree.nodes.len() > 1) else { break };
            let tree = flattened(tree, 1.0);
            let leaves: Vec<usize> = columns.matrix().rows().into_iter().map(|row| tree.leaf(&row.to_vec())).collect();
            let Some(coefficients) = columns.slopes_within(&leaves, tree.leaf_count(), values)? else { break };
            linear.coefficients = coefficients;
            linear.intercept = 0.0;
            let rest = columns.unexplained(&linear, values);
            linear.intercept = mean(ArrayView1::from(&rest));
        }
        Ok(linear)
    }

    fn train(&self, columns: &TrainingColumns<'_>, residuals: &[f64]) -> Result<Vec<Tree>> {
        let mut booster = GradientBooster::default()
            .set_objective_type(ObjectiveType::SquaredLoss)
            .set_iterations(self.trees)
            .set_max_depth(self.depth)
            .set_learning_rate(self.learning_rate as f32)
            .set_l2(self.penalty as f32)
            .set_min_leaf_weight(self.min_leaf_rows as f32)
            .set_base_score(0.0)
            .set_initialize_base_score(false)
            // Threads are given to nodes, not to one node's trees.
            .set_parallel(false);
        let data = Matrix::new(columns.flat(), residuals.len(), columns.parents());
        booster
            .fit_unweighted(&data, residuals, None)
            .map_err(|error| Error::Training { message: error.to_string() })?;
        Ok(booster.trees)
    }
}

impl Regressor for BoostedTrees {
    fn fit(&self, parents: ArrayView2<'_, f64>, values: ArrayView1<'_, f64>) -> Result<ParentFunction> {
        self.check()?;
        if values.len() < self.min_rows(parents.ncols()) {
            let what = "boosted trees".to_owned();
            let needed = self.min_rows(parents.ncols());
            return Err(Error::TooFewRows { what, needed, found: values.len() });
        }
        let columns = TrainingColumns::new(parents);
        let linear = self.base(&columns, values)?;
        let Some((residuals, scale)) = columns.standardised_residuals(&linear, values) else {
            return Ok(ParentFunction::Trees(TreeEnsemble::new(linear, Vec::new())));
        };
        let trees = self.train(&columns, &residuals)?;
        let trees = trees.iter().filter(|tree| tree.nodes.len() > 1).map(|tree| flattened(tree, scale)).collect();
        Ok(ParentFunction::Trees(TreeEnsemble::new(linear, trees)))
    }

    fn min_rows(&self, parents: usize) -> usize {
        FEWEST_ROWS.max(parents + 2)
    }

    fn is_flexible(&self) -> bool {
        true
    }
}

/// A trained tree as a complete one, its leaves in the node's unit.
fn flattened(tree: &Tree, scale: f64) -> RegressionTree {
    let depth = tree.nodes.iter().map(|node| node.depth).max().unwrap_or(0).min(DEEPEST);
    let inner = (1_usize << depth) - 1;
    // Which trained node stands at each place; a leaf that comes early stands for all below it.
    let mut trained = vec![0; 2 * inner + 1];
    let (mut parents, mut thresholds) = (vec![0; inner], vec![0.0; inner]);
    for place in 0..inner {
        let node = &tree.nodes[trained[place]];
        let (mut left, mut right) = (trained[place], trained[place]);
        if !node.is_leaf {
            (left, right) = (node.left_child, node.right_child);
            parents[place] = node.split_feature as u32;
            thresholds[place] = node.split_value;
        }
        trained[2 * place + 1] = left;
        trained[2 * place + 2] = right;
    }
    let leaves = trained[inner..].iter().map(|&node| f64::from(tree.nodes[node].weight_value) * scale).collect();
    RegressionTree::new(parents, thresholds, leaves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2};

    fn data(rows: usize) -> (Array2<f64>, Array1<f64>) {
        let parents =
            Array2::from_shape_fn((rows, 2), |(row, column)| 50.0 + 10.0 * (row as f64 * [1.0, 2.3][column]).sin());
        let values = parents.rows().into_iter().map(|row| if row[0] > 52.0 { 7.0 } else { row[1] * 0.3 }).collect();
        (parents, values)
    }

    fn trees(function: &ParentFunction) -> &TreeEnsemble {
        match function {
            ParentFunction::Trees(trees) => trees,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flattened_trees_predict_what_the_library_predicts() {
        let (parents, values) = data(500);
        let columns: Vec<f64> = parents.columns().into_iter().flatten().copied().collect();
        let regression = BoostedTrees::default().without_linear();
        let function = regression.fit(parents.view(), values.view()).unwrap();
        let mean = values.mean().unwrap();
        let scale = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 500.0).sqrt();
        let residuals: Vec<f64> = values.iter().map(|value| (value - mean) / scale).collect();
        let mut booster = GradientBooster::default()
            .set_objective_type(ObjectiveType::SquaredLoss)
            .set_iterations(100)
            .set_max_depth(4)
            .set_learning_rate(0.1)
            .set_l2(1.0)
            .set_min_leaf_weight(10.0)
            .set_base_score(0.0)
            .set_initialize_base_score(false)
            .set_parallel(true);
        let matrix = Matrix::new(&columns, 500, 2);
        booster.fit_unweighted(&matrix, &residuals, None).unwrap();
        let predicted = booster.predict(&matrix, false);
        for (row, predicted) in parents.rows().into_iter().zip(predicted) {
            let found = function.value(&row.to_vec());
            let expected = mean + scale * predicted;
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn a_step_that_no_line_follows_is_learned() {
        let (parents, values) = data(2000);
        let function = BoostedTrees::default().fit(parents.view(), values.view()).unwrap();
        let errors =
            parents.rows().into_iter().zip(&values).map(|(row, value)| (function.value(&row.to_vec()) - value).powi(2));
        let mean_square = errors.sum::<f64>() / 2000.0;
        assert!(mean_square < 0.05, "{mean_square}");
    }

    #[test]
    fn beyond_the_training_range_the_linear_part_goes_on() {
        let (parents, _) = data(500);
        let values: Array1<f64> = parents.rows().into_iter().map(|row| 3.0 * row[0] + (row[1] - 50.0).abs()).collect();
        let function = BoostedTrees::default().fit(parents.view(), values.view()).unwrap();
        let slope = (function.value(&[300.0, 50.0]) - function.value(&[200.0, 50.0])) / 100.0;
        assert!((slope - 3.0).abs() < 0.1, "{slope}");
        let alone = BoostedTrees::default().without_linear().fit(parents.view(), values.view()).unwrap();
        assert_eq!(alone.value(&[300.0, 50.0]), alone.value(&[200.0, 50.0]));
    }

    #[test]
    fn a_perfectly_linear_node_gets_no_trees() {
        let (parents, _) = data(100);
        let values: Array1<f64> = parents.rows().into_iter().map(|row| 3.0 * row[0] - row[1]).collect();
        let function = BoostedTrees::default().fit(parents.view(), values.view()).unwrap();
        assert_eq!(trees(&function).trees(), 0);
    }

    #[test]
    fn constant_and_extreme_parents_do_no_harm() {
        let (mut parents, values) = data(100);
        parents.column_mut(0).fill(1.0);
        parents.column_mut(1).mapv_inplace(|value| value * 1e200);
        let function = BoostedTrees::default().fit(parents.view(), values.view()).unwrap();
        assert!(function.value(&[1.0, 5e201]).is_finite());
    }

    #[test]
    fn bad_settings_and_too_few_rows_are_refused() {
        let (parents, values) = data(100);
        let bad = BoostedTrees::default();
        for regression in [
            bad.with_trees(0),
            bad.with_depth(0),
            bad.with_depth(7),
            bad.with_learning_rate(f64::NAN),
            bad.with_learning_rate(0.0),
            bad.with_penalty(-1.0),
            bad.with_penalty(f64::INFINITY),
            bad.with_min_leaf_rows(0),
        ] {
            let error = regression.fit(parents.view(), values.view()).unwrap_err();
            assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
        }
        let (parents, values) = data(39);
        assert!(matches!(bad.fit(parents.view(), values.view()), Err(Error::TooFewRows { needed: 40, found: 39, .. })));
    }
}
