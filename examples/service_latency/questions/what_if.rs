//! What would have been, or would be, had somebody acted.

use etiology::files::write_file;
use etiology::intervention::{CounterfactualRow, Effect, Intervention, InterventionConfig, InterventionalTarget};
use etiology::report::visible_name;
use etiology::{Error, FittedModel};
use serde::Serialize;

use crate::arguments::{Arguments, Format};
use crate::console::Console;
use crate::events::{Events, Label};
use crate::files::csv_without_answer;
use crate::output::json_of;
use crate::source::{PutRight, Source};
use crate::{Failure, fit, in_terms_of_files, interrupt};

/// What was asked for, and what became of every event.
#[derive(Serialize)]
struct OfEvents<'a> {
    target: &'a str,
    what_if: &'a [String],
    #[serde(flatten)]
    put_right: &'a PutRight,
    events: Vec<OfEvent>,
}

#[derive(Serialize)]
struct OfEvent {
    #[serde(flatten)]
    label: Label,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    WouldHaveBeen(CounterfactualRow),
    Error(String),
}

/// What was asked for, and what it does to the target.
#[derive(Serialize)]
struct OfTheSystem<'a> {
    target: &'a str,
    what_if: &'a [String],
    usual: &'a InterventionalTarget,
    with: &'a InterventionalTarget,
    effect: &'a Effect,
}

/// What events would have been.
pub(crate) fn of_events(
    arguments: &Arguments,
    model: &FittedModel,
    events: &Events,
    rows: &[usize],
    put_right: &PutRight,
) -> Result<(String, Option<String>), Failure> {
    let intervention = intervention(&arguments.change.what_if, model)?;
    let config = InterventionConfig::default().with_seed(arguments.attribution().means.seed);
    // What is wrong with the intervention is so for every event.
    model.draw_interventional(&intervention, 1, 0)?;
    let event = |row: usize| {
        let found = events.data.row(row).and_then(|event| model.counterfactual_row(&event, &intervention, &config));
        let outcome = match found {
            Ok(row) => Outcome::WouldHaveBeen(row),
            Err(error) => Outcome::Error(in_terms_of_files(&error)),
        };
        OfEvent { label: events.label(row), outcome }
    };
    let all: Vec<OfEvent> = rows.iter().map(|&row| event(row)).collect();
    // One that has an answer, unless none has or another is asked for.
    let first = all.iter().position(|event| matches!(event.outcome, Outcome::WouldHaveBeen(_))).unwrap_or(0);
    let about = arguments.output.report_event.or(rows.get(first).copied()).unwrap_or(0);
    let csv = arguments.output.csv.as_ref().map(|path| (path, csv_of(&event(about).outcome)));
    let failed = all.iter().filter(|event| matches!(event.outcome, Outcome::Error(_))).count();
    let failed = (failed > 0).then(|| format!("{failed} of {} events without an answer", all.len()));
    let text = match arguments.output.format {
        Format::Table => all.iter().map(|event| in_words(event, &arguments.change.what_if)).collect(),
        Format::Json => {
            let (target, what_if) = (arguments.target(), arguments.change.what_if.as_slice());
            json_of(&OfEvents { target, what_if, put_right, events: all })?
        }
    };
    let _writing = interrupt::defer();
    if let Some((path, csv)) = csv {
        write_file(path, csv)?;
    }
    Ok((text, failed))
}

/// What the target would be, without any event.
pub(crate) fn of_the_system(
    arguments: &Arguments,
    source: Source,
    console: &Console,
) -> Result<(String, Option<String>), Failure> {
    let model = fit::fit_all(arguments, source, console)?.model;
    let (target, nothing) = (arguments.target(), Intervention::new());
    let intervention = intervention(&arguments.change.what_if, &model)?;
    let config = InterventionConfig::default().with_seed(arguments.attribution().means.seed);
    let usual = model.interventional_target(target, &nothing, &config)?;
    let with = model.interventional_target(target, &intervention, &config)?;
    let effect = model.average_causal_effect(target, &intervention, &nothing, &config)?;
    let what_if = arguments.change.what_if.as_slice();
    let text = match arguments.output.format {
        Format::Table => format!(
            "With {}, on average {effect}; its standard deviation is {} instead of {}.\n",
            what_if.iter().map(|one| visible_name(one)).collect::<Vec<_>>().join(", "),
            with.std_dev,
            usual.std_dev
        ),
        Format::Json => json_of(&OfTheSystem { target, what_if, usual: &usual, with: &with, effect: &effect })?,
    };
    let _writing = interrupt::defer();
    if let Some(path) = &arguments.output.csv {
        write_file(path, effect.to_csv())?;
    }
    Ok((text, None))
}

fn csv_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::WouldHaveBeen(row) => row.to_csv(),
        Outcome::Error(reason) => csv_without_answer(reason),
    }
}

fn in_words(OfEvent { label, outcome }: &OfEvent, what_if: &[String]) -> String {
    let what_if = what_if.iter().map(|one| visible_name(one)).collect::<Vec<_>>().join(", ");
    match outcome {
        Outcome::WouldHaveBeen(row) => format!("{label}, with {what_if}:\n{row}\n"),
        Outcome::Error(reason) => format!("{label}: no answer: {reason}\n\n"),
    }
}

/// # Errors
/// What is wrong with one of them.
fn intervention(what_if: &[String], model: &FittedModel) -> Result<Intervention, Failure> {
    let all = what_if.iter().try_fold(Intervention::new(), |all, text| all.and(text, model));
    all.map_err(|error| match error {
        Error::InvalidParameter { requirement, found, .. } => {
            Failure::Mistake(format!("--what-if {}: expected {requirement}", found.trim_matches('`')))
        }
        other => other.into(),
    })
}
