//! What is kept of the attributions of resamples, and what they come to.

use super::config::BootstrapConfig;
use super::interval::{Estimates, Figure};
use super::resampling::{Resampled, successes};
use super::result::{BootstrapInterval, BootstrapIntervals, NodeInterval, warning};
use crate::error::Result;
use crate::question::attribution::{Attribution, Contribution, UnidentifiedGroup, Unseen};
use crate::score::ln_with_floor;

/// What one fit makes of every event; an error where there is no fit.
pub(super) type OfAllEvents = Result<Vec<Result<OfEvent>>>;

/// What a fit makes of an event.
#[derive(Clone)]
pub(super) struct OfEvent {
    score: f64,
    /// In the order of the estimate's contributions.
    contributions: Vec<f64>,
}

impl OfEvent {
    pub(super) fn of(found: &Attribution, estimate: &Attribution) -> Self {
        let value = |node: &str| found.contribution(node).map_or(0.0, |contribution| contribution.value);
        let contributions = estimate.contributions.iter().map(|contribution| value(&contribution.node)).collect();
        Self { score: found.score.value, contributions }
    }
}

/// An event that is asked about, attributed by the model of the rows as they are.
pub(super) struct Asked {
    /// With all the effort that was asked for.
    pub(super) estimate: Attribution,
    /// With that of the resamples.
    pub(super) like_resamples: Attribution,
    /// With that of the resamples, if more rows were as extreme: one for each node where few are.
    pub(super) with_more_rows: Vec<OfEvent>,
}

/// The intervals of the event that is at this place among those that were asked for, from so many rows.
pub(super) fn summarise(
    asked: Asked,
    results: &Resampled<Vec<Result<OfEvent>>>,
    (event, rows): (usize, usize),
    config: &BootstrapConfig,
) -> Result<BootstrapIntervals> {
    let Asked { estimate: attribution, like_resamples, with_more_rows } = asked;
    let of_results = |results| successes(results, |of_all: &Vec<Result<OfEvent>>| of_all[event].as_ref());
    let resampled = of_results(&results.resampled)?;
    let without_groups = results.without_groups.iter().map(|groups| of_results(groups)).collect::<Result<Vec<_>>>()?;
    let of = |estimate: Figure, like_resamples: Figure, figure: &dyn Fn(&OfEvent) -> f64| -> BootstrapInterval {
        let figures = |of_resamples: &[&OfEvent]| of_resamples.iter().map(|&figures| figure(figures)).collect();
        let resampled = figures(&resampled);
        let without_groups = without_groups.iter().map(|groups| figures(groups)).collect();
        let with_more_rows = with_more_rows.iter().map(figure).collect();
        Estimates { estimate, like_resamples, resampled, without_groups, with_more_rows, rows }.interval(config)
    };
    let score = of(of_score(&attribution), of_score(&like_resamples), &|figures| figures.score);
    let score = within_reach(score, attribution.score.floor);
    // Every resample has the relations that hold in all rows, and so the same split of effects.
    let never_seen = |group: &UnidentifiedGroup| !matches!(group.unseen, Unseen::NearlyTogether { .. });
    let splits_are_open = attribution.groups.iter().any(never_seen);
    let contributions = attribution.contributions.iter().enumerate().map(|(place, contribution)| {
        let node = contribution.node.clone();
        let interval =
            of(of_node(&attribution, &node), of_node(&like_resamples, &node), &|figures| figures.contributions[place]);
        NodeInterval { node, interval: widened(interval, contribution, splits_are_open) }
    });
    let contributions = contributions.collect();
    let (level, method, resamples) = (config.level, config.method, resampled.len());
    let (failed, warning) = (config.resamples - resamples, warning(resamples, config));
    Ok(BootstrapIntervals { attribution, level, method, resamples, failed, warning, score, contributions })
}

/// Without what no score can be: less than 0, or more than its ceiling. Nothing is known of a mean deviation, which has no floor.
fn within_reach(interval: BootstrapInterval, floor: Option<f64>) -> BootstrapInterval {
    let Some(floor) = floor else { return interval };
    let ceiling = -ln_with_floor(0.0, floor);
    let (lower, upper) = (interval.lower.max(0.0), interval.upper.min(ceiling));
    // The estimate may miss its ceiling by rounding.
    BootstrapInterval { lower: lower.min(interval.estimate), upper: upper.max(interval.estimate), ..interval }
}

/// The interval that also holds what other splits of an effect, of which no resample knows, make of a contribution.
fn widened(interval: BootstrapInterval, contribution: &Contribution, is_open: bool) -> BootstrapInterval {
    let error = contribution.model_error.filter(|_| is_open).unwrap_or(0.0);
    BootstrapInterval {
        lower: interval.lower.min(interval.estimate - error),
        upper: interval.upper.max(interval.estimate + error),
        ..interval
    }
}

fn of_score(attribution: &Attribution) -> Figure {
    Figure { value: attribution.score.value, std_error: attribution.score.std_error }
}

fn of_node(attribution: &Attribution, node: &str) -> Figure {
    let part = attribution.contribution(node);
    part.map_or(Figure { value: 0.0, std_error: 0.0 }, |part| Figure { value: part.value, std_error: part.std_error })
}
