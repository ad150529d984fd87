//! The comparison of one node's candidates.

use super::candidates::{Candidate, candidates};
use super::classes::{classifiers, compare};
use super::config::{AssignmentConfig, MechanismSearch};
use super::crps::{crps, noise_quantiles};
use super::report::{CandidateScore, NodeAssignment};
use super::rivals::{Rivals, rivals};
use super::rows::Rows;
use super::warnings::warnings;
use crate::data::{CompleteCases, Dataset};
use crate::error::Result;
use crate::mechanism::function::Columns;
use crate::mechanism::kind::{AdditiveNoiseModel, CausalMechanism};
use crate::mechanism::learn::{Folds, RowLosses, Tolerance, rows_of, simplest_within};
use crate::noise::NoiseFamily;
use crate::threads::{in_parallel, is_stopped};

/// The names of what is taken without a comparison.
const ROOT: &str = "empirical distribution";
const LINEAR: &str = "linear";
/// A loss of this share of the node's standard deviation is rounding: such mechanisms are exact.
const ROUNDING: f64 = 1e-9;
/// Fewer rows are not compared on: the linear mechanism is taken.
const FEWEST_ROWS: usize = 20;

/// A node's mechanism and how it was chosen.
pub(crate) struct Chosen {
    pub(crate) mechanism: CausalMechanism,
    /// What else it may be.
    pub(crate) rivals: Rivals,
    pub(crate) report: NodeAssignment,
}

/// Chooses the mechanism of a node with the given parents, in the order of the graph.
pub(crate) fn choose(data: &Dataset, node: &str, parents: &[&str], config: &AssignmentConfig) -> Result<Chosen> {
    if config.search == MechanismSearch::Linear && data.coded_levels(node).is_none() {
        return linear(data, node, parents);
    }
    let rows = Rows::new(data, node, parents, config.most_rows, config.seed)?;
    let comparison =
        Comparison { node, rows: &rows, folds: Folds::new(rows.count(), config.folds_for(rows.count()), config.seed) };
    let candidate = |name, mechanism| Candidate { name, mechanism, terms: parents.len() + 1, costly: false };
    let (chosen, rivals, scores) = if parents.is_empty() {
        (candidate(ROOT, NoiseFamily::Empirical.into()), Rivals::default(), Vec::new())
    } else if rows.levels().is_some() {
        // Few rows, or the wish for no comparison, leave the first.
        let is_compared = config.search != MechanismSearch::Linear && rows.count() >= FEWEST_ROWS;
        let first = || (classifiers(&rows).swap_remove(0), Vec::new());
        let ((name, mechanism), scores) =
            if is_compared { compare(node, &rows, &comparison.folds, config) } else { first() };
        (candidate(name, mechanism), Rivals::default(), scores)
    } else if rows.count() < FEWEST_ROWS || rows.constant().is_some() {
        (candidate(LINEAR, AdditiveNoiseModel::linear().into()), Rivals::default(), Vec::new())
    } else {
        comparison.run(candidates(&rows, parents), config)
    };
    let warnings = warnings(&rows, chosen.name);
    let folds = if scores.is_empty() { 0 } else { comparison.folds.count() };
    let (node, mechanism) = (node.to_owned(), chosen.name.to_owned());
    let report = NodeAssignment { node, mechanism, rows: rows.count(), folds, candidates: scores, warnings };
    Ok(Chosen { mechanism: chosen.mechanism, rivals, report })
}

/// The linear mechanism, whatever the data are like, as long as there are some to fit it to.
fn linear(data: &Dataset, node: &str, parents: &[&str]) -> Result<Chosen> {
    let rows = CompleteCases::select(data, node, parents.iter().copied())?.values.len();
    let (mechanism, name): (CausalMechanism, _) = match parents {
        [] => (NoiseFamily::Empirical.into(), ROOT),
        _ => (AdditiveNoiseModel::linear().into(), LINEAR),
    };
    let (node, name) = (node.to_owned(), name.to_owned());
    let report = NodeAssignment { node, mechanism: name, rows, folds: 0, candidates: Vec::new(), warnings: Vec::new() };
    Ok(Chosen { mechanism, rivals: Rivals::default(), report })
}

struct Comparison<'r> {
    node: &'r str,
    rows: &'r Rows,
    folds: Folds,
}

/// What a candidate came to.
struct Trial {
    losses: RowLosses,
    /// What the middle of its predictions leaves unexplained in each row.
    residuals: Vec<f64>,
}

impl Trial {
    /// The sizes of the residuals; infinite where the candidate could not be fitted.
    fn absolute_residuals(&self) -> RowLosses {
        let mut sizes = RowLosses::new(self.residuals.len());
        if self.losses.mean().is_finite() {
            self.residuals.iter().enumerate().for_each(|(row, residual)| sizes.set(row, residual.abs()));
        }
        sizes
    }
}

