//! The question, from two tables to contributions.

use ndarray::Array2;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::config::RobustChangeConfig;
use super::fold::{FoldSums, fold_sums};
use super::result::{RobustChange, RobustContribution, RobustExplanation};
use super::rows::Rows;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::mechanism::Folds;
use crate::shapley::values_of_table;

/// 2¹² coalitions, and as many regressions for each fold.
const MOST_NODES: usize = 12;

/// Which mechanisms moved the mean, the variance or a frequency of the target between two tables, with errors that cover the fits.
pub fn robust_change(
    graph: &CausalGraph,
    old: &Dataset,
    new: &Dataset,
    target: &str,
    config: &RobustChangeConfig,
) -> Result<RobustChange> {
    config.check()?;
    let rows = Rows::new(graph, [old, new], target, &config.quantity)?;
    let nodes = rows.nodes.len();
    if nodes > MOST_NODES {
        return Err(Error::InvalidParameter {
            name: "the number of nodes of a robust change",
            requirement: "at most 12 (the target and its ancestors), as all coalitions are visited",
            found: nodes.to_string(),
        });
    }
    for (table, &found) in ["old", "new"].iter().zip(&rows.counts) {
        if found < 2 * config.folds {
            let what = format!("a robust change, in the {table} table without its incomplete rows,");
            return Err(Error::TooFewRows { what, needed: 2 * config.folds, found });
        }
    }
    let folds = dealt(&rows, config);
    let sums = folds.par_iter().map(|held| fold_sums(&rows, config, held)).collect::<Result<Vec<FoldSums>>>()?;
    let table: Vec<f64> = (0..1 << nodes).map(|coalition| statistic(&rows, &sums, coalition)).collect();
    let covariances = covariances(&rows, &sums);
    let quantile = Normal::standard().inverse_cdf(0.5 + 0.5 * config.level);
    let contributions: Vec<RobustContribution> = values_of_table(&table)
        .into_iter()
        .zip(&rows.nodes)
        .enumerate()
        .map(|(at, (value, node))| {
            RobustContribution::new(node.clone(), value, covariances[[at, at]].max(0.0).sqrt(), quantile)
        })
        .collect();
    let change = table[table.len() - 1] - table[0];
    Ok(RobustChange {
        target: target.to_owned(),
        old: table[0],
        new: table[table.len() - 1],
        change: RobustContribution::new(target.to_owned(), change, covariances.sum().max(0.0).sqrt(), quantile),
        contributions,
        covariances,
        rows: rows.counts,
        incomplete: rows.incomplete,
        level: config.level,
        seed: config.seed,
        explanation: RobustExplanation {
            quantity: config.quantity.clone(),
            regressor: format!("{:?}", config.regressor),
            weights: config.weights,
            folds: folds.len(),
            fits: sums.iter().map(|sums| sums.fits).sum(),
            effective: sums.iter().map(|sums| sums.effective).fold(1.0, f64::min),
        },
    })
}

/// The rows of every fold, each with its share of both tables.
fn dealt(rows: &Rows, config: &RobustChangeConfig) -> Vec<Vec<usize>> {
    let of_table = |table: usize| Folds::new(rows.counts[table], config.folds, config.seed);
    let (old, new) = (of_table(0), of_table(1));
    let both = old.held_out().zip(new.held_out());
    both.map(|(old, new)| old.iter().copied().chain(new.iter().map(|row| rows.counts[0] + row)).collect()).collect()
}

/// The statistic of the target under a coalition: the scores of either table averaged over its rows, and summed.
fn statistic(rows: &Rows, sums: &[FoldSums], coalition: usize) -> f64 {
    let mean = |output: usize| -> f64 {
        let of_table = |table: usize| {
            sums.iter().map(|sums| sums.scores[coalition][output][table]).sum::<f64>() / rows.counts[table] as f64
        };
        of_table(0) + of_table(1)
    };
    if rows.outputs.len() == 1 { mean(0) } else { mean(1) - mean(0).powi(2) }
}

/// The covariances of the contributions: of what the rows of each table add to them, over their number.
fn covariances(rows: &Rows, sums: &[FoldSums]) -> Array2<f64> {
    let nodes = rows.nodes.len();
    let mut covariances = Array2::zeros((nodes, nodes));
    for table in 0..2 {
        let count = rows.counts[table] as f64;
        let centred: Vec<Vec<f64>> = (0..nodes)
            .map(|node| {
                let of_fold = |sums: &FoldSums| {
                    let own =
                        sums.rows.iter().zip(&sums.influences[node]).filter(|&(&row, _)| rows.table(row) == table);
                    own.map(|(_, influence)| *influence).collect::<Vec<f64>>()
                };
                let all: Vec<f64> = sums.iter().flat_map(of_fold).collect();
                let mean = all.iter().sum::<f64>() / count;
                all.into_iter().map(|influence| influence - mean).collect()
            })
            .collect();
        for first in 0..nodes {
            for second in 0..nodes {
                let products = centred[first].iter().zip(&centred[second]).map(|(a, b)| a * b);
                covariances[[first, second]] += products.sum::<f64>() / (count * (count - 1.0));
            }
        }
    }
    covariances
}
