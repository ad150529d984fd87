//! Tables for people and JSON for programs.

use std::io::{ErrorKind, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use etiology::bootstrap::{BootstrapInterval, BootstrapIntervals, NodeInterval};
use etiology::findings::Finding;
use etiology::{Attribution, FittedModel};
use serde::Serialize;

use crate::arguments::{Arguments, Format};
use crate::events::{Events, Label};
use crate::explain::Explained;
use crate::source::InputNote;

#[derive(Serialize)]
struct Report<'a> {
    target: &'a str,
    /// The rows that the model was not fitted to, as they are explained.
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    left_out_of_fit: &'a [usize],
    /// What speaks against the model, whatever the event.
    findings: Vec<Finding>,
    /// The files of traces, and what was put right in them.
    #[serde(skip_serializing_if = "<[InputNote]>::is_empty")]
    inputs: &'a [InputNote],
    events: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct Event<'a> {
    #[serde(flatten)]
    label: Label,
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
    #[serde(flatten)]
    attribution: &'a Attribution,
    #[serde(skip_serializing_if = "Option::is_none")]
    intervals: Option<Intervals<'a>>,
    /// Why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_intervals: Option<&'a str>,
}

#[derive(Serialize)]
struct Intervals<'a> {
    level: f64,
    resamples: usize,
    failed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'a str>,
    score: &'a BootstrapInterval,
    contributions: &'a [NodeInterval],
}

pub(crate) fn text(
    arguments: &Arguments,
    model: &FittedModel,
    events: &Events,
    explained: &[Explained],
) -> Result<String, String> {
    match arguments.output.format {
        Format::Table => {
            let of_model = model.findings().into_iter().map(|finding| finding.to_string());
            let of_inputs = events.inputs.iter().flat_map(|input| input.findings.iter().cloned());
            let findings: String = of_model.chain(of_inputs).map(|finding| format!("- {finding}\n\n")).collect();
            let tables: String = explained.iter().map(|event| table(arguments, events, event)).collect();
            let inputs: String = events.inputs.iter().map(|input| format!("{input}\n")).collect();
            Ok(findings + &tables + &inputs)
        }
        Format::Json => {
            let Events { left_out: left_out_of_fit, inputs, .. } = events;
            let event = |explained| json(events, explained);
            let events = explained.iter().map(event).collect();
            let (target, findings) = (arguments.target(), model.findings());
            let report = Report { target, left_out_of_fit, findings, inputs, events };
            serde_json::to_string_pretty(&report).map(|json| json + "\n").map_err(|error| error.to_string())
        }
    }
}

fn json<'a>(events: &Events, explained: &'a Explained) -> Event<'a> {
    let Explained { row, attribution, complete, intervals } = explained;
    let no_intervals = intervals.as_ref().and_then(|intervals| intervals.as_ref().err()).map(String::as_str);
    let intervals = intervals.as_ref().and_then(|intervals| intervals.as_ref().ok()).map(|intervals| {
        let BootstrapIntervals { level, resamples, failed, warning, score, contributions, .. } = intervals;
        let (level, resamples, failed, warning) = (*level, *resamples, *failed, warning.as_deref());
        Intervals { level, resamples, failed, warning, score, contributions }
    });
    Event { label: events.label(*row), complete: *complete, attribution, intervals, no_intervals }
}

fn table(arguments: &Arguments, events: &Events, explained: &Explained) -> String {
    let mut text = format!("{}: {}", events.label(explained.row), explained.attribution);
    if let (Some(complete), Some(limit)) = (explained.complete, arguments.method.limit_ms) {
        text += &match complete {
            true => format!("Complete within {limit} ms.\n"),
            false => format!("Not complete: the best estimate within {limit} ms.\n"),
        };
    }
    match &explained.intervals {
        None => {}
        Some(Ok(intervals)) => text += &interval_table(intervals),
        Some(Err(reason)) => text += &format!("\nNo intervals that include the fit: {reason}.\n"),
    }
    if arguments.method.explain {
        text += &format!("{}\n", explained.attribution.explain());
    }
    text + "\n"
}

fn interval_table(intervals: &BootstrapIntervals) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["node", "nats", "from", "to"]);
    let names = intervals.contributions.iter().map(|entry| (entry.node.as_str(), &entry.interval));
    for (name, interval) in names.chain([("(the score)", &intervals.score)]) {
        let figures = [interval.estimate, interval.lower, interval.upper].map(two_decimals);
        table.add_row([name.to_owned()].into_iter().chain(figures));
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    let failed = match intervals.failed {
        0 => String::new(),
        failed => format!(", {failed} more failed"),
    };
    let (level, resamples) = (100.0 * intervals.level, intervals.resamples);
    let lines: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let warning = intervals.warning.iter().map(|warning| format!("Warning: {warning}.\n")).collect::<String>();
    format!(
        "\nIntervals of {level} % that include the fit and the ± error above ({resamples} resamples{failed}), the mechanisms being of \
         the chosen kinds:\n{lines}{warning}"
    )
}

/// Without a minus sign before a zero.
fn two_decimals(figure: f64) -> String {
    let text = format!("{figure:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

pub(crate) fn print(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => Ok(()),
        // The reader has seen enough, as `head` has.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
