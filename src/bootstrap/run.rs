//! Resampling, fitting and attributing.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::RngExt;
use rayon::prelude::*;

use super::config::{BootstrapConfig, BootstrapMethod};
use super::interval::interval;
use super::result::{BootstrapIntervals, NodeInterval};
use crate::attribution::{Attribution, AttributionConfig};
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::model::StructuralCausalModel;
use crate::random::{Purpose, stream};

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

    /// [`bootstrap_attribution`](Self::bootstrap_attribution) that tells how far it is and can be cancelled.
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
        bootstrap.check()?;
        let ask = |data: &Dataset| self.fit(data)?.attribute_outlier(target, event, attribution);
        let estimate = ask(data)?;
        let rows = Rows::of(self, data)?;
        let groups = match bootstrap.method {
            BootstrapMethod::Percentile => 0,
            BootstrapMethod::BiasCorrected => rows.count.min(MOST_GROUPS),
        };
        let (total, done) = (bootstrap.resamples + groups, AtomicUsize::new(0));
        let cancelled = AtomicUsize::new(0);
        let run = |number: usize| -> Option<Result<Figures>> {
            if cancelled.load(Ordering::Relaxed) > 0 {
                return None;
            }
            let chosen = match number.checked_sub(bootstrap.resamples) {
                None => rows.resampled(bootstrap.seed, number),
                Some(group) => rows.without(group, groups),
            };
            let figures = chosen.and_then(|data| ask(&data)).map(|found| Figures::of(&found, &estimate));
            if progress(done.fetch_add(1, Ordering::Relaxed) + 1, total).is_break() {
                cancelled.fetch_add(1, Ordering::Relaxed);
            }
            Some(figures)
        };
        let results: Option<Vec<Result<Figures>>> = (0..total).into_par_iter().map(run).collect();
        let Some(results) = results.filter(|_| cancelled.load(Ordering::Relaxed) == 0) else {
            return Err(Error::Cancelled { what: "the bootstrap" });
        };
        let (resampled, without_groups) = results.split_at(bootstrap.resamples);
        summarise(estimate, successes(resampled)?, &successes(without_groups)?, bootstrap)
    }
}

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

/// What a fit makes of the event.
#[derive(Clone)]
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

/// Those that worked, unless too many did not.
fn successes(results: &[Result<Figures>]) -> Result<Vec<Figures>> {
    let worked: Vec<Figures> = results.iter().filter_map(|result| result.as_ref().ok().cloned()).collect();
    let failed = results.len() - worked.len();
    match results.iter().find_map(|result| result.as_ref().err()) {
        Some(first) if failed * ONE_MAY_FAIL_IN > results.len() => {
            Err(Error::Resampling { failed, resamples: results.len(), first: first.to_string() })
        }
        _ => Ok(worked),
    }
}

fn summarise(
    attribution: Attribution,
    resampled: Vec<Figures>,
    without_groups: &[Figures],
    config: &BootstrapConfig,
) -> Result<BootstrapIntervals> {
    let of = |estimate: f64, figure: &dyn Fn(&Figures) -> f64| {
        let without_groups: Vec<f64> = without_groups.iter().map(figure).collect();
        interval(estimate, resampled.iter().map(figure).collect(), &without_groups, config)
    };
    let score = of(attribution.score.value, &|figures| figures.score);
    let contributions = attribution.contributions.iter().enumerate().map(|(place, contribution)| NodeInterval {
        node: contribution.node.clone(),
        interval: of(contribution.value, &|figures| figures.contributions[place]),
    });
    let contributions = contributions.collect();
    let (level, method, resamples) = (config.level, config.method, resampled.len());
    let failed = config.resamples - resamples;
    Ok(BootstrapIntervals { attribution, level, method, resamples, failed, score, contributions })
}
