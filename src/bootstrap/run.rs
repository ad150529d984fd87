//! Resampling, fitting and attributing.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::RngExt;
use rayon::prelude::*;

use super::config::{BootstrapConfig, BootstrapMethod};
use super::interval::interval;
use super::result::{BootstrapIntervals, NodeInterval, warning};
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::model::StructuralCausalModel;
use crate::question::attribution::{Attribution, AttributionConfig};
use crate::random::{Purpose, stream};
use crate::telemetry::span;

/// At most so many groups of rows are left out in turn.
const MOST_GROUPS: usize = 50;
/// One in so many resamples may fail.
const ONE_MAY_FAIL_IN: usize = 10;

impl StructuralCausalModel {
    /// Intervals of a score and its contributions that include what is not known of the model.
    ///
    /// The standard errors of an [`Attribution`] are those of its own sampling: they say nothing of how well
    /// the mechanisms and noises are known. Here rows are drawn from the data with replacement, as many as there
    /// are, the model is fitted to them and the event attributed, again and again; the spread of the results is the interval
    /// (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 13 and 14).
    ///
    /// What is not included: the choice of mechanisms ([`assign_mechanisms`](Self::assign_mechanisms) is not repeated),
    /// errors of the graph, and dependence between rows. Set a fixed floor where intervals of fits to different numbers of rows are to
    /// be compared: the default depends on that number. Costs as many fits and attributions as resamples, in parallel on the
    /// current rayon pool; the result is the same to the bit for any number of threads.
    ///
    /// # Errors
    /// When a configuration is out of range; when the model cannot be fitted to the data or the event not be attributed; or
    /// when that fails for more than one resample in ten.
    ///
    /// ```
    /// use etiology::{AttributionConfig, BootstrapConfig, CausalGraph, Dataset, Observation, StructuralCausalModel};
    ///
    /// let wave = |row: usize, frequency: f64| 0.1 + 0.05 * (row as f64 * frequency).sin().abs();
    /// let db: Vec<f64> = (0..200).map(|row| wave(row, 1.0)).collect();
    /// let api: Vec<f64> = (0..200).map(|row| db[row] + wave(row, 3.1)).collect();
    /// let normal = Dataset::from_columns([("db", db), ("api", api)])?;
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?).assign_mechanisms(&normal)?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("api", 1.0)])?;
    /// let config = BootstrapConfig::default().with_resamples(100);
    /// let intervals = model.bootstrap_attribution(&normal, "api", &slow, &AttributionConfig::default(), &config)?;
    /// let of_db = intervals.contribution("db").unwrap();
    /// assert!(of_db.lower <= of_db.estimate && of_db.estimate <= of_db.upper);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "confidence_intervals")]
    #[doc(alias = "bootstrap_sampling")]
    #[doc(alias = "fit_and_compute")]
    pub fn bootstrap_attribution(
        &self,
        data: &Dataset,
        target: &str,
        event: &Observation,
        attribution: &AttributionConfig,
        bootstrap: &BootstrapConfig,
    ) -> Result<BootstrapIntervals> {
        self.bootstrap_attribution_with(data, target, event, attribution, bootstrap, |_, _| ControlFlow::Continue(()))
    }

    /// Intervals as of [`bootstrap_attribution`](Self::bootstrap_attribution), with progress, and with a way to cancel.
    ///
    /// `progress` gets the number of fits that are done and how many there are, from whichever thread did one. If it
    /// returns `Break`, no further fit begins. A token that another thread sets is a closure that looks at it.
    ///
    /// # Errors
    /// As for [`bootstrap_attribution`](Self::bootstrap_attribution), and [`Error::Cancelled`] after a `Break`.
    pub fn bootstrap_attribution_with(
        &self,
        data: &Dataset,
        target: &str,
        event: &Observation,
        attribution: &AttributionConfig,
        bootstrap: &BootstrapConfig,
        progress: impl Fn(usize, usize) -> ControlFlow<()> + Sync,
    ) -> Result<BootstrapIntervals> {
        let event = std::slice::from_ref(event);
        let mut found = self.bootstrap_attributions_with(data, target, event, attribution, bootstrap, progress)?;
        // One event, one answer.
        found.pop().unwrap_or(Err(Error::Empty { what: "the list of events".to_owned(), expected: "event" }))
    }

    /// Intervals of several events, in their order, with the bits that each has by itself from
    /// [`bootstrap_attribution_with`](Self::bootstrap_attribution_with). Every event is attributed by the same resampled
    /// models, so that there are no more fits than for one.
    /// An event at fault does not stop the others.
    ///
    /// Needs memory for a number per event, resample and node.
    ///
    /// # Errors
    /// When a configuration is out of range or the model cannot be fitted to the data, and [`Error::Cancelled`] after a `Break`.
    pub fn bootstrap_attributions_with(
        &self,
        data: &Dataset,
        target: &str,
        events: &[Observation],
        attribution: &AttributionConfig,
        bootstrap: &BootstrapConfig,
        progress: impl Fn(usize, usize) -> ControlFlow<()> + Sync,
    ) -> Result<Vec<Result<BootstrapIntervals>>> {
        span!(INFO, "bootstrap", target = target, resamples = bootstrap.resamples);
        bootstrap.check()?;
        let fitted = self.fit(data)?;
        let attributor = fitted.attributor(target, attribution.clone())?;
        let estimates: Vec<Result<Attribution>> = events.iter().map(|event| attributor.attribute(event)).collect();
        let asked: Vec<(&Observation, &Attribution)> =
            events.iter().zip(&estimates).filter_map(|(event, found)| Some((event, found.as_ref().ok()?))).collect();
        let ask = |data: &Dataset| {
            let model = self.fit_again(data)?;
            let attributor = model.attributor(target, attribution.clone())?;
            let figures = |&(event, estimate): &(&Observation, &Attribution)| {
                attributor.attribute(event).map(|found| Figures::of(&found, estimate))
            };
            Ok(asked.iter().map(figures).collect())
        };
        let results = if asked.is_empty() { Vec::new() } else { self.resample(data, bootstrap, ask, progress)? };
        let mut place = 0;
        let summaries = estimates.into_iter().map(|estimate| {
            let estimate = estimate?;
            place += 1;
            summarise(estimate, &results, place - 1, bootstrap)
        });
        Ok(summaries.collect())
    }

    /// What is found of each resample, and then of each that lacks a group of rows.
    fn resample(
        &self,
        data: &Dataset,
        bootstrap: &BootstrapConfig,
        ask: impl Fn(&Dataset) -> OfAllEvents + Sync,
        progress: impl Fn(usize, usize) -> ControlFlow<()> + Sync,
    ) -> Result<Vec<OfAllEvents>> {
        let rows = Rows::of(self, data)?;
        let groups = match bootstrap.method {
            BootstrapMethod::Percentile => 0,
            BootstrapMethod::BiasCorrected => rows.count.min(MOST_GROUPS),
        };
        let (total, done) = (bootstrap.resamples + groups, AtomicUsize::new(0));
        let cancelled = AtomicBool::new(false);
        let run = |number: usize| -> Option<OfAllEvents> {
            if cancelled.load(Ordering::Relaxed) {
                return None;
            }
            let chosen = match number.checked_sub(bootstrap.resamples) {
                None => rows.resampled(bootstrap.seed, number),
                Some(group) => rows.without(group, groups),
            };
            let found = chosen.and_then(|data| ask(&data));
            if progress(done.fetch_add(1, Ordering::Relaxed) + 1, total).is_break() {
                cancelled.store(true, Ordering::Relaxed);
            }
            Some(found)
        };
        let results: Option<Vec<OfAllEvents>> = (0..total).into_par_iter().map(run).collect();
        results.filter(|_| !cancelled.load(Ordering::Relaxed)).ok_or(Error::Cancelled { what: "the bootstrap" })
    }
}

