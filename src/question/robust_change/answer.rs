//! The question, from two tables to contributions.

use ndarray::Array2;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::config::{RobustChangeConfig, RobustErrors};
use super::fold::{FoldSums, fold_sums};
use super::result::{RobustChange, RobustContribution, RobustExplanation};
use super::rows::Rows;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::graph::CausalGraph;
use crate::mechanism::Folds;
use crate::shapley::values_of_table;
use crate::threads::in_parallel;

/// 2¹² coalitions, and as many regressions for each fold.
const MOST_NODES: usize = 12;
/// The groups of the jackknife cut across the folds.
const SEED_OF_GROUPS: u64 = 1 << 63;

/// Which mechanisms moved the mean, the variance or a frequency of the target between two tables, with errors that cover the fits.
///
/// For a coalition of nodes whose mechanisms are those of the new table, the others those of the old one, the statistic is
/// θ = E\[h(Y)\] under the product of these mechanisms. With the K nodes in topological order, C the table of each, γ after the last
/// node = h(Y), and
///
/// γₖ = E\[γₖ₊₁ | x₁…xₖ, table Cₖ₊₁\],  αₖ = Π_{j ≤ k} dP^{Cⱼ}/dP^{Cₖ₊₁}(xⱼ | paⱼ)
///
/// it is estimated by θ = E_{C₁}\[γ₁\] + Σₖ E_{Cₖ₊₁}\[αₖ·(γₖ₊₁ − γₖ)\], in rows that γ and α were not learned from. That is right if for every k
/// γₖ or αₖ is (V. Quintas-Martinez, M. T. Bahadori, E. Santiago, J. Mu, D. Janzing and D. Heckerman, *Multiply-robust causal change
/// attribution*, ICML 2024, [arXiv:2404.08839](https://arxiv.org/abs/2404.08839)). γₖ is regressed on those of the nodes before that
/// have a child after them. Averages over α are divided by the mean of α. The contributions are the Shapley values, and sum to the observed change. A
/// variance is E\[Y²\] − E\[Y\]². [`RobustErrors`](crate::robust_change::RobustErrors) says where standard errors come from.
///
/// Text columns are categories, with the levels of both tables. Rows that lack the value of one of the nodes are left out and counted.
/// Costs 2ᴷ regressions for each fold and O(2ᴷ · K · rows), and as much for each group of a jackknife.
///
/// # Errors
/// When the configuration is invalid; the target is not in the graph; a column of one of the nodes is not there, holds an infinite value, or text
/// that is no category; the target is a category and the quantity is not one, or the other way round; the target has more than 11 ancestors; or the complete rows of a table are
/// fewer than two for each fold or group, or than the regressor needs.
///
/// ```
/// use etiology::robust_change::{RobustChangeConfig, robust_change};
/// use etiology::{CausalGraph, Dataset};
///
/// // Load moved by 1, and what latency makes of it did not change.
/// let wave = |row: usize, frequency: f64| (row as f64 * frequency).sin();
/// let table = |load: f64, first: usize| {
///     let load: Vec<f64> = (first..first + 300).map(|row| load + wave(row, 1.0)).collect();
///     let latency: Vec<f64> = load.iter().zip(first..).map(|(load, row)| 2.0 * load + wave(row, 2.3)).collect();
///     Dataset::from_columns([("load", load), ("latency", latency)])
/// };
/// let graph = CausalGraph::from_edges([("load", "latency")])?;
/// let change = robust_change(&graph, &table(3.0, 0)?, &table(4.0, 1_000)?, "latency", &RobustChangeConfig::default())?;
/// println!("{change}");
/// let [from, to] = change.contribution("load")?.interval;
/// assert!(from < 2.0 && 2.0 < to);
/// # Ok::<(), etiology::Error>(())
/// ```
#[doc(alias = "distribution_change_robust")]
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
        let needed = config.fewest_rows();
        if found < needed {
            let what = format!("a robust change, in the {table} table without its incomplete rows,");
            return Err(Error::TooFewRows { what, needed, found });
        }
    }
    let folds = dealt(&rows, config.folds, config.seed);
    let sums = sums_without(&rows, config, &folds, &[])?;
    let table = statistics(&rows, &sums);
    let (covariances, quantile) = match config.errors {
        RobustErrors::Scores => (of_scores(&rows, &sums), Normal::standard().inverse_cdf(0.5 + 0.5 * config.level)),
        RobustErrors::Jackknife(groups) => {
            let dealt = dealt(&rows, groups, config.seed ^ SEED_OF_GROUPS);
            let without = |group: usize| {
                Ok(values_of_table(&statistics(&rows, &sums_without(&rows, config, &folds, &dealt[group])?)))
            };
            let replicates = in_parallel(dealt.len(), &without).into_iter().collect::<Result<Vec<Vec<f64>>>>()?;
            (of_replicates(&replicates), student_quantile(config.level, groups as f64 - 1.0)?)
        }
    };
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
            errors: config.errors,
            folds: folds.len(),
            fits: sums.iter().map(|sums| sums.fits).sum(),
            effective: sums.iter().map(|sums| sums.effective).fold(1.0, f64::min),
        },
    })
}

