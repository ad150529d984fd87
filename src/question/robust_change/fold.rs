//! What one fold of the rows says, by what was learned from the others.

use ndarray::{Array2, ArrayView1};

use super::config::RobustChangeConfig;
use super::ratios::log_ratios;
use super::rows::Rows;
use crate::error::Result;
use crate::mechanism::{learn_function, values_of};
use crate::numeric::linalg::select_rows;
use crate::shapley::joining_weights;
use crate::threads::proceed;

/// What the rows of a fold sum to.
pub(super) struct FoldSums {
    /// For every coalition and node.
    pub(super) terms: Vec<Vec<Term>>,
    /// The rows of the fold.
    pub(super) rows: Vec<usize>,
    /// For every node what each row of the fold adds to its contribution, times the number of rows of the row's table.
    pub(super) influences: Vec<Vec<f64>>,
    /// The smallest share of rows that weighted rows count for.
    pub(super) effective: f64,
    /// How many regressions were fitted.
    pub(super) fits: usize,
}

/// The sums of one node over the rows of the table that its mechanism is of.
#[derive(Debug, Clone, Default)]
pub(super) struct Term {
    /// Σ α, with α before the node; 1 for the first.
    pub(super) weight: f64,
    /// Σ α·(γ after the node − γ before it) of every output.
    pub(super) weighted: Vec<f64>,
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

/// Learns in the rows that are neither held out nor left out, and sums over those that are held out and not left out.
pub(super) fn fold_sums(
    rows: &Rows,
    config: &RobustChangeConfig,
    held: &[usize],
    left_out: &[usize],
) -> Result<FoldSums> {
    proceed()?;
    let nodes = rows.nodes.len();
    let mut is_seen = vec![true; rows.counts[0] + rows.counts[1]];
    left_out.iter().for_each(|&row| is_seen[row] = false);
    let held: Vec<usize> = held.iter().copied().filter(|&row| is_seen[row]).collect();
    held.iter().for_each(|&row| is_seen[row] = false);
    let training: Vec<usize> = (0..is_seen.len()).filter(|&row| is_seen[row]).collect();
    let log_ratios = log_ratios(rows, config.weights, &training);
    let training =
        [0, 1].map(|table| training.iter().copied().filter(|&row| rows.table(row) == table).collect::<Vec<_>>());
    let sums = FoldSums {
        terms: vec![Vec::new(); 1 << nodes],
        influences: vec![vec![0.0; held.len()]; nodes],
        rows: held,
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
        let seen = select_rows(features.view(), training);
        let function = learn_function(regressor, name, seen.view(), ArrayView1::from(&values))?;
        Ok(values_of(&function, features.view()))
    }

    /// The terms of one coalition in the rows that were held out, and what they add to everyone's contribution.
    fn score(&mut self, coalition: usize, later: &[Expected]) {
        let nodes = self.rows.nodes.len();
        let table_of = |node: usize| coalition >> node & 1;
        let outputs = self.rows.outputs.len();
        // γ after the first `count` nodes.
        let gamma = |count: usize, output: usize, row: usize| match count {
            0 => 0.0,
            _ => later[nodes - count][output][row],
        };
        let weights = self.weights(coalition);
        let mut scores = vec![vec![0.0; self.sums.rows.len()]; outputs];
        let mut terms = Vec::with_capacity(nodes);
        for (node, weights) in weights.iter().enumerate() {
            let own: Vec<(usize, usize)> = self
                .sums
                .rows
                .iter()
                .copied()
                .enumerate()
                .filter(|&(_, row)| self.rows.table(row) == table_of(node))
                .collect();
            let weight: f64 = own.iter().map(|&(at, _)| weights[at]).sum();
            let squares: f64 = own.iter().map(|&(at, _)| weights[at] * weights[at]).sum();
            let count = own.len() as f64;
            self.sums.effective = self.sums.effective.min(weight * weight / squares / count);
            let mut term = Term { weight, weighted: Vec::with_capacity(outputs) };
            for (output, scores) in scores.iter_mut().enumerate() {
                let step = |row: usize| gamma(node + 1, output, row) - gamma(node, output, row);
                let weighted: f64 = own.iter().map(|&(at, row)| weights[at] * step(row)).sum();
                let mean = weighted / weight;
                // A weighted mean, and what each row adds to it.
                own.iter()
                    .for_each(|&(at, row)| scores[at] += mean + weights[at] * count / weight * (step(row) - mean));
                term.weighted.push(weighted);
            }
            terms.push(term);
        }
        let influence = influence(&terms, scores);
        self.sums.terms[coalition] = terms;
        let size = coalition.count_ones() as usize;
        for (node, influences) in self.sums.influences.iter_mut().enumerate() {
            let weight = match table_of(node) {
                1 => self.joining[size - 1],
                _ => -self.joining[size],
            };
            influences.iter_mut().zip(&influence).for_each(|(sum, score)| *sum += weight * score);
        }
    }

    /// For every node and row that was held out how much likelier the nodes before are under the coalition than under the row's table.
    fn weights(&self, coalition: usize) -> Vec<Vec<f64>> {
        let mut weights = vec![vec![1.0; self.sums.rows.len()]; self.rows.nodes.len()];
        for (at, &row) in self.sums.rows.iter().enumerate() {
            let own = self.rows.table(row);
            let mut log_weight = 0.0;
            for (node, weights) in weights.iter_mut().enumerate() {
                weights[at] = f64::exp(log_weight);
                if coalition >> node & 1 != own {
                    log_weight += if own == 0 { self.log_ratios[node][row] } else { -self.log_ratios[node][row] };
                }
            }
        }
        weights
    }
}

/// What each row adds to the statistic: its score, or for a variance E[Y²] − E[Y]² the score of the square less twice the mean times that
/// of the value, with the mean as this fold has it, which is as robust as all else.
fn influence(terms: &[Term], mut scores: Vec<Vec<f64>>) -> Vec<f64> {
    let last = scores.pop().unwrap_or_default();
    let Some(values) = scores.pop() else { return last };
    let mean: f64 = terms.iter().map(|term| term.weighted[0] / term.weight).sum();
    last.iter().zip(values).map(|(square, value)| square - 2.0 * mean * value).collect()
}
