//! Tables for people and JSON for programs.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use etiology::bootstrap::{BootstrapInterval, BootstrapIntervals, NodeInterval};
use etiology::findings::Finding;
use etiology::report::{DiagnosisInBrief, Unit, visible_json, visible_name};
use etiology::{Attribution, FittedModel};
use serde::Serialize;

use crate::arguments::Format;
use crate::events::Label;
use crate::explain::{Answer, Diagnosed, Explained, Question, Unexplained};
use crate::recent::WhichRows;
use crate::source::PutRight;

#[derive(Serialize)]
struct Report<'a> {
    target: &'a str,
    /// The rows that the model was not fitted to, as they are explained.
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    left_out_of_fit: &'a [usize],
    /// What values are measured in, by node, as far as that is known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    units: BTreeMap<String, Unit>,
    /// What speaks against the model, whatever the event.
    findings: Vec<Finding>,
    /// What was put right in the files.
    #[serde(flatten)]
    put_right: &'a PutRight,
    events: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct Event<'a> {
    #[serde(flatten)]
    label: Label,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Explained(Box<Answered<'a>>),
    Unexplained { error: &'a str },
}

#[derive(Serialize)]
struct Answered<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis: Option<Verdict<'a>>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_diagnosis: Option<&'a str>,
    #[serde(flatten)]
    attribution: &'a Attribution,
    #[serde(skip_serializing_if = "Option::is_none")]
    intervals: Option<Intervals<'a>>,
    /// Why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_intervals: Option<&'a str>,
}

#[derive(Serialize)]
struct Verdict<'a> {
    #[serde(flatten)]
    verdict: DiagnosisInBrief<'a>,
    /// The rows just before the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    recent: Option<&'a WhichRows>,
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

pub(crate) fn text(question: &Question<'_>, answers: &[Answer], put_right: &PutRight) -> Result<String, String> {
    let Question { arguments, fitted, events, units, .. } = *question;
    let findings = fitted.model.findings();
    match arguments.output.format {
        Format::Table => {
            let tables: String = answers.iter().map(|event| table(question, &findings, event)).collect();
            Ok(between_doubts_and_inputs(&fitted.model, put_right, &tables))
        }
        Format::Json => {
            let (target, left_out_of_fit) = (arguments.target(), &*events.left_out);
            let units_of_nodes = units.of_nodes(fitted.model.graph().nodes());
            let events = answers.iter().map(|answer| json(question, answer)).collect();
            json_of(&Report { target, left_out_of_fit, units: units_of_nodes, findings, put_right, events })
        }
    }
}

fn json<'a>(question: &Question<'a>, answer: &'a Answer) -> Event<'a> {
    let Question { events, units, .. } = *question;
    let Explained { row, attribution, diagnosis, recent, complete, intervals } = match answer {
        Ok(explained) => explained,
        Err(Unexplained { row, reason }) => {
            return Event { label: events.label(*row), outcome: Outcome::Unexplained { error: reason } };
        }
    };
    let no_intervals = intervals.as_ref().and_then(|intervals| intervals.as_ref().err()).map(String::as_str);
    let intervals = intervals.as_ref().and_then(|intervals| intervals.as_ref().ok()).map(|intervals| {
        let BootstrapIntervals { level, resamples, failed, warning, score, contributions, .. } = intervals;
        let (level, resamples, failed, warning) = (*level, *resamples, *failed, warning.as_deref());
        Intervals { level, resamples, failed, warning, score, contributions }
    });
    let (diagnosis, no_diagnosis) = match diagnosis {
        Diagnosed::Reached(diagnosis) => {
            (Some(Verdict { verdict: diagnosis.in_brief(units), recent: recent.as_ref() }), None)
        }
        Diagnosed::LeftOut(reason) => (None, Some(reason.as_str())),
        Diagnosed::NotAskedFor => (None, None),
    };
    let complete = *complete;
    let answered = Answered { complete, diagnosis, no_diagnosis, attribution, intervals, no_intervals };
    Event { label: events.label(*row), outcome: Outcome::Explained(Box::new(answered)) }
}

/// The verdict, and the contributions below it. What speaks against the model was said before.
fn table(question: &Question<'_>, of_model: &[Finding], answer: &Answer) -> String {
    let Question { arguments, events, units, .. } = *question;
    let explained = match answer {
        Ok(explained) => explained,
        Err(Unexplained { row, reason }) => return format!("{}: no answer: {reason}\n\n", events.label(*row)),
    };
    let contributions = explained.attribution.in_units(units);
    let label = events.label(explained.row);
    let mut text = match &explained.diagnosis {
        Diagnosed::Reached(diagnosis) => {
            let recent = explained.recent.iter().map(|rows| format!("{rows}\n")).collect::<String>();
            let verdict = diagnosis.in_units(units).without(of_model).in_brief();
            format!("{label}: {verdict}{recent}\n{}", contributions.without(&diagnosis.findings))
        }
        Diagnosed::LeftOut(reason) => format!("{label}: {reason}\n\n{contributions}"),
        Diagnosed::NotAskedFor => format!("{label}: {contributions}"),
    };
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
        table.add_row([visible_name(name)].into_iter().chain(figures));
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

/// Text for people, after what speaks against the model and the inputs, and before what the inputs are.
pub(crate) fn between_doubts_and_inputs(model: &FittedModel, put_right: &PutRight, text: &str) -> String {
    let of_model = model.findings().into_iter().map(|finding| finding.to_string());
    let of_inputs = put_right.doubts().map(str::to_owned);
    let findings: String = of_model.chain(of_inputs).map(|finding| format!("- {finding}\n\n")).collect();
    let inputs: String = put_right.of_traces().map(|input| format!("{input}\n")).collect();
    findings + text + &inputs
}

/// As JSON, in which nothing is hidden.
pub(crate) fn json_of(report: &impl Serialize) -> Result<String, String> {
    let json = serde_json::to_string_pretty(report).map_err(|error| error.to_string())?;
    Ok(visible_json(&json) + "\n")
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
