//! The events, how they are called, and which of them are explained.

use std::fmt;

use etiology::data::{RowTimes, TimeColumn};
use etiology::report::visible_name;
use etiology::{CausalGraph, Dataset, Error, FeatureMap, FittedModel, Observation, StructuralCausalModel};
use serde::Serialize;

use crate::Failure;
use crate::arguments::Arguments;
use crate::console::Console;
use crate::fit::Fitted;
use crate::source::{InputNote, OwnRows, ReadTable, Source, read_table};
use crate::traces;

pub(crate) struct Events {
    pub(crate) data: Dataset,
    pub(crate) times: Option<RowTimes>,
    /// Those of the normal data, where events are none of its rows.
    pub(crate) normal_times: Option<RowTimes>,
    traces: Vec<String>,
    /// How the file was read, if it is one of a table.
    pub(crate) read: Option<ReadTable>,
    /// The rows that are not fitted to, in ascending order, where events and normal data are the same traces.
    pub(crate) left_out: Vec<usize>,
    /// The files that these and the normal data came from, as far as they had to be put together.
    pub(crate) inputs: Vec<InputNote>,
}

/// What an event is called.
#[derive(Clone, Serialize)]
pub(crate) struct Label {
    row: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "event {}", self.row)?;
        self.time.iter().try_for_each(|time| write!(formatter, ", {}", visible_name(time)))?;
        self.trace.iter().try_for_each(|trace| write!(formatter, ", trace {}", visible_name(trace)))
    }
}

impl Events {
    pub(crate) fn label(&self, row: usize) -> Label {
        let written = |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned();
        let time = written(self.times.as_ref().and_then(|times| times.values.get(row)));
        Label { row, time, trace: written(self.traces.get(row)) }
    }

    /// The time of a row as it was written, if it has one.
    pub(crate) fn time(&self, row: usize) -> Option<&str> {
        let time = self.times.as_ref()?.values.get(row)?.trim();
        if time.is_empty() { None } else { Some(time) }
    }

    /// The rows put together by the lags of what is normal.
    pub(crate) fn aligned(self, target: &str, fitted: &Fitted) -> Result<Self, Error> {
        // Of events without times nothing is known of the rows before.
        let unknown = || vec![String::new(); self.data.rows()];
        let times = self.times.as_ref().map_or_else(unknown, |times| times.values.clone());
        let data = fitted.aligned(target, self.data, Some(&times))?;
        Ok(Self { data, ..self })
    }

    pub(crate) fn observations(&self, rows: &[usize]) -> Result<Vec<Observation>, Error> {
        rows.iter().map(|&row| self.data.row(row)).collect()
    }

    /// The rows to explain, in order.
    pub(crate) fn to_explain(
        &self,
        arguments: &Arguments,
        model: &FittedModel,
        console: &Console,
    ) -> Result<Vec<usize>, Error> {
        match arguments.slowest() {
            Some(count) => most_unusual(model, arguments, &self.data, count, console),
            None => Ok((0..self.data.rows()).collect()),
        }
    }
}

pub(crate) fn read(arguments: &Arguments, source: &Source, console: &Console) -> Result<Events, Failure> {
    let files = &arguments.events;
    let of_source = match source {
        Source::Own { rows, .. } => vec![rows.note.clone()],
        Source::Saved(_) | Source::Rows { .. } => Vec::new(),
    };
    match (&files.events, &files.event_traces, source) {
        (Some(file), ..) => {
            let graph = source.graph();
            let times = time_column(arguments, graph)?;
            let mut format = arguments.csv(graph).with_time(times);
            if let Source::Rows { read, .. } = source {
                format = format.like(&read.report);
            }
            let (table, read) = read_table(file, &format, console)?;
            let (data, times, read) = (table.data, table.times, Some(read));
            let normal_times = match source {
                Source::Rows { times, .. } => times.clone(),
                Source::Own { rows, .. } => rows.times.clone(),
                Source::Saved(_) => None,
            };
            Ok(Events { data, times, normal_times, traces: Vec::new(), read, left_out: Vec::new(), inputs: of_source })
        }
        (_, Some(file), _) => {
            let OwnRows { data, ids, note, .. } = traces::read_requests(file, arguments, console)?;
            let data = with_all_services(data, source.graph(), console)?;
            let inputs = of_source.into_iter().chain([note]).collect();
            Ok(Events { data, times: None, normal_times: None, traces: ids, read: None, left_out: Vec::new(), inputs })
        }
        (.., Source::Own { rows, .. }) => own_rows(arguments, rows, console),
        (.., Source::Saved(_) | Source::Rows { .. }) => {
            let message = "--events or --event-traces is needed, unless --traces, --metrics or --prometheus gives normal data and events";
            Err(Failure::Mistake(message.to_owned()))
        }
    }
}

/// Which column of a table of this graph holds times.
pub(crate) fn time_column(arguments: &Arguments, graph: &CausalGraph) -> Result<TimeColumn, Failure> {
    match &arguments.events.time_column {
        Some(name) if graph.contains(name) => {
            Err(Failure::Mistake(format!("--time-column `{name}` is a node of the graph")))
        }
        Some(name) => Ok(TimeColumn::Named(name.clone())),
        None => Ok(TimeColumn::Detect),
    }
}

