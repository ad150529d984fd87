//! What a summary says.

use serde::Serialize;

use crate::question::attribution::Quantity;
use crate::summary::examples::ExampleEvent;

/// What many events came of, in figures: of all, of every level of category columns, and of which level stands out.
///
/// `Display` prints it as tables, [`to_csv`](Self::to_csv) writes all of the breakdown, and a [`SummaryReport`](crate::report::SummaryReport) is a page of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The node whose values were attributed.
    pub target: String,
    /// What the events are called, in the plural.
    pub events_called: String,
    /// What was split over the nodes.
    pub quantity: Quantity,
    /// The unit of what was split: `nats` of scores, the target's unit of deviations; empty if that was not named.
    pub unit: String,
    /// The unit of the amounts at stake; empty if it was not named.
    pub amount_unit: String,
    /// How many events there are, with those that have no answer.
    pub events: u64,
    /// How many have no answer.
    pub failed: u64,
    /// How many have an answer whose first cause is not clear of the next by their stated errors.
    pub contested: u64,
    /// How many have an amount at stake.
    pub with_amount: u64,
    /// The sum of what was split, over events with an answer: that of [`value`](CauseSummary::value) over all causes, and over the unexplained.
    pub value: f64,
    /// The amount at stake of the events with an answer; nothing where no event has one.
    pub amount: Option<f64>,
    /// The amount at stake of the events without an answer.
    pub failed_amount: Option<f64>,
    /// The nodes, that which is first of most events first; then by the size of what they contributed, and by name.
    pub causes: Vec<CauseSummary>,
    /// What no node explains; see [`UnexplainedPart`](crate::summary::UnexplainedPart).
    pub unexplained: CauseSummary,
    /// The largest contested events.
    pub contested_examples: Vec<ExampleEvent>,
    /// One per category column.
    pub breakdowns: Vec<Breakdown>,
    /// Causes that are first at a level of a column by far more often than elsewhere, those with most events beyond that first.
    pub stand_outs: Vec<StandOut>,
    /// Why events have no answer, the most frequent kind of message first.
    pub failures: Vec<FailureSummary>,
    /// Events without an answer with messages of further kinds.
    pub other_failures: u64,
}

/// A cause over all events with an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CauseSummary {
    /// The node's name; nothing for what no node explains.
    pub node: Option<String>,
    /// Events of which it is the first cause.
    pub first: u64,
    /// The share of these, from 0 to 1.
    pub share: f64,
    /// The 95 % interval (Wilson) of the probability of that, if these events are independent draws of what will come. It does not cover errors of
    /// attributions, which [`fewest`](Self::fewest) and [`most`](Self::most) do.
    pub share_interval: (f64, f64),
    /// Of the events of which it is first, how many are contested.
    pub contested_first: u64,
    /// Contested events of which it is second.
    pub contested_second: u64,
    /// What it contributed to all events, in the unit of the summary.
    pub value: f64,
    /// At most so large is the standard error of that: the sum of all standard errors, which errors that go together reach.
    pub std_error: f64,
    /// What it contributed, as a share of what was split; nothing where that is 0.
    pub value_share: Option<f64>,
    /// What it contributed to the events of which it is the first.
    pub value_first: f64,
    /// The amount at stake of the events of which it is the first; nothing where no event has one.
    pub amount: Option<f64>,
    /// That as a share of the amount at stake of all events with an answer.
    pub amount_share: Option<f64>,
    /// The largest events of which it is the first: by amount, then by what was split, then by identifier.
    pub examples: Vec<ExampleEvent>,
}

/// The events by the levels of a category column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Breakdown {
    /// The column's name.
    pub column: String,
    /// The levels, the largest first: by amount at stake, where there are any; by what was split, if that is a deviation; by events; by name.
    pub levels: Vec<LevelSummary>,
}

/// The events of one level of a category column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LevelSummary {
    /// The level; nothing for events without one.
    pub level: Option<String>,
    /// Events, with those that have no answer.
    pub events: u64,
    /// Events that have no answer.
    pub failed: u64,
    /// Events with an answer whose first cause is not clear.
    pub contested: u64,
    /// The sum of what was split, over events with an answer.
    pub value: f64,
    /// The amount at stake of events with an answer; nothing where no event of the summary has one.
    pub amount: Option<f64>,
    /// The causes that are first of an event or contributed to one, that which is first of most events first.
    pub causes: Vec<LevelCause>,
}

/// A cause over the events of one level.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LevelCause {
    /// The node's name; nothing for what no node explains.
    pub node: Option<String>,
    /// Events of which it is the first cause.
    pub first: u64,
    /// What it contributed to all events of the level.
    pub value: f64,
    /// The amount at stake of the events of which it is the first.
    pub amount: Option<f64>,
}

/// A cause that is first at one level of a column far more often than elsewhere.
///
/// All pairs of a level and a cause are tested at once: whether as many firsts at the level could be if the events of the level were drawn from all at random
/// (Fisher's exact test, one-sided), adjusted by Holm's method. Listed are those with an adjusted p-value of at most 0.01 and a share 1.5
/// times that elsewhere. Events of a level that have one reason are not independent; the test says that it is not chance, not that it will be so again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StandOut {
    /// The column's name.
    pub column: String,
    /// The level; nothing for events without one.
    pub level: Option<String>,
    /// The node's name; nothing for what no node explains.
    pub node: Option<String>,
    /// Events of the level with an answer.
    pub events: u64,
    /// Those of them of which the cause is first.
    pub first: u64,
    /// The share of these.
    pub share: f64,
    /// The 95 % interval (Wilson) of the share.
    pub share_interval: (f64, f64),
    /// The share of events of which it is first, at all other levels.
    pub share_elsewhere: f64,
    /// How many times the share elsewhere it is; nothing where that is 0.
    pub lift: Option<f64>,
    /// How many events it is first of beyond what the share elsewhere would be.
    pub excess: f64,
    /// The p-value, adjusted for all pairs.
    pub p_value: f64,
}

/// Events without an answer whose messages are of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FailureSummary {
    /// The message, with `#` for every number.
    pub kind: String,
    /// How many events.
    pub events: u64,
    /// The largest of them.
    pub examples: Vec<ExampleEvent>,
}

impl Summary {
    /// How many events have an answer.
    pub fn answered(&self) -> u64 {
        self.events - self.failed
    }

    /// The summary of a node.
    pub fn cause(&self, node: &str) -> Option<&CauseSummary> {
        self.causes.iter().find(|cause| cause.node.as_deref() == Some(node))
    }

    /// The breakdown by a column.
    pub fn breakdown(&self, column: &str) -> Option<&Breakdown> {
        self.breakdowns.iter().find(|breakdown| breakdown.column == column)
    }
}

impl CauseSummary {
    /// The events of which it is first without a doubt by stated errors.
    pub fn fewest(&self) -> u64 {
        self.first - self.contested_first
    }

    /// The events of which it is first, or may be by stated errors.
    pub fn most(&self) -> u64 {
        self.first.saturating_add(self.contested_second)
    }
}

impl Breakdown {
    /// A level's events; those without a level are of `None`.
    pub fn level(&self, level: Option<&str>) -> Option<&LevelSummary> {
        self.levels.iter().find(|entry| entry.level.as_deref() == level)
    }
}