impl Comparison<'_> {
    fn run(&self, candidates: Vec<Candidate>, config: &AssignmentConfig) -> (Candidate, Rivals, Vec<CandidateScore>) {
        let (cheap, costly): (Vec<Candidate>, Vec<Candidate>) = candidates.into_iter().partition(|one| !one.costly);
        let mut trials = self.trials(cheap);
        let best = trials.iter().min_by(|a, b| a.1.losses.mean().total_cmp(&b.1.losses.mean()));
        if best.is_some_and(|(_, trial)| self.something_is_left(&trial.residuals)) {
            trials.extend(self.trials(costly));
        }
        let losses: Vec<RowLosses> = trials.iter().map(|(_, trial)| trial.losses.clone()).collect();
        let tolerance = Tolerance {
            standard_errors: config.standard_errors * (1.0 + 50.0 / self.rows.count() as f64),
            share: config.least_gain,
            absolute: ROUNDING * self.rows.values().std(0.0),
        };
        let place = simplest_within(&losses, tolerance);
        let best = losses.iter().min_by(|a, b| a.mean().total_cmp(&b.mean()));
        let scores = trials.iter().zip(&losses).filter_map(|((candidate, _), losses)| {
            let (excess, excess_std_error) = losses.excess_over(best?);
            let score = CandidateScore {
                mechanism: candidate.name.to_owned(),
                crps: losses.mean(),
                std_error: losses.std_error(),
                excess,
                excess_std_error,
            };
            score.crps.is_finite().then_some(score)
        });
        let scores = scores.collect();
        let chosen = trials[place].0.clone();
        let rivals = rivals(trials.into_iter().map(|(one, trial)| (one, trial.absolute_residuals())).collect(), place);
        (chosen, rivals, scores)
    }

    fn trials(&self, candidates: Vec<Candidate>) -> Vec<(Candidate, Trial)> {
        let trials = in_parallel(candidates.len(), &|place| self.trial(&candidates[place].mechanism));
        candidates.into_iter().zip(trials).collect()
    }

    /// Fits the candidate without each fold and scores what it predicts for the fold. Its noise there is what was left
    /// in the rows of all other folds when those were held out.
    ///
    /// A candidate that cannot be fitted has an infinite loss, so that it is never chosen.
    fn trial(&self, mechanism: &CausalMechanism) -> Trial {
        let count = self.rows.count();
        let mut trial = Trial { losses: RowLosses::new(count), residuals: vec![0.0; count] };
        let mut predictions = Vec::new();
        let mut noises = vec![f64::NAN; count];
        for held_out in self.folds.held_out() {
            if is_stopped() {
                return trial;
            }
            let (parents, values) =
                rows_of(self.rows.parents(), self.rows.values().view(), &self.folds.others(held_out));
            let data = self.rows.node_data(parents.view(), values.view());
            let Ok(form) = mechanism.fit_without_noise(self.node, &data) else { return trial };
            let (parents, values) = rows_of(self.rows.parents(), self.rows.values().view(), held_out);
            let columns = Columns::of(parents.view());
            let Some(predicted) = form.predict(&columns.slices(), held_out.len()) else { return trial };
            for (place, (&row, &value)) in held_out.iter().zip(&values).enumerate() {
                noises[row] = predicted.noise(place, value);
            }
            predictions.push(predicted);
        }
        if noises.iter().any(|noise| !noise.is_finite()) {
            return trial;
        }
        for (held_out, predicted) in self.folds.held_out().zip(&predictions) {
            let others = self.folds.others(held_out).into_iter().map(|row| noises[row]).collect();
            let quantiles = noise_quantiles(others);
            let median = quantiles[quantiles.len() / 2];
            for (place, &row) in held_out.iter().enumerate() {
                let value = self.rows.values()[row];
                trial.losses.set(row, crps(predicted, place, value, &quantiles));
                trial.residuals[row] = value - predicted.value(place, median);
            }
        }
        trial
    }

    /// Whether a few small trees, trained on what a mechanism left unexplained in all rows but those of one fold, explain
    /// some of what it left in that fold. If they do not, many large ones would not either.
    #[cfg(feature = "boosted-trees")]
    fn something_is_left(&self, residuals: &[f64]) -> bool {
        use crate::mechanism::learn::{BoostedTrees, Regressor};
        use ndarray::ArrayView1;

        let trees = BoostedTrees::default().with_trees(15).with_depth(3).with_learning_rate(0.3).without_linear();
        let residuals = ArrayView1::from(residuals);
        let mut gains = RowLosses::new(0);
        // Two folds, since one may be lucky; and a doubt is resolved by trying.
        for held_out in self.folds.held_out().take(2) {
            let (parents, values) = rows_of(self.rows.parents(), residuals, &self.folds.others(held_out));
            let Ok(function) = trees.fit(parents.view(), values.view()) else { return false };
            let centre = values.mean().unwrap_or(0.0);
            let (parents, values) = rows_of(self.rows.parents(), residuals, held_out);
            for (row, value) in parents.rows().into_iter().zip(&values) {
                let explained = (value - centre).powi(2) - (value - function.value(&row.to_vec())).powi(2);
                gains.push(explained);
            }
        }
        gains.mean() > gains.std_error()
    }

    /// Without trees only a cubic polynomial is costly, and few enough terms are tried at once.
    #[cfg(not(feature = "boosted-trees"))]
    fn something_is_left(&self, _: &[f64]) -> bool {
        true
    }
}