/// A service that no event calls took no time, as in every request of the traces that does not call it.
fn with_all_services(latencies: Dataset, graph: &CausalGraph, console: &Console) -> Result<Dataset, Error> {
    let is_there = |service: &str| latencies.names().iter().any(|name| name == service);
    let absent: Vec<&str> = graph.nodes().filter(|service| !is_there(service)).collect();
    if absent.is_empty() {
        return Ok(latencies);
    }
    console.note(format!(
        "no trace to explain calls {}: taken as 0 seconds",
        absent.iter().map(|name| visible_name(name)).collect::<Vec<_>>().join(", ")
    ));
    let zeros = absent.into_iter().map(|service| Ok((service.to_owned(), vec![0.0; latencies.rows()])));
    let read = latencies.names().iter().map(|name| Ok((name.clone(), latencies.column(name)?.to_vec())));
    Dataset::from_columns(read.chain(zeros).collect::<Result<Vec<_>, Error>>()?)
}

/// The events are among the normal rows: those to be explained are chosen before anything is fitted, and kept out of it.
fn own_rows(arguments: &Arguments, rows: &OwnRows, console: &Console) -> Result<Events, Failure> {
    let data = &rows.data;
    if let Some((from, to)) = arguments.events.rows {
        let left_out = (from..=to).collect();
        data.row(to)?;
        return the_others(arguments, rows, left_out, console);
    }
    let target = arguments.target();
    let wanted = arguments.slowest().unwrap_or(1);
    let known = data.column(target)?.iter().filter(|value| value.is_finite()).count();
    check_others(arguments, known, wanted.clamp(1, known.max(1)))?;
    let alone = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges([target], Vec::<(&str, &str)>::new())?);
    let alone = alone.assign_mechanisms(data)?.fit(data)?;
    let mut left_out = most_unusual(&alone, arguments, data, wanted, console)?;
    if let Some(row) = arguments.output.report_event {
        data.row(row)?;
        left_out.push(row);
    }
    left_out.sort_unstable();
    left_out.dedup();
    the_others(arguments, rows, left_out, console)
}

/// The rows with those to be explained kept out of the fit.
fn the_others(
    arguments: &Arguments,
    rows: &OwnRows,
    left_out: Vec<usize>,
    console: &Console,
) -> Result<Events, Failure> {
    let OwnRows { data, ids, times, note } = rows;
    let (count, rows) = (left_out.len(), data.rows());
    check_others(arguments, rows, count)?;
    let what = if arguments.source.traces.is_some() { "traces" } else { "rows" };
    console.note(format!("fitting to {} {what}, without the {count} to be explained", rows - count));
    let (data, traces, inputs) = (data.clone(), ids.clone(), vec![note.clone()]);
    Ok(Events { data, times: times.clone(), normal_times: None, traces, read: None, left_out, inputs })
}

/// Whether enough rows are left to fit a model to, beside those that are to be explained.
fn check_others(arguments: &Arguments, rows: usize, explained: usize) -> Result<(), Failure> {
    const LEAST: usize = 2;
    if rows >= explained + LEAST {
        return Ok(());
    }
    let (what, remedy) = if arguments.source.traces.is_some() {
        (
            "traces with a known time",
            "add traces of ordinary requests to the file, or give them as --traces and this file as --event-traces",
        )
    } else {
        ("rows with a value", "take a longer time or a smaller step")
    };
    let found = match rows {
        0 => format!("there are no {what} of `{}`", visible_name(arguments.target())),
        1 => format!("there is one of the {what} of `{}`, and it is to be explained", visible_name(arguments.target())),
        _ => format!(
            "there are {rows} {what} of `{}`, and {explained} of them are to be explained",
            visible_name(arguments.target())
        ),
    };
    Err(Failure::Mistake(format!("{found}: at least {LEAST} others are needed to fit the model; {remedy}")))
}

/// The rows whose target is most unusual; of equally unusual ones, as all beyond the training data are, those further from
/// its median.
fn most_unusual(
    model: &FittedModel,
    arguments: &Arguments,
    events: &Dataset,
    count: usize,
    console: &Console,
) -> Result<Vec<usize>, Error> {
    let (target, feature_map): (_, FeatureMap) = (arguments.target(), arguments.attribution().question.feature_map);
    let median = model.reference(target)?.median();
    let mut rows = Vec::with_capacity(events.rows());
    for (row, event) in events.observations().enumerate() {
        // An event without a value for the target cannot be ranked, or explained; what else it holds is not looked at yet.
        let Some(observed) = event.get(target).filter(|observed| observed.is_finite()) else { continue };
        let alone = Observation::from_pairs([(target, observed)])?;
        let score = model.node_scores(&alone, &feature_map)?.into_iter().find(|score| score.node == target);
        if let Some(marginal) = score.and_then(|score| score.marginal) {
            rows.push((row, marginal.nats(), (observed - median).abs()));
        }
    }
    if rows.len() < events.rows() {
        let (ranked, all) = (rows.len(), events.rows());
        console.note(format!("{ranked} of {all} events have a value of `{target}` and are ranked"));
    }
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.total_cmp(&a.2)));
    Ok(rows.into_iter().take(count).map(|(row, ..)| row).collect())
}
