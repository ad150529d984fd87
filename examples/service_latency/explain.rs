//! Diagnoses and the contributions below them, within a time limit or with intervals where that was asked for.

use std::ops::ControlFlow;
use std::time::Duration;

use etiology::bootstrap::BootstrapIntervals;
use etiology::report::Units;
use etiology::verdicts::{Diagnoser, Diagnosis};
use etiology::{Attribution, Dataset, Error, Observation, StructuralCausalModel};
use rayon::prelude::*;

use crate::arguments::Arguments;
use crate::console::{Console, Task};
use crate::events::Events;
use crate::fit::Fitted;
use crate::interrupt;
use crate::recent::{Recent, Taken, WhichRows};
use crate::{Failure, in_terms_of_files};

/// An event's answer, or why it has none: neither keeps the others from theirs.
pub(crate) type Answer = Result<Explained, Unexplained>;

/// An event without an answer.
pub(crate) struct Unexplained {
    pub(crate) row: usize,
    pub(crate) reason: String,
}

pub(crate) fn row_of(answer: &Answer) -> usize {
    match answer {
        Ok(explained) => explained.row,
        Err(unexplained) => unexplained.row,
    }
}

pub(crate) struct Explained {
    pub(crate) row: usize,
    pub(crate) attribution: Attribution,
    pub(crate) diagnosis: Diagnosed,
    /// The rows just before it that the diagnosis looked at.
    pub(crate) recent: Option<WhichRows>,
    /// Whether a time limit left the attribution as it would be without; nothing where there was no limit.
    pub(crate) complete: Option<bool>,
    /// If they were asked for, or why there are none.
    pub(crate) intervals: Option<Result<BootstrapIntervals, String>>,
}

/// What leads an answer.
pub(crate) enum Diagnosed {
    Reached(Box<Diagnosis>),
    /// Why there is none, in a sentence.
    LeftOut(String),
    NotAskedFor,
}

/// What all answers are about.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) fitted: &'a Fitted,
    pub(crate) events: &'a Events,
    pub(crate) recent: &'a Recent<'a>,
    pub(crate) units: &'a Units,
}

/// The events in these rows, in their order.
pub(crate) fn explain(question: &Question<'_>, rows: &[usize], console: &Console) -> Result<Vec<Answer>, Failure> {
    let Question { arguments, fitted, events, .. } = *question;
    let diagnoser = fitted.model.diagnoser(arguments.target(), arguments.diagnosis().with_lags(&fitted.lags))?;
    let task = console.steps(rows.len(), "explaining");
    let explain = |&row: &usize| explain_row(question, &diagnoser, row, &task);
    let explained: Vec<Result<Explained, Failure>> = rows.par_iter().map(explain).collect();
    drop(task);
    let mut answers = Vec::with_capacity(rows.len());
    for (&row, explained) in rows.iter().zip(explained) {
        answers.push(match explained {
            Err(Failure::Mistake(reason)) => Err(Unexplained { row, reason: of_event(&reason, &events.data, row) }),
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Ok(explained) => Ok(explained),
        });
    }
    if arguments.method.intervals {
        add_intervals(arguments, fitted, events, console, &mut answers)?;
    }
    Ok(answers)
}

/// What is wrong with an event, and where it stands.
fn of_event(reason: &str, events: &Dataset, row: usize) -> String {
    let place = events.place_of_row(row).map_or_else(String::new, |place| format!("{place}: "));
    format!("{place}{reason}")
}

fn explain_row(question: &Question<'_>, diagnoser: &Diagnoser, row: usize, task: &Task) -> Result<Explained, Failure> {
    let Question { arguments, events, recent, .. } = *question;
    let event = events.data.row(row)?;
    let taken = recent.before(events.time(row))?;
    let (diagnoser, which) = match taken {
        None => (diagnoser.with_recent(None), None),
        Some(Taken { data, times, which }) => (diagnoser.with_recent_at(data, times)?, Some(which)),
    };
    let found = answer(arguments, &diagnoser, &event);
    task.step();
    let (attribution, diagnosis, complete) = found?;
    let recent = which.filter(|_| matches!(diagnosis, Diagnosed::Reached(_)));
    Ok(Explained { row, attribution, diagnosis, recent, complete, intervals: None })
}

type Found = (Attribution, Diagnosed, Option<bool>);

fn answer(arguments: &Arguments, diagnoser: &Diagnoser, event: &Observation) -> Result<Found, Error> {
    let proceed = || ControlFlow::Continue(());
    let limit = arguments.method.limit_ms.map(Duration::from_millis);
    Ok(match (limit, arguments.output.contributions) {
        (None, true) => (diagnoser.attributor().attribute(event)?, Diagnosed::NotAskedFor, None),
        (Some(limit), true) => {
            let found = diagnoser.attributor().attribute_within(event, limit, proceed)?;
            (found.attribution, Diagnosed::NotAskedFor, Some(found.complete))
        }
        (None, false) => {
            let attribution = diagnoser.attributor().attribute(event)?;
            let diagnosis = diagnoser.diagnose_attribution(attribution.clone(), event);
            (attribution, diagnosed(diagnosis), None)
        }
        (Some(limit), false) => {
            let found = diagnoser.diagnose_within(event, limit, proceed)?;
            let too_long = || {
                let limit = limit.as_millis();
                Diagnosed::LeftOut(format!("No verdict within {limit} ms: the contributions took too much of it."))
            };
            (found.attribution, found.diagnosis.map_or_else(too_long, diagnosed), Some(found.complete))
        }
    })
}

/// Contributions remain where a diagnosis fails.
fn diagnosed(diagnosis: Result<Diagnosis, Error>) -> Diagnosed {
    match diagnosis {
        Ok(diagnosis) => Diagnosed::Reached(Box::new(diagnosis)),
        Err(error) => Diagnosed::LeftOut(format!("No verdict: {}.", in_terms_of_files(&error))),
    }
}

fn add_intervals(
    arguments: &Arguments,
    fitted: &Fitted,
    events: &Events,
    console: &Console,
    answers: &mut [Answer],
) -> Result<(), Failure> {
    let Some((model, normal)) = &fitted.training else {
        unreachable!("intervals of a saved model were refused");
    };
    let mut explained: Vec<&mut Explained> = answers.iter_mut().filter_map(|answer| answer.as_mut().ok()).collect();
    if explained.is_empty() {
        return Ok(());
    }
    let rows: Vec<usize> = explained.iter().map(|event| event.row).collect();
    let bootstrapped = bootstrap(arguments, (model, normal), &events.observations(&rows)?, console)?;
    for (event, intervals) in explained.iter_mut().zip(bootstrapped) {
        // The event was attributed, so what is wrong is with the rows: that is no reason to give nothing.
        event.intervals = Some(intervals.map_err(|cause| cause.to_string()));
    }
    Ok(())
}

/// The intervals of each event.
fn bootstrap(
    arguments: &Arguments,
    (model, normal): (&StructuralCausalModel, &Dataset),
    events: &[Observation],
    console: &Console,
) -> Result<Vec<Result<BootstrapIntervals, Error>>, Failure> {
    let config = arguments.bootstrap();
    let task = console.fraction("fitting again to resampled rows");
    let deferred = interrupt::defer();
    let progress = |_: usize, total: usize| {
        task.step_of(total);
        deferred.proceed()
    };
    let attribution = arguments.attribution();
    Ok(model.bootstrap_attributions_with(normal, arguments.target(), events, &attribution, &config, progress)?)
}
