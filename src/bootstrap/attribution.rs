//! Intervals of attributions.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::config::BootstrapConfig;
use super::events::{Asked, OfAllEvents, OfEvent, summarise};
use super::resampling::{Resampled, resample};
use super::result::BootstrapIntervals;
use super::rows::Rows;
use super::tails::beyond_the_rows;
use crate::data::{Dataset, Observation};
use crate::error::{Error, Result};
use crate::model::StructuralCausalModel;
use crate::question::attribution::AttributionConfig;
use crate::telemetry::span;
use crate::threads::in_parallel;

impl StructuralCausalModel {
    /// Intervals of a score and its contributions that include what is not known of the model.
    ///
    /// The standard errors of an [`Attribution`](crate::Attribution) are those of its own sampling: they say nothing of how well
    /// the mechanisms and noises are known. Here rows are drawn from the data with replacement, as many as there
    /// are, the model is fitted to them and the event attributed, again and again; the spread of the results is the interval
    /// (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 13 and 14).
    ///
    /// An interval always holds its estimate, which is the attribution that the same configuration gives by itself. The errors
    /// of the computation are part of it, and where the noise of a node is empirical and fewer than five rows are as extreme as
    /// the event, so is what may lie beyond the rows.
    ///
    /// What is not included: the choice of mechanisms ([`assign_mechanisms`](Self::assign_mechanisms) is not repeated: the
    /// mechanisms are fitted again, of the kinds that were chosen), errors of the graph, parents that the data cannot tell
    /// apart, and dependence between rows. Set a fixed floor where intervals of fits to different numbers of rows are to
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
        let of_resample = of_resample(attribution, bootstrap);
        let (attributor, like_resamples) =
            (fitted.attributor(target, attribution.clone())?, fitted.attributor(target, of_resample.clone())?);
        let estimate = |event: usize| -> Result<Asked> {
            let event = &events[event];
            let estimate = attributor.attribute(event)?;
            let same = attribution.effort == of_resample.effort;
            let like_resamples = if same { estimate.clone() } else { like_resamples.attribute_alone(event)? };
            let mut asked = Asked { estimate, like_resamples, with_more_rows: Vec::new() };
            asked.with_more_rows = beyond_the_rows(&fitted, event, &asked, &of_resample, bootstrap.tail())?;
            Ok(asked)
        };
        let estimates: Vec<Result<Asked>> = in_parallel(events.len(), &estimate);
        let asked: Vec<(&Observation, &Asked)> =
            events.iter().zip(&estimates).filter_map(|(event, found)| Some((event, found.as_ref().ok()?))).collect();
        let ask = |sets: &[Cow<'_, Dataset>]| -> OfAllEvents {
            let model = self.fit_again(&sets[0])?;
            let attributor = model.attributor(target, of_resample.clone())?;
            let figures = |&(event, asked): &(&Observation, &Asked)| {
                attributor.attribute_alone(event).map(|found| OfEvent::of(&found, &asked.estimate))
            };
            Ok(asked.iter().map(figures).collect())
        };
        let results = match asked.is_empty() {
            true => Resampled { resampled: Vec::new(), without_groups: Vec::new() },
            false => resample(&[Rows::of(self.graph().nodes(), data)?], bootstrap, ask, progress)?,
        };
        let mut place = 0;
        let summaries = estimates.into_iter().map(|asked| {
            let asked = asked?;
            place += 1;
            summarise(asked, &results, (place - 1, data.rows()), bootstrap)
        });
        Ok(summaries.collect())
    }
}

/// How each resample is attributed.
fn of_resample(attribution: &AttributionConfig, bootstrap: &BootstrapConfig) -> AttributionConfig {
    let samples = attribution.effort.samples.min(bootstrap.samples);
    attribution.clone().with_samples(samples)
}
