//! What a reader should know before trusting a node's mechanism.

use super::report::AssignmentWarning;
use super::rows::Rows;

/// With fewer rows than this per parent, plus as many, a regression is poorly determined.
const FEW_ROWS: usize = 30;
/// A value that makes up more of the rows is a tie worth mentioning.
const MANY_TIES: f64 = 0.2;
/// The excess kurtosis beyond which tails are heavy; that of a normal distribution is 0, of a Laplace distribution 3, of
/// an exponential one 6.
const HEAVY_TAILS: f64 = 10.0;

pub(super) fn warnings(rows: &Rows, mechanism: &str) -> Vec<AssignmentWarning> {
    let mut warnings = Vec::new();
    let count = rows.count();
    let is_category = rows.levels().is_some();
    if count < FEW_ROWS * (1 + rows.parents().ncols()) {
        warnings.push(AssignmentWarning::FewRows { rows: count });
    }
    if let Some(value) = rows.constant() {
        warnings.push(AssignmentWarning::ConstantColumn { value });
        return warnings;
    }
    if let Some((value, share)) = most_frequent(rows).filter(|&(_, share)| share > MANY_TIES && !is_category) {
        warnings.push(AssignmentWarning::ManyTies { value, share });
    }
    let excess_kurtosis = excess_kurtosis(rows);
    if excess_kurtosis > HEAVY_TAILS && !is_category {
        warnings.push(AssignmentWarning::HeavyTails { excess_kurtosis });
    }
    if !rows.parents().is_empty()
        && !["linear", "ridge", "sum of parents", "maximum of parents", "class shares"].contains(&mechanism)
    {
        warnings.push(AssignmentWarning::UncertainOutsideTraining);
    }
    warnings
}

fn most_frequent(rows: &Rows) -> Option<(f64, f64)> {
    let mut values = rows.values().to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let longest = values.chunk_by(|a, b| a == b).max_by_key(|run| run.len())?;
    Some((longest[0], longest.len() as f64 / values.len() as f64))
}

fn excess_kurtosis(rows: &Rows) -> f64 {
    let count = rows.count() as f64;
    let centre = rows.values().iter().map(|value| value / count).sum::<f64>();
    let largest = rows.values().iter().map(|value| (value - centre).abs()).fold(0.0, f64::max);
    let moment =
        |power: i32| rows.values().iter().map(|value| ((value - centre) / largest).powi(power)).sum::<f64>() / count;
    moment(4) / moment(2).powi(2) - 3.0
}
