//! The choice of a classifier for a category with causes.

use super::config::AssignmentConfig;
use super::report::CandidateScore;
use super::rows::Rows;
use crate::data::Levels;
use crate::mechanism::function::{Columns, for_each_row};
use crate::mechanism::kind::{CausalMechanism, ClassifierModel, MOST_ENTRIES};
use crate::mechanism::learn::{Folds, RowLosses, Tolerance, rows_of, simplest_within};

const SHARES: &str = "class shares";
const LOGISTIC: &str = "logistic regression";
/// Combinations of levels must have so many rows each, on average, to be looked at by themselves.
const ROWS_PER_COMBINATION: usize = 5;

/// A classifier, with its name in the report.
pub(super) type NamedClassifier = (&'static str, CausalMechanism);

/// What may be, the one with fewer probabilities to learn first.
pub(super) fn classifiers(rows: &Rows) -> Vec<NamedClassifier> {
    let logistic = (LOGISTIC, ClassifierModel::logistic().into());
    let levels: Option<Vec<usize>> =
        rows.parent_levels().iter().map(|levels| levels.as_ref().map(|levels| levels.len())).collect();
    let Some(levels) = levels else { return vec![logistic] };
    let shares = (SHARES, ClassifierModel::shares().into());
    let combinations = levels.iter().fold(1_usize, |product, &levels| product.saturating_mul(levels));
    let own = rows.levels().map_or(1, Levels::len);
    let entries = levels.iter().fold(own, |product, &levels| product.saturating_mul(levels + 1));
    // One parent has as many combinations as logistic regression has sums.
    match levels.len() {
        0 | 1 if entries <= MOST_ENTRIES => vec![shares],
        _ if combinations.saturating_mul(ROWS_PER_COMBINATION) <= rows.count() && entries <= MOST_ENTRIES => {
            vec![logistic, shares]
        }
        _ => vec![logistic],
    }
}

/// The simplest classifier that is as good as the best for rows that were held out, by the mean of −ln P(class), in nats; without a
/// comparison where there is one only.
pub(super) fn compare(
    node: &str,
    rows: &Rows,
    folds: &Folds,
    config: &AssignmentConfig,
) -> (NamedClassifier, Vec<CandidateScore>) {
    let mut candidates = classifiers(rows);
    if candidates.len() == 1 {
        return (candidates.remove(0), Vec::new());
    }
    let losses: Vec<RowLosses> = candidates.iter().map(|(_, mechanism)| trial(node, rows, folds, mechanism)).collect();
    let tolerance = Tolerance { standard_errors: config.standard_errors, share: config.least_gain, absolute: 0.0 };
    let chosen = simplest_within(&losses, tolerance);
    let best = losses.iter().min_by(|a, b| a.mean().total_cmp(&b.mean()));
    let scores = candidates.iter().zip(&losses).filter_map(|((name, _), losses)| {
        let (excess, excess_std_error) = losses.excess_over(best?);
        let (crps, std_error) = (losses.mean(), losses.std_error());
        let score = CandidateScore { mechanism: (*name).to_owned(), crps, std_error, excess, excess_std_error };
        score.crps.is_finite().then_some(score)
    });
    let scores = scores.collect();
    (candidates.swap_remove(chosen), scores)
}

/// −ln P of the class of every row by a fit without its fold; infinite where there is no fit.
fn trial(node: &str, rows: &Rows, folds: &Folds, mechanism: &CausalMechanism) -> RowLosses {
    let mut losses = RowLosses::new(rows.count());
    for held_out in folds.held_out() {
        let (parents, values) = rows_of(rows.parents(), rows.values().view(), &folds.others(held_out));
        let Ok(form) = mechanism.fit_without_noise(node, &rows.node_data(parents.view(), values.view())) else {
            return RowLosses::new(rows.count());
        };
        let (parents, values) = rows_of(rows.parents(), rows.values().view(), held_out);
        for_each_row(&Columns::of(parents.view()).slices(), held_out.len(), |place, parents| {
            let likely = form.classes().map_or(0.0, |classes| classes.probabilities(parents)[values[place] as usize]);
            losses.set(held_out[place], -likely.ln());
        });
    }
    losses
}
