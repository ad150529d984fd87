//! What is summarised, and by what.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::question::attribution::Quantity;

const EXAMPLES: usize = 5;
const MOST_EXAMPLES: usize = 1_000;
const MAX_LEVELS: usize = 100_000;
const CLEAR_BY: f64 = 2.0;

/// What the events of an [`EventSummary`](crate::summary::EventSummary) are, and by what their causes are broken down. Parts that are to be merged need
/// the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SummaryConfig {
    /// The node whose values were attributed.
    pub target: String,
    /// What the events are called, in the plural: `events` by default; `short invoices`, `slow requests`.
    pub events: String,
    /// What was split over the nodes: an outlier score in nats by default, or a deviation in the target's unit.
    pub quantity: Quantity,
    /// The unit of the target, as `EUR` or `ms`, of deviations alone; not named by default.
    pub unit: String,
    /// The unit of the amounts at stake, as `EUR`; not named by default.
    pub amount_unit: String,
    /// The names of the category columns that causes are broken down by, as `vendor`, `region`, `hour`.
    pub by: Vec<String>,
    /// How many events are kept as examples of each cause, of contested events, and of each kind of failure: the largest, 5 by default, at
    /// most 1 000.
    pub examples: usize,
    /// Which part of an event no node explains.
    pub unexplained: UnexplainedPart,
    /// How many levels a category column may have: 100 000 by default, and more are an error. A level takes some 80 bytes for each node, and 200 beside
    /// them.
    pub max_levels: usize,
    /// By how many standard errors of both a cause must be ahead of the next to be clear of it: 2 by default. Others are counted as contested.
    pub clear_by: f64,
}

/// Which part of an event no node explains. Where it is the largest part, the event is one that no node explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnexplainedPart {
    /// The contribution of the target's own noise, which is what none of its causes explains, and the [`Remainder`](Self::Remainder). For a target that
    /// follows from the others, as the amount that is paid of an invoice.
    #[default]
    OwnNoise,
    /// What the contributions do not sum up to, as values were missing. The target's own noise is a cause like any other: for a target that
    /// can be at fault by itself, as a service with work of its own.
    Remainder,
}

impl Default for SummaryConfig {
    fn default() -> Self {
        Self {
            target: String::new(),
            events: "events".to_owned(),
            quantity: Quantity::default(),
            unit: String::new(),
            amount_unit: String::new(),
            by: Vec::new(),
            examples: EXAMPLES,
            unexplained: UnexplainedPart::default(),
            max_levels: MAX_LEVELS,
            clear_by: CLEAR_BY,
        }
    }
}

impl SummaryConfig {
    /// A summary of attributions of this target, in nats.
    pub fn new(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }

    /// Says what the events are called, in the plural.
    #[must_use]
    pub fn with_events_called(self, events: impl Into<String>) -> Self {
        Self { events: events.into(), ..self }
    }

    /// Says that deviations of the target were split, in this unit.
    #[must_use]
    pub fn in_unit(self, unit: impl Into<String>) -> Self {
        Self { quantity: Quantity::MeanDeviation, unit: unit.into(), ..self }
    }

    /// Sets the unit of the amounts at stake.
    #[must_use]
    pub fn with_amounts_in(self, unit: impl Into<String>) -> Self {
        Self { amount_unit: unit.into(), ..self }
    }

    /// Breaks causes down by these category columns.
    #[must_use]
    pub fn by<S: Into<String>>(self, columns: impl IntoIterator<Item = S>) -> Self {
        Self { by: columns.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets how many events are kept as examples.
    #[must_use]
    pub fn with_examples(self, examples: usize) -> Self {
        Self { examples, ..self }
    }

    /// Sets which part of an event no node explains.
    #[must_use]
    pub fn with_unexplained(self, unexplained: UnexplainedPart) -> Self {
        Self { unexplained, ..self }
    }

    /// Sets how many levels a category column may have.
    #[must_use]
    pub fn with_max_levels(self, max_levels: usize) -> Self {
        Self { max_levels, ..self }
    }

    /// # Errors
    /// When the target or a column has a blank name, a column stands twice, or a number is outside its range.
    pub(super) fn check(&self) -> Result<()> {
        let refuse = |name, requirement, found: String| Err(Error::InvalidParameter { name, requirement, found });
        if self.target.trim().is_empty() {
            return refuse("`target` of a summary", "the name of the node that was attributed", "blank".to_owned());
        }
        for (second, column) in self.by.iter().enumerate() {
            if column.trim().is_empty() {
                return Err(Error::BlankName { what: "the list `by` of a summary".to_owned(), position: second });
            }
            if let Some(first) = self.by[..second].iter().position(|other| other == column) {
                return Err(Error::DuplicateColumn { column: column.clone(), first, second });
            }
        }
        if self.quantity == Quantity::ItScore && !self.unit.is_empty() {
            return refuse(
                "`unit` of a summary",
                "empty where scores were split, which are in nats; see `amount_unit` for money at stake",
                format!("`{}`", self.unit),
            );
        }
        if self.examples > MOST_EXAMPLES {
            return refuse("`examples` of a summary", "at most 1000", self.examples.to_string());
        }
        if !(1..=u32::MAX as usize).contains(&self.max_levels) {
            return refuse("`max_levels` of a summary", "from 1 to 4294967295", self.max_levels.to_string());
        }
        if !(self.clear_by >= 0.0 && self.clear_by.is_finite()) {
            return refuse("`clear_by` of a summary", "finite and at least 0", self.clear_by.to_string());
        }
        Ok(())
    }
}