/// The rows dealt out to so many parts, each with its share of both tables.
fn dealt(rows: &Rows, parts: usize, seed: u64) -> Vec<Vec<usize>> {
    let of_table = |table: usize| Folds::new(rows.counts[table], parts, seed);
    let (old, new) = (of_table(0), of_table(1));
    let both = old.held_out().zip(new.held_out());
    both.map(|(old, new)| old.iter().copied().chain(new.iter().map(|row| rows.counts[0] + row)).collect()).collect()
}

/// What all folds say, had some rows not been there.
fn sums_without(
    rows: &Rows,
    config: &RobustChangeConfig,
    folds: &[Vec<usize>],
    left_out: &[usize],
) -> Result<Vec<FoldSums>> {
    in_parallel(folds.len(), &|fold| fold_sums(rows, config, &folds[fold], left_out)).into_iter().collect()
}

/// The statistic of the target under every coalition: weighted means, node by node, and their sum.
fn statistics(rows: &Rows, sums: &[FoldSums]) -> Vec<f64> {
    let mean = |coalition: usize, output: usize| -> f64 {
        let of_node = |node: usize| {
            let terms = sums.iter().map(|sums| &sums.terms[coalition][node]);
            terms.clone().map(|term| term.weighted[output]).sum::<f64>() / terms.map(|term| term.weight).sum::<f64>()
        };
        (0..rows.nodes.len()).map(of_node).sum()
    };
    let of = |coalition: usize| match rows.outputs.len() {
        1 => mean(coalition, 0),
        _ => mean(coalition, 1) - mean(coalition, 0).powi(2),
    };
    (0..1 << rows.nodes.len()).map(of).collect()
}

/// The covariances of the contributions by the jackknife: (G − 1)/G · Σ of the products of deviations from the mean of G replicates.
fn of_replicates(replicates: &[Vec<f64>]) -> Array2<f64> {
    let (groups, nodes) = (replicates.len() as f64, replicates[0].len());
    let mean: Vec<f64> = (0..nodes).map(|node| replicates.iter().map(|values| values[node] / groups).sum()).collect();
    Array2::from_shape_fn((nodes, nodes), |(a, b)| {
        let products = replicates.iter().map(|values| (values[a] - mean[a]) * (values[b] - mean[b]));
        products.sum::<f64>() * (groups - 1.0) / groups
    })
}

/// How many standard errors an interval reaches to either side, by Student's law.
fn student_quantile(level: f64, freedom: f64) -> Result<f64> {
    let invalid = |_| Error::InvalidParameter {
        name: "the number of groups of a jackknife",
        requirement: "at least 2",
        found: (freedom + 1.0).to_string(),
    };
    Ok(StudentsT::new(0.0, 1.0, freedom).map_err(invalid)?.inverse_cdf(0.5 + 0.5 * level))
}

/// The covariances of the contributions: of what the rows of each table add to them, over their number.
fn of_scores(rows: &Rows, sums: &[FoldSums]) -> Array2<f64> {
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
