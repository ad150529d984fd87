//! How much likelier every value is under the new mechanism of its node than under the old one.

use ndarray::Array2;

use super::config::RobustWeights;
use super::rows::Rows;
use crate::numeric::linalg::{LogOdds, select_rows};

/// The penalty of the regressions, on standardised columns.
const RIDGE: f64 = 1e-4;
/// Rows that each square or product must have.
const ROWS_PER_FEATURE: usize = 10;
/// Odds beyond this are no measurement: tables that do not overlap.
const LARGEST_LOG_ODDS: f64 = 12.0;

/// For every node and row ln(dP_new/dP_old)(xⱼ | paⱼ), from odds that were learned in the training rows.
pub(super) fn log_ratios(rows: &Rows, weights: RobustWeights, training: &[usize]) -> Vec<Vec<f64>> {
    let all = rows.counts[0] + rows.counts[1];
    let odds_of = |nodes: &[usize]| -> Vec<f64> {
        if nodes.is_empty() {
            let new = training.iter().filter(|&&row| rows.table(row) == 1).count() as f64;
            return vec![(new / (training.len() as f64 - new)).ln(); all];
        }
        let features = standardised(rows.features(nodes), training);
        let features = if weights == RobustWeights::Quadratic { quadratic(features, training.len()) } else { features };
        let are_new: Vec<bool> = training.iter().map(|&row| rows.table(row) == 1).collect();
        let mut odds = LogOdds::fit(select_rows(features.view(), training).view(), &are_new, RIDGE).of(features.view());
        odds.iter_mut().for_each(|odds| *odds = odds.clamp(-LARGEST_LOG_ODDS, LARGEST_LOG_ODDS));
        odds
    };
    let ratio = |(node, parents): (usize, &Vec<usize>)| -> Vec<f64> {
        if weights == RobustWeights::Constant {
            return vec![0.0; all];
        }
        let with: Vec<usize> = parents.iter().copied().chain([node]).collect();
        odds_of(&with).iter().zip(odds_of(parents)).map(|(joint, given)| joint - given).collect()
    };
    rows.parents.iter().enumerate().map(ratio).collect()
}

/// The columns with mean 0 and variance 1 in the training rows; constant ones are 0.
fn standardised(mut features: Array2<f64>, training: &[usize]) -> Array2<f64> {
    for mut column in features.columns_mut() {
        let seen = training.iter().map(|&row| column[row] / training.len() as f64);
        let mean = seen.sum::<f64>();
        let squares = training.iter().map(|&row| (column[row] - mean).powi(2) / training.len() as f64);
        let spread = squares.sum::<f64>().sqrt();
        let varies = spread > 1e-12 * mean.abs();
        column.mapv_inplace(|value| if varies { (value - mean) / spread } else { 0.0 });
    }
    features
}

/// With squares and products, if the rows are enough for them.
fn quadratic(features: Array2<f64>, rows: usize) -> Array2<f64> {
    let columns = features.ncols();
    if rows < ROWS_PER_FEATURE * columns * (columns + 3) / 2 {
        return features;
    }
    let mut all = features.clone();
    for first in 0..columns {
        for second in first..columns {
            let product = &features.column(first) * &features.column(second);
            // The only error is another number of rows.
            let _ = all.push_column(product.view());
        }
    }
    all
}
