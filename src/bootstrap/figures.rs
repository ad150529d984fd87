//! Figures that a question gives, and their intervals.

use std::fmt::{self, Write};

use serde::Serialize;

use super::config::{BootstrapConfig, BootstrapMethod};
use super::interval::{Estimates, Figure};
use super::resampling::{Resampled, successes};
use super::result::{BootstrapInterval, warning, write_heading};
use crate::error::{Error, Result};
use crate::wording::{Visible, significant, visible_name};

/// What a question makes of a fitted model: some figures, each with a name. A list of numbers names them by their places, from 0.
///
/// ```
/// use etiology::bootstrap::Figures;
///
/// let figures = Figures::new().with("slope", 1.5).with_error("share", 0.25, 0.01);
/// assert_eq!(figures.len(), 2);
/// assert_eq!(Figures::from(vec![1.0, 2.0]), Figures::from([("0", 1.0), ("1", 2.0)]));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    names: Vec<String>,
    figures: Vec<Figure>,
}

impl Figures {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more figure, which is exact for its model, in whatever unit.
    #[must_use]
    pub fn with(self, name: impl Into<String>, value: f64) -> Self {
        self.with_error(name, value, 0.0)
    }

    /// One more figure with the standard error of its computation, which becomes part of its interval. Use the same seed for
    /// every model: then most of that error is common to all, and does not count twice.
    #[must_use]
    pub fn with_error(mut self, name: impl Into<String>, value: f64, std_error: f64) -> Self {
        self.names.push(name.into());
        self.figures.push(Figure { value, std_error });
        self
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.figures.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.figures.is_empty()
    }

    /// # Errors
    /// When there are none, or a figure is not finite.
    pub(super) fn checked(self) -> Result<Self> {
        if self.is_empty() {
            return Err(Error::Empty { what: "the list of figures".to_owned(), expected: "figure" });
        }
        for (name, Figure { value, std_error }) in self.names.iter().zip(&self.figures) {
            if let Some(found) = [*value, *std_error].into_iter().find(|found| !found.is_finite()) {
                return Err(Error::NonFiniteValue { what: format!("the figure `{name}`"), found });
            }
        }
        Ok(self)
    }

    /// # Errors
    /// When these are not the figures of the model that was fitted to all rows.
    pub(super) fn checked_like(self, estimate: &Self) -> Result<Self> {
        let figures = self.checked()?;
        if figures.names == estimate.names {
            return Ok(figures);
        }
        let what =
            "the figures of a resample, which must have the names of those of all rows in the same order,".to_owned();
        Err(Error::LengthMismatch { what, expected: estimate.len(), found: figures.len() })
    }
}

impl<N: Into<String>, const COUNT: usize> From<[(N, f64); COUNT]> for Figures {
    fn from(figures: [(N, f64); COUNT]) -> Self {
        figures.into_iter().fold(Self::new(), |all, (name, value)| all.with(name, value))
    }
}

impl<N: Into<String>> From<Vec<(N, f64)>> for Figures {
    fn from(figures: Vec<(N, f64)>) -> Self {
        figures.into_iter().fold(Self::new(), |all, (name, value)| all.with(name, value))
    }
}

impl From<Vec<f64>> for Figures {
    fn from(figures: Vec<f64>) -> Self {
        let named = figures.into_iter().enumerate();
        named.fold(Self::new(), |all, (place, value)| all.with(place.to_string(), value))
    }
}

impl From<f64> for Figures {
    fn from(figure: f64) -> Self {
        Self::from(vec![figure])
    }
}

/// The interval of one figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FigureInterval {
    /// The figure's name.
    pub name: String,
    /// What it may be, in its unit.
    #[serde(flatten)]
    pub interval: BootstrapInterval,
}

/// Intervals of all figures of a question. `Display` shows one a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FigureIntervals {
    /// The share of cases in which an interval is to hold the truth.
    pub level: f64,
    /// How the intervals were found.
    pub method: BootstrapMethod,
    /// How many resamples the intervals rest on.
    pub resamples: usize,
    /// How many further resamples could not be fitted to, or had no answer; never more than one in ten.
    pub failed: usize,
    /// What to bear in mind where the resamples are too few for the level; nothing where they are enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The intervals, in the order of the question's figures.
    pub figures: Vec<FigureInterval>,
}

impl FigureIntervals {
    /// The interval of the first figure with a name; nothing if there is none.
    pub fn figure(&self, name: &str) -> Option<&BootstrapInterval> {
        self.figures.iter().find(|entry| entry.name == name).map(|entry| &entry.interval)
    }
}

/// The intervals of figures of as many rows: those of the model fitted to all rows, and what was found of resamples.
pub(super) fn intervals(
    estimate: Figures,
    results: &Resampled<Figures>,
    rows: usize,
    config: &BootstrapConfig,
) -> Result<FigureIntervals> {
    let of_results = |results| successes(results, |figures: &Figures| Ok(figures));
    let resampled = of_results(&results.resampled)?;
    let without_groups = results.without_groups.iter().map(|groups| of_results(groups)).collect::<Result<Vec<_>>>()?;
    let interval = |place: usize| {
        let values = |of_resamples: &[&Figures]| of_resamples.iter().map(|all| all.figures[place].value).collect();
        let estimates = Estimates {
            estimate: estimate.figures[place],
            like_resamples: estimate.figures[place],
            resampled: values(&resampled),
            without_groups: without_groups.iter().map(|groups| values(groups)).collect(),
            with_more_rows: Vec::new(),
            rows,
        };
        FigureInterval { name: estimate.names[place].clone(), interval: estimates.interval(config) }
    };
    let figures = (0..estimate.len()).map(interval).collect();
    let (level, method, resamples) = (config.level, config.method, resampled.len());
    let (failed, warning) = (config.resamples - resamples, warning(resamples, config));
    Ok(FigureIntervals { level, method, resamples, failed, warning, figures })
}

impl fmt::Display for FigureIntervals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        write_heading(formatter, self.level, (self.resamples, self.failed), self.warning.as_deref())?;
        for FigureInterval { name, interval } in &self.figures {
            let [estimate, lower, upper] = [interval.estimate, interval.lower, interval.upper].map(significant);
            writeln!(formatter, "{}: {estimate} ({lower} to {upper})", visible_name(name))?;
        }
        Ok(())
    }
}
