//! Intervals of any question that can be asked of a fitted model.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::config::BootstrapConfig;
use super::figures::{FigureIntervals, Figures, intervals};
use super::resampling::resample;
use super::rows::Rows;
use crate::data::Dataset;
use crate::error::Result;
use crate::model::{FittedModel, StructuralCausalModel};
use crate::telemetry::span;

impl StructuralCausalModel {
    /// Intervals of any figures of a fitted model that include the fit: rows are drawn with replacement, the model is fitted to
    /// them, and asked, again and again. `ask` may answer several questions at once, which then share the fits.
    ///
    /// The estimate is what `ask` makes of the model that is fitted to the rows as they are. It must give the same figures, in
    /// the same order, for every model, and depend on it alone. What is not included is what
    /// [`bootstrap_attribution`](Self::bootstrap_attribution) does not include, and what lies beyond the rows. Costs as many
    /// fits and answers as resamples, and 50 more for [`BiasCorrected`](crate::bootstrap::BootstrapMethod::BiasCorrected), in
    /// parallel on the current rayon pool; the result is the same to the bit for any number of threads.
    ///
    /// # Errors
    /// When the configuration is out of range; when the model cannot be fitted to the data, or `ask` fails for it, or gives no
    /// figure, or one that is not finite; or when that happens for more than one resample in ten.
    ///
    /// ```
    /// use etiology::bootstrap::Figures;
    /// use etiology::intervention::{Intervention, InterventionConfig};
    /// use etiology::{AdditiveNoiseModel, BootstrapConfig, CausalGraph, Dataset, StructuralCausalModel};
    ///
    /// let db: Vec<f64> = (0..100).map(|row| 0.1 + 0.05 * f64::from(row).sin()).collect();
    /// let api = db.iter().enumerate().map(|(row, db)| 2.0 * db + 0.01 * (row as f64 * 1.7).cos());
    /// let data = Dataset::from_columns([("api", api.collect()), ("db", db)])?;
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?).assign_mechanisms(&data)?;
    /// let (slow, fast) = (Intervention::new().set("db", 0.2), Intervention::new().set("db", 0.1));
    /// let config = BootstrapConfig::default().with_resamples(100);
    /// let intervals = model.bootstrap(&data, &config, |model| {
    ///     let effect = model.average_causal_effect("api", &slow, &fast, &InterventionConfig::default())?;
    ///     let slow = model.interventional_target("api", &slow, &InterventionConfig::default())?.mean;
    ///     Ok(Figures::new()
    ///         .with_error("effect", effect.value, effect.std_error)
    ///         .with_error("mean", slow.value, slow.std_error))
    /// })?;
    /// let effect = intervals.figure("effect").expect("a figure");
    /// assert!(effect.lower < 0.2 && 0.2 < effect.upper && effect.upper - effect.lower < 0.05);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "confidence_intervals")]
    #[doc(alias = "bootstrap_sampling")]
    #[doc(alias = "fit_and_compute")]
    pub fn bootstrap<F: Into<Figures>>(
        &self,
        data: &Dataset,
        config: &BootstrapConfig,
        ask: impl Fn(&FittedModel) -> Result<F> + Sync,
    ) -> Result<FigureIntervals> {
        self.bootstrap_with(data, config, ask, |_, _| ControlFlow::Continue(()))
    }

    /// [`bootstrap`](Self::bootstrap) with progress, and with a way to cancel: `progress` gets the number of fits that are done and
    /// how many there are, from whichever thread did one. If it returns `Break`, no further fit begins.
    ///
    /// # Errors
    /// As [`bootstrap`](Self::bootstrap), and [`Error::Cancelled`](crate::Error::Cancelled) after a `Break`.
    pub fn bootstrap_with<F: Into<Figures>>(
        &self,
        data: &Dataset,
        config: &BootstrapConfig,
        ask: impl Fn(&FittedModel) -> Result<F> + Sync,
        progress: impl Fn(usize, usize) -> ControlFlow<()> + Sync,
    ) -> Result<FigureIntervals> {
        span!(INFO, "bootstrap", resamples = config.resamples);
        config.check()?;
        let estimate = ask(&self.fit(data)?)?.into().checked()?;
        let rows = Rows::of(self.graph().nodes(), data)?;
        let find = |sets: &[Cow<'_, Dataset>]| ask(&self.fit_again(&sets[0])?)?.into().checked_like(&estimate);
        let results = resample(&[rows], config, find, progress)?;
        intervals(estimate, &results, data.rows(), config)
    }

    /// Intervals of any figures of two models of one kind, each fitted to its own rows: what changed from the old to the new.
    ///
    /// As [`bootstrap`](Self::bootstrap), but that the rows of both tables are drawn again, each its own; `ask` gets the model of the
    /// old rows, that of the new, and both tables. These have the columns of the graph's nodes; categories stand there as the codes
    /// that the models know them by, with the levels of both tables.
    ///
    /// # Errors
    /// As [`bootstrap`](Self::bootstrap), for either table.
    ///
    /// ```
    /// use etiology::{BootstrapConfig, CausalGraph, Dataset, StructuralCausalModel};
    ///
    /// let rows = |offset: f64| {
    ///     let db: Vec<f64> = (0..80).map(|row| offset + f64::from(row).sin()).collect();
    ///     let api: Vec<f64> = db.iter().enumerate().map(|(row, db)| 2.0 * db + (row as f64 * 1.7).cos()).collect();
    ///     Dataset::from_columns([("db", db), ("api", api)])
    /// };
    /// let (old, new) = (rows(5.0)?, rows(6.0)?);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?).assign_mechanisms(&old)?;
    /// let config = BootstrapConfig::default().with_resamples(100);
    /// let intervals = model.bootstrap_pair(&old, &new, &config, |old, new, _, _| {
    ///     Ok(vec![("db", new.reference("db")?.mean() - old.reference("db")?.mean())])
    /// })?;
    /// let shift = intervals.figure("db").expect("a figure");
    /// assert!((shift.estimate - 1.0).abs() < 1e-9 && shift.lower > 0.5 && shift.upper < 1.5);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn bootstrap_pair<F: Into<Figures>>(
        &self,
        old: &Dataset,
        new: &Dataset,
        config: &BootstrapConfig,
        ask: impl Fn(&FittedModel, &FittedModel, &Dataset, &Dataset) -> Result<F> + Sync,
    ) -> Result<FigureIntervals> {
        self.bootstrap_pair_with(old, new, config, ask, |_, _| ControlFlow::Continue(()))
    }

    /// [`bootstrap_pair`](Self::bootstrap_pair) with progress, and with a way to cancel, as
    /// [`bootstrap_with`](Self::bootstrap_with) has them.
    ///
    /// # Errors
    /// As [`bootstrap_pair`](Self::bootstrap_pair), and [`Error::Cancelled`](crate::Error::Cancelled) after a `Break`.
    pub fn bootstrap_pair_with<F: Into<Figures>>(
        &self,
        old: &Dataset,
        new: &Dataset,
        config: &BootstrapConfig,
        ask: impl Fn(&FittedModel, &FittedModel, &Dataset, &Dataset) -> Result<F> + Sync,
        progress: impl Fn(usize, usize) -> ControlFlow<()> + Sync,
    ) -> Result<FigureIntervals> {
        span!(INFO, "bootstrap", resamples = config.resamples);
        config.check()?;
        let rows = Rows::of_pair(self.graph().nodes(), old, new)?;
        let (fewer, [old, new]) = (old.rows().min(new.rows()), [rows[0].all()?, rows[1].all()?]);
        let estimate = ask(&self.fit(&old)?, &self.fit(&new)?, &old, &new)?.into().checked()?;
        let find = |sets: &[Cow<'_, Dataset>]| {
            let (old, new) = (&*sets[0], &*sets[1]);
            ask(&self.fit_again(old)?, &self.fit_again(new)?, old, new)?.into().checked_like(&estimate)
        };
        let results = resample(&rows, config, find, progress)?;
        intervals(estimate, &results, fewer, config)
    }
}
