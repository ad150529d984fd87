//! A summary that takes events one by one and parts in any order.

use serde::{Deserialize, Serialize};

use super::config::{SummaryConfig, UnexplainedPart};
use super::event::{EventCause, Outcome, SummarisedEvent};
use super::examples::{ExampleEvent, LargestEvents};
use super::failures::Failures;
use super::names::Names;
use super::standing::{Part, Standing, UNEXPLAINED};
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::numeric::exact_sum::RunningSum;
use crate::question::attribution::direction;

/// More nodes than these no model has; identifiers that were taken for nodes do.
const MOST_NODES: usize = 10_000;
/// What contributions do not sum up to is nothing if it is less than this part of them.
const ROUNDING: f64 = 1e-9;

/// Attributions of any number of events, summed up: which causes came first how often, what they contributed, how much money was at stake; of
/// all events and of every level of category columns.
///
/// It depends on which events were added and on nothing else, neither on their order nor on how they were split into parts that were
/// [merged](Self::merge): sums are exact, counts are counts, and examples are the largest events. So the [bytes](Self::to_bytes) are the same.
///
/// An event belongs to exactly one cause: the node with the largest contribution to a score, or to a deviation in its direction; to no node
/// where what [no node explains](crate::summary::UnexplainedPart) is larger, or where no contribution is above 0. It is *contested* where the errors of both leave open
/// which of two is first.
///
/// Memory: 80 bytes for each level and node, and some 200 for each level beside them. See [the module](crate::summary) for an example.
#[derive(Debug, Clone)]
pub struct EventSummary {
    pub(super) config: SummaryConfig,
    /// The first is what no node explains.
    pub(super) causes: Names,
    /// One per cause.
    pub(super) details: Vec<CauseDetail>,
    pub(super) all: Tally,
    /// One per category column.
    pub(super) columns: Vec<CategoryTallies>,
    pub(super) failures: Failures,
    pub(super) contested: LargestEvents,
    scratch: Scratch,
}

/// What is kept of a cause over all events, beside what every level has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CauseDetail {
    /// Events in which something is known of it.
    pub(super) events: u64,
    /// Contested events of which it is first.
    pub(super) contested_first: u64,
    /// Contested events of which it is second.
    pub(super) contested_second: u64,
    /// The sum of the standard errors of its contributions.
    pub(super) std_error: RunningSum,
    /// What it contributed to the events of which it is first.
    pub(super) value_first: RunningSum,
    pub(super) examples: LargestEvents,
}

/// A category column.
#[derive(Debug, Clone, Default)]
pub(super) struct CategoryTallies {
    pub(super) levels: Names,
    /// One per level.
    pub(super) tallies: Vec<Tally>,
}

/// Room that is kept between events.
#[derive(Debug, Clone, Default)]
struct Scratch {
    parts: Vec<Part>,
    /// By the number of a cause the last event that had it.
    seen: Vec<u64>,
    event: u64,
    levels: Vec<u32>,
}

impl EventSummary {
    /// A summary without events yet.
    ///
    /// # Errors
    /// When the configuration names no target, or a column twice, or a number is outside its range.
    pub fn new(config: SummaryConfig) -> Result<Self> {
        config.check()?;
        let mut causes = Names::default();
        causes.numbered(None);
        let columns = config.by.iter().map(|_| CategoryTallies::default()).collect();
        let (details, scratch) = (vec![CauseDetail::default()], Scratch::default());
        let (all, failures, contested) = (Tally::default(), Failures::default(), LargestEvents::default());
        Ok(Self { config, causes, details, all, columns, failures, contested, scratch })
    }

    /// What is summarised, and by what.
    pub fn config(&self) -> &SummaryConfig {
        &self.config
    }

    /// How many events were added, with those that have no answer.
    pub fn events(&self) -> u64 {
        self.all.events.saturating_add(self.all.failed)
    }

    /// Adds an event. Costs some nanoseconds for each contribution and column.
    ///
    /// # Errors
    /// When it has not a level for each category column, a figure that is infinite (or `NaN`, but for a contribution that is not known), a node twice, or a
    /// level more than a column may have. Then it is not added.
    pub fn add(&mut self, event: &SummarisedEvent<'_>) -> Result<()> {
        event.check(self.columns.len())?;
        self.check_levels(event.levels)?;
        match event.outcome {
            Outcome::Causes { total, causes } => {
                self.check_causes(event.id, causes)?;
                self.number_levels(event.levels);
                self.add_causes(event, total, causes);
            }
            Outcome::Failed(message) => {
                self.number_levels(event.levels);
                self.all.add_failure(event.amount);
                for (column, &level) in self.columns.iter_mut().zip(&self.scratch.levels) {
                    column.tallies[level as usize].add_failure(event.amount);
                }
                self.failures.add(message, self.config.examples, (event.amount, event.id), || example(event));
            }
        }
        Ok(())
    }