/// What one fit makes of every event; an error where there is no fit.
type OfAllEvents = Result<Vec<Result<Figures>>>;

/// The columns of the graph's nodes.
struct Rows<'a> {
    columns: Vec<(&'a str, Vec<f64>)>,
    count: usize,
}

impl<'a> Rows<'a> {
    fn of(model: &'a StructuralCausalModel, data: &Dataset) -> Result<Self> {
        let nodes = model.graph().nodes();
        let columns: Vec<_> = nodes.filter_map(|node| Some((node, data.column(node).ok()?.to_vec()))).collect();
        if columns.is_empty() {
            return Err(Error::Empty { what: "the data to resample".to_owned(), expected: "column of a node" });
        }
        Ok(Self { columns, count: data.rows() })
    }

    fn resampled(&self, seed: u64, number: usize) -> Result<Dataset> {
        let mut random = stream(seed, Purpose::Bootstrap, number as u64);
        let chosen: Vec<usize> = (0..self.count).map(|_| random.random_range(0..self.count)).collect();
        self.select(&chosen)
    }

    fn without(&self, group: usize, groups: usize) -> Result<Dataset> {
        let chosen: Vec<usize> = (0..self.count).filter(|row| row % groups != group).collect();
        self.select(&chosen)
    }

    fn select(&self, chosen: &[usize]) -> Result<Dataset> {
        let select = |column: &[f64]| chosen.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        Dataset::from_columns(self.columns.iter().map(|(node, column)| (*node, select(column))))
    }
}

