//! What one fold of the rows says, by what was learned from the others.

use ndarray::{Array2, ArrayView1, Axis};

use super::config::RobustChangeConfig;
use super::ratios::log_ratios;
use super::rows::Rows;
use crate::error::Result;
use crate::mechanism::{learn_function, values_of};
use crate::shapley::joining_weights;

/// What the rows of a fold sum to.
pub(super) struct FoldSums {
    /// For every coalition, output and table the sum of the rows' scores.
    pub(super) scores: Vec<Vec<[f64; 2]>>,
    /// The rows of the fold.
    pub(super) rows: Vec<usize>,
    /// For every node what each row of the fold adds to its contribution, times the number of rows of the row's table.
    pub(super) influences: Vec<Vec<f64>>,
    /// The smallest share of rows that weighted rows count for.
    pub(super) effective: f64,
    /// How many regressions were fitted.
    pub(super) fits: usize,
}

/// The recursion over coalitions, from the last node to the first.
struct Recursion<'r> {
    rows: &'r Rows,
    config: &'r RobustChangeConfig,
    training: [Vec<usize>; 2],
    frontiers: Vec<Array2<f64>>,
    log_ratios: Vec<Vec<f64>>,
    joining: Vec<f64>,
    sums: FoldSums,
}

/// γ of every output for every row.
type Expected = Vec<Vec<f64>>;

pub(super) fn fold_sums(rows: &Rows, config: &RobustChangeConfig, held: &[usize]) -> Result<FoldSums> {
    let nodes = rows.nodes.len();
    let mut is_held = vec![false; rows.counts[0] + rows.counts[1]];
    held.iter().for_each(|&row| is_held[row] = true);
    let training: Vec<usize> = (0..is_held.len()).filter(|&row| !is_held[row]).collect();
    let log_ratios = log_ratios(rows, config.weights, &training);
    let training =
        [0, 1].map(|table| training.iter().copied().filter(|&row| rows.table(row) == table).collect::<Vec<_>>());
    let sums = FoldSums {
        scores: vec![vec![[0.0; 2]; rows.outputs.len()]; 1 << nodes],
        rows: held.to_vec(),
        influences: vec![vec![0.0; held.len()]; nodes],
        effective: 1.0,
        fits: 0,
    };
    let frontiers = (0..nodes).map(|count| rows.features(&rows.frontier(count))).collect();
    let joining = joining_weights(nodes);
    let mut recursion = Recursion { rows, config, training, frontiers, log_ratios, joining, sums };
    recursion.descend(nodes - 1, 0, &mut vec![rows.outputs.clone()])?;
    Ok(recursion.sums)
}

impl Recursion<'_> {
    /// Goes through all coalitions with these later members. `later` has γ after the last node, after the one before, and so on to
    /// that after `node`, whose table is to be chosen: each γ depends on the tables of later nodes alone.
    fn descend(&mut self, node: usize, coalition: usize, later: &mut Vec<Expected>) -> Result<()> {
        for table in 0..2 {
            let coalition = coalition | table << node;
            if node == 0 {
                self.score(coalition, later);
                continue;
            }
            let after = &later[later.len() - 1];
            let before = after.iter().map(|after| self.regressed(node, table, after)).collect::<Result<Expected>>()?;
            self.sums.fits += before.len();
            later.push(before);
            self.descend(node - 1, coalition, later)?;
            later.pop();
        }
        Ok(())
    }

    /// E[γ | the nodes before] in the training rows of a table, predicted for all rows.
    fn regressed(&self, node: usize, table: usize, after: &[f64]) -> Result<Vec<f64>> {
        let (features, training) = (&self.frontiers[node], &self.training[table]);
        let values: Vec<f64> = training.iter().map(|&row| after[row]).collect();
        let (name, regressor) = (&self.rows.nodes[node], self.config.regressor.as_ref());
        let seen = features.select(Axis(0), training);
        let function = learn_function(regressor, name, seen.view(), ArrayView1::from(&values))?;
        Ok(values_of(&function, features.view()))
    }

    /// The scores of the rows that were held out, for one coalition, and what they add to everyone's contribution.
    fn score(&mut self, coalition: usize, later: &[Expected]) {
        let nodes = self.rows.nodes.len();
        let table_of = |node: usize| coalition >> node & 1;
        let held = self.sums.rows.len();
        let mut scores = vec![vec![0.0; held]; self.rows.outputs.len()];
        // γ after the first `count` nodes.
        let gamma = |count: usize| &later[nodes - count];
        let mut weighted = vec![[0.0_f64; 3]; nodes];
        for (at, &row) in self.sums.rows.iter().enumerate() {
            let own = self.rows.table(row);
            // The logarithm of how much likelier the nodes before are under the coalition than under this row's table.
            let mut log_weight = 0.0;
            for node in 0..nodes {
                if table_of(node) == own {
                    let weight = f64::exp(log_weight);
                    for (output, scores) in scores.iter_mut().enumerate() {
                        let before = if node == 0 { 0.0 } else { gamma(node)[output][row] };
                        scores[at] += weight * (gamma(node + 1)[output][row] - before);
                    }
                    let sums = &mut weighted[node];
                    *sums = [sums[0] + 1.0, sums[1] + weight, sums[2] + weight * weight];
                } else {
                    log_weight += if own == 0 { self.log_ratios[node][row] } else { -self.log_ratios[node][row] };
                }
            }
        }
        for [count, sum, squares] in weighted.into_iter().filter(|sums| sums[0] > 0.0) {
            self.sums.effective = self.sums.effective.min(sum * sum / squares / count);
        }
        for (output, scores) in scores.iter().enumerate() {
            for (&row, score) in self.sums.rows.iter().zip(scores) {
                self.sums.scores[coalition][output][self.rows.table(row)] += score;
            }
        }
        let influence = self.influence(coalition, scores);
        let size = coalition.count_ones() as usize;
        for (node, influences) in self.sums.influences.iter_mut().enumerate() {
            let weight = match table_of(node) {
                1 => self.joining[size - 1],
                _ => -self.joining[size],
            };
            influences.iter_mut().zip(&influence).for_each(|(sum, score)| *sum += weight * score);
        }
    }

    /// What each row adds to the statistic: its score, or for a variance E[Y²] − E[Y]² the score of the square less twice the mean
    /// times that of the value, with the mean as this fold has it, which is as robust as all else.
    fn influence(&self, coalition: usize, mut scores: Vec<Vec<f64>>) -> Vec<f64> {
        let last = scores.pop().unwrap_or_default();
        let Some(values) = scores.pop() else { return last };
        let mut counts = [0.0; 2];
        self.sums.rows.iter().for_each(|&row| counts[self.rows.table(row)] += 1.0);
        let sums = self.sums.scores[coalition][0];
        let mean = sums[0] / counts[0] + sums[1] / counts[1];
        last.iter().zip(values).map(|(square, value)| square - 2.0 * mean * value).collect()
    }
}