    /// Adds what another summary has, of other events.
    ///
    /// # Errors
    /// When it is of another configuration, or both together have more levels than a column may have, or more nodes than 10 000. Then nothing is changed.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.config != other.config {
            let (name, requirement) =
                ("a summary that is merged", "of the same configuration as the one it is merged into");
            let found = format!("of {:?} instead of {:?}", other.config, self.config);
            return Err(Error::InvalidParameter { name, requirement, found });
        }
        let is_new = |names: &Names, name: Option<&str>| names.number(name, usize::MAX).is_none();
        let new = |names: &Names, others: &Names| {
            (0..others.len()).filter(|&number| is_new(names, others.name(number))).count()
        };
        check_nodes(self.causes.len() - 1 + new(&self.causes, &other.causes))?;
        for (place, (own, others)) in self.columns.iter().zip(&other.columns).enumerate() {
            self.check_level_count(place, own.levels.len() + new(&own.levels, &others.levels))?;
        }
        // From here on nothing fails.
        let most = self.config.examples;
        let numbers: Vec<u32> =
            (0..other.causes.len()).map(|number| self.causes.numbered(other.causes.name(number))).collect();
        self.details.resize_with(self.causes.len(), CauseDetail::default);
        for (detail, &number) in other.details.iter().zip(&numbers) {
            self.details[number as usize].merge(most, detail);
        }
        self.all.merge(&other.all, &numbers);
        for (own, others) in self.columns.iter_mut().zip(&other.columns) {
            for (level, tally) in others.tallies.iter().enumerate() {
                own.tally_of(others.levels.name(level)).merge(tally, &numbers);
            }
        }
        self.failures.merge(&other.failures, most);
        self.contested.merge(most, &other.contested);
        Ok(())
    }

    /// How much memory it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let detail = |detail: &CauseDetail| {
            let sums = detail.std_error.heap_bytes() + detail.value_first.heap_bytes();
            size_of::<CauseDetail>() + sums + detail.examples.memory_bytes()
        };
        let column = |column: &CategoryTallies| {
            column.levels.memory_bytes() + column.tallies.iter().map(Tally::memory_bytes).sum::<usize>()
        };
        size_of::<Self>()
            + self.causes.memory_bytes()
            + self.details.iter().map(detail).sum::<usize>()
            + self.all.memory_bytes()
            + self.columns.iter().map(column).sum::<usize>()
            + self.failures.memory_bytes()
            + self.contested.memory_bytes()
    }

    /// Whether a node's contribution is part of what no node explains.
    fn is_unexplained(&self, node: &str) -> bool {
        self.config.unexplained == UnexplainedPart::OwnNoise && node == self.config.target
    }

    fn check_levels(&self, levels: &[Option<&str>]) -> Result<()> {
        for (place, (column, &level)) in self.columns.iter().zip(levels).enumerate() {
            let count = column.levels.len();
            if count >= self.config.max_levels && column.levels.number(level, usize::MAX).is_none() {
                self.check_level_count(place, count + 1)?;
            }
        }
        Ok(())
    }

    pub(super) fn check_level_count(&self, column: usize, levels: usize) -> Result<()> {
        let most = self.config.max_levels;
        if levels <= most {
            return Ok(());
        }
        let (name, requirement) = (
            "the number of levels of a category column",
            "at most `max_levels`; group by something coarser (a region for a customer, an hour for a time), or allow more",
        );
        let found = format!("{levels} in column `{}`, where {most} are allowed", self.config.by[column]);
        Err(Error::InvalidParameter { name, requirement, found })
    }

    /// Nodes twice, blank ones, too many.
    fn check_causes(&mut self, id: &str, causes: &[EventCause<'_>]) -> Result<()> {
        self.scratch.event += 1;
        self.scratch.seen.resize(self.causes.len(), 0);
        let mut new: Vec<&str> = Vec::new();
        for (place, cause) in causes.iter().enumerate() {
            let known = match self.is_unexplained(cause.node) {
                true => Some(UNEXPLAINED),
                false => self.causes.number(Some(cause.node), place + 1),
            };
            let is_twice = match known {
                Some(number) => {
                    let last = std::mem::replace(&mut self.scratch.seen[number as usize], self.scratch.event);
                    last == self.scratch.event
                }
                None => {
                    let is_twice = new.contains(&cause.node);
                    new.push(cause.node);
                    is_twice
                }
            };
            if is_twice {
                let (name, requirement) = ("a node of an event", "named once");
                let found = format!("`{}` twice in event `{id}`", cause.node);
                return Err(Error::InvalidParameter { name, requirement, found });
            }
            if cause.node.trim().is_empty() {
                return Err(Error::BlankName { what: format!("a contribution to event `{id}`"), position: place });
            }
        }
        check_nodes(self.causes.len() - 1 + new.len())
    }

    /// The numbers of an event's levels, which are counted from here on.
    fn number_levels(&mut self, levels: &[Option<&str>]) {
        self.scratch.levels.clear();
        for (column, &level) in self.columns.iter_mut().zip(levels) {
            let number = column.levels.numbered(level);
            if column.tallies.len() <= number as usize {
                column.tallies.resize_with(number as usize + 1, Tally::default);
            }
            self.scratch.levels.push(number);
        }
    }

    fn add_causes(&mut self, event: &SummarisedEvent<'_>, total: f64, causes: &[EventCause<'_>]) {
        let side = direction(self.config.quantity, total);
        let mut parts = std::mem::take(&mut self.scratch.parts);
        parts.clear();
        // What no node explains; its place among the parts is the first.
        parts.push(Part { cause: UNEXPLAINED, towards: 0.0, std_error: 0.0 });
        let (mut remainder, mut size) = (total, total.abs());
        for (place, cause) in causes.iter().enumerate().filter(|(_, cause)| !cause.value.is_nan()) {
            remainder -= cause.value;
            size += cause.value.abs();
            if self.is_unexplained(cause.node) {
                parts[0].towards += side * cause.value;
                parts[0].std_error += cause.std_error;
                continue;
            }
            let known = self.causes.number(Some(cause.node), place + 1);
            let number = known.unwrap_or_else(|| self.causes.numbered(Some(cause.node)));
            parts.push(Part { cause: number, towards: side * cause.value, std_error: cause.std_error });
        }
        if remainder.abs() > ROUNDING * size {
            parts[0].towards += side * remainder;
        }
        self.details.resize_with(self.causes.len(), CauseDetail::default);
        let names = &self.causes;
        let is_before = |a: u32, b: u32| names.name(a as usize) < names.name(b as usize);
        let standing = Standing::of(&parts, self.config.clear_by, is_before);
        self.all.add(&parts, side, &standing, total, event.amount);
        for (column, &level) in self.columns.iter_mut().zip(&self.scratch.levels) {
            column.tallies[level as usize].add(&parts, side, &standing, total, event.amount);
        }
        for part in &parts {
            let detail = &mut self.details[part.cause as usize];
            detail.events += 1;
            if part.std_error != 0.0 {
                detail.std_error.add(part.std_error);
            }
        }
        self.scratch.parts = parts;
        self.keep(event, total, side, &standing);
    }

    /// Counts what is first and second, and keeps the event as an example if it is one.
    fn keep(&mut self, event: &SummarisedEvent<'_>, total: f64, side: f64, standing: &Standing) {
        let first = &mut self.details[standing.first.cause as usize];
        first.value_first.add(side * standing.first.towards);
        first.contested_first += u64::from(standing.is_contested);
        if let Some(second) = standing.second.filter(|_| standing.is_contested) {
            self.details[second.cause as usize].contested_second += 1;
        }
        let (most, key) = (self.config.examples, (event.amount, Some(total), event.id));
        let name = |part: Part| self.causes.name(part.cause as usize).map(str::to_owned);
        let kept = || ExampleEvent {
            total: Some(total),
            first: name(standing.first),
            first_value: Some(side * standing.first.towards),
            second: standing.second.and_then(name),
            second_value: standing.second.map(|second| side * second.towards),
            ..example(event)
        };
        self.details[standing.first.cause as usize].examples.offer(most, key, kept);
        if standing.is_contested {
            self.contested.offer(most, key, kept);
        }
    }
}

