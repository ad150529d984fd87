//! The rows just before the events, which tell what was off before anything happened.

use std::collections::BTreeSet;
use std::fmt;

use etiology::data::{RowTimes, TimeColumn, Timeline};
use etiology::report::visible_name;
use etiology::tables::TableReport;
use etiology::{Dataset, FeatureMap, FittedModel, Observation};
use serde::Serialize;

use crate::Failure;
use crate::arguments::Arguments;
use crate::console::Console;
use crate::events::{Events, time_column};
use crate::fit::Fitted;
use crate::source::read_table;

/// At most so many rows are taken for an event.
const MOST: usize = 10;
/// Where nobody says which rows are recent, none counts that is more of the table's usual steps before the event.
const STEPS: f64 = 20.0;
/// A row in which the target is rarer than one in twenty, in nats, is part of what happens rather than before it.
const UNUSUAL: f64 = 2.995_732_273_553_991;

/// Where such rows are looked for, in this order.
pub(crate) struct Recent<'a> {
    model: &'a FittedModel,
    target: &'a str,
    feature_map: FeatureMap,
    tables: Vec<RecentTable<'a>>,
}

struct RecentTable<'a> {
    name: String,
    data: Rows<'a>,
    times: Option<(RowTimes, Timeline)>,
    /// Whether somebody said that its rows are those before the events.
    is_said: bool,
    /// Rows that are explained, or kept out of the fit for it.
    explained: BTreeSet<usize>,
}

enum Rows<'a> {
    Of(&'a Dataset),
    Read(Box<Dataset>),
}

/// The rows that were taken for an event.
pub(crate) struct Taken {
    /// The earliest first, where there are times.
    pub(crate) data: Dataset,
    /// When each of them was; empty where that is not known.
    pub(crate) times: Vec<String>,
    pub(crate) which: WhichRows,
}

/// Which rows were taken, of which file.
#[derive(Clone, Serialize)]
pub(crate) struct WhichRows {
    of: String,
    rows: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_time: Option<String>,
}

impl fmt::Display for WhichRows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, rows, first_time, last_time } = self;
        let count = if rows.len() == 1 { "1 row".to_owned() } else { format!("{} rows", rows.len()) };
        write!(formatter, "Seen beside the {count} before it, of {of}")?;
        if let (Some(first), Some(last)) = (first_time, last_time) {
            let (first, last) = (visible_name(first), visible_name(last));
            let span = if first == last { format!(" at {first}") } else { format!(" from {first} to {last}") };
            write!(formatter, "{span}")?;
        }
        formatter.write_str(": what was off then already is not held against a node.")
    }
}

impl<'a> Recent<'a> {
    /// `explained` are the rows of the events that are.
    pub(crate) fn read(
        arguments: &'a Arguments,
        fitted: &'a Fitted,
        events: &'a Events,
        explained: &[usize],
        normal: Option<&TableReport>,
        console: &Console,
    ) -> Result<Self, Failure> {
        let (model, target) = (&fitted.model, arguments.target());
        let feature_map = arguments.attribution().question.feature_map;
        let mut recent = Self { model, target, feature_map, tables: Vec::new() };
        if arguments.events.no_recent || arguments.output.contributions {
            return Ok(recent);
        }
        if let Some(file) = &arguments.events.recent {
            let graph = model.graph();
            let times = match time_column(arguments, graph)? {
                TimeColumn::Named(name) if events.times.is_none() => TimeColumn::Named(name),
                _ => TimeColumn::Detect,
            };
            let mut format = arguments.csv(graph).with_time(times);
            if let Some(normal) = normal {
                format = format.like(normal);
            }
            let (table, _) = read_table(file, &format, console)?;
            let data = fitted.aligned(target, table.data, table.times.as_ref().map(|times| &times.values[..]))?;
            let (name, data) = (file.display().to_string(), Rows::Read(Box::new(data)));
            let times = table.times.map(|times| with_timeline(&times));
            recent.tables.push(RecentTable { name, data, times, is_said: true, explained: BTreeSet::new() });
            return Ok(recent);
        }
        let explained = explained.iter().chain(&events.left_out).copied().collect();
        if let Some(times) = &events.times {
            let (name, data) = ("the rows among which it is".to_owned(), Rows::Of(&events.data));
            let times = Some(with_timeline(times));
            recent.tables.push(RecentTable { name, data, times, is_said: false, explained });
        }
        if let (Some(times), Some((_, normal))) = (&events.normal_times, &fitted.training) {
            let (name, data) = ("the normal data".to_owned(), Rows::Of(normal));
            let times = Some(with_timeline(times));
            recent.tables.push(RecentTable { name, data, times, is_said: false, explained: BTreeSet::new() });
        }
        Ok(recent)
    }

    /// The rows before an event of this time; nothing where there are none.
    pub(crate) fn before(&self, time: Option<&str>) -> Result<Option<Taken>, Failure> {
        for table in &self.tables {
            if let Some(taken) = self.of_table(table, time)? {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    fn of_table(&self, table: &RecentTable<'_>, time: Option<&str>) -> Result<Option<Taken>, Failure> {
        let data = match &table.data {
            Rows::Of(data) => data,
            Rows::Read(data) => &**data,
        };
        let rows = match (&table.times, time, table.is_said) {
            (Some((_, timeline)), Some(time), true) => timeline.just_before(time, MOST, None, |_| true),
            (Some((_, timeline)), Some(time), false) => {
                let may = |row: usize| !table.explained.contains(&row) && self.is_ordinary(data, row);
                timeline.just_before(time, MOST, Some(STEPS), may)
            }
            (Some((_, timeline)), None, true) if timeline.rows().len() == data.rows() => Ok(timeline.rows().collect()),
            (.., true) => Ok((0..data.rows()).collect()),
            (.., false) => Ok(Vec::new()),
        };
        // An event whose time is none has no rows before it that are known.
        let rows = rows.unwrap_or_default();
        if rows.is_empty() {
            return Ok(None);
        }
        let at = |&row: &usize| Some(table.times.as_ref()?.0.values.get(row)?.trim().to_owned());
        let times: Vec<String> = rows.iter().map_while(at).collect();
        let (first_time, last_time) = (times.first().cloned(), times.last().cloned());
        let data = data.rows_at(&rows)?;
        let which = WhichRows { of: table.name.clone(), rows, first_time, last_time };
        Ok(Some(Taken { data, times, which }))
    }

    /// Whether the row can be read, and its target is no outlier itself.
    fn is_ordinary(&self, data: &Dataset, row: usize) -> bool {
        let Ok(event) = data.row(row) else { return false };
        let is_readable = |node: &str| {
            let is_category = self.model.levels(node).is_ok_and(|levels| levels.is_some());
            is_category || (event.text(node).is_none() && event.get(node).is_none_or(|value| !value.is_infinite()))
        };
        let usual = || -> Option<bool> {
            let alone = Observation::from_pairs([(self.target, event.get(self.target)?)]).ok()?;
            let scores = self.model.node_scores(&alone, &self.feature_map).ok()?;
            let score = scores.into_iter().find(|score| score.node == self.target)?.marginal?;
            Some(score.nats() < UNUSUAL)
        };
        self.model.graph().nodes().all(is_readable) && usual().unwrap_or(false)
    }
}

fn with_timeline(times: &RowTimes) -> (RowTimes, Timeline) {
    (times.clone(), Timeline::new(times))
}