/// What a fit makes of an event.
struct Figures {
    score: f64,
    /// In the order of the estimate's contributions.
    contributions: Vec<f64>,
}

impl Figures {
    fn of(found: &Attribution, estimate: &Attribution) -> Self {
        let value = |node: &str| found.contribution(node).map_or(0.0, |contribution| contribution.value);
        let contributions = estimate.contributions.iter().map(|contribution| value(&contribution.node)).collect();
        Self { score: found.score.value, contributions }
    }
}

/// The figures of the resamples that worked for an event, unless too many did not.
fn successes(results: &[OfAllEvents], event: usize) -> Result<Vec<&Figures>> {
    let of_event = || {
        results.iter().map(|found| match found {
            Ok(of_all) => of_all[event].as_ref(),
            Err(error) => Err(error),
        })
    };
    let worked: Vec<&Figures> = of_event().filter_map(|found| found.ok()).collect();
    let failed = results.len() - worked.len();
    match of_event().find_map(|found| found.err()) {
        Some(first) if failed * ONE_MAY_FAIL_IN > results.len() => {
            Err(Error::Resampling { failed, resamples: results.len(), first: first.to_string() })
        }
        _ => Ok(worked),
    }
}

/// The intervals of the event that is at this place among those that were asked for.
fn summarise(
    attribution: Attribution,
    results: &[OfAllEvents],
    event: usize,
    config: &BootstrapConfig,
) -> Result<BootstrapIntervals> {
    let (resampled, without_groups) = results.split_at(config.resamples);
    let (resampled, without_groups) = (successes(resampled, event)?, successes(without_groups, event)?);
    let of = |estimate: f64, figure: &dyn Fn(&Figures) -> f64| {
        let figures = |of_resamples: &[&Figures]| of_resamples.iter().map(|&figures| figure(figures)).collect();
        let without_groups: Vec<f64> = figures(&without_groups);
        interval(estimate, figures(&resampled), &without_groups, config)
    };
    let score = of(attribution.score.value, &|figures| figures.score);
    let contributions = attribution.contributions.iter().enumerate().map(|(place, contribution)| NodeInterval {
        node: contribution.node.clone(),
        interval: of(contribution.value, &|figures| figures.contributions[place]),
    });
    let contributions = contributions.collect();
    let (level, method, resamples) = (config.level, config.method, resampled.len());
    let (failed, warning) = (config.resamples - resamples, warning(resamples, config));
    Ok(BootstrapIntervals { attribution, level, method, resamples, failed, warning, score, contributions })
}