/// An event of whose causes nothing is said.
fn example(event: &SummarisedEvent<'_>) -> ExampleEvent {
    ExampleEvent {
        id: event.id.to_owned(),
        amount: event.amount,
        total: None,
        first: None,
        first_value: None,
        second: None,
        second_value: None,
        levels: event.levels.iter().map(|level| level.map(str::to_owned)).collect(),
    }
}

impl CategoryTallies {
    /// The tally of a level, which there is from here on.
    pub(super) fn tally_of(&mut self, level: Option<&str>) -> &mut Tally {
        let place = self.levels.numbered(level) as usize;
        if self.tallies.len() <= place {
            self.tallies.resize_with(place + 1, Tally::default);
        }
        &mut self.tallies[place]
    }
}

impl CauseDetail {
    fn merge(&mut self, most: usize, other: &Self) {
        let counts = [
            (&mut self.events, other.events),
            (&mut self.contested_first, other.contested_first),
            (&mut self.contested_second, other.contested_second),
        ];
        counts.into_iter().for_each(|(own, others)| *own = own.saturating_add(others));
        self.std_error.merge(&other.std_error);
        self.value_first.merge(&other.value_first);
        self.examples.merge(most, &other.examples);
    }
}

/// # Errors
/// When there are more nodes than a model has.
pub(super) fn check_nodes(nodes: usize) -> Result<()> {
    if nodes <= MOST_NODES {
        return Ok(());
    }
    let (name, requirement) = ("the number of nodes of a summary", "at most 10000, the nodes of a model");
    Err(Error::InvalidParameter { name, requirement, found: nodes.to_string() })
}
