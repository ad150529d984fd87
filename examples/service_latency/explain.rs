//! Attributions, within a time limit or with intervals where that was asked for.

use std::ops::ControlFlow;
use std::time::Duration;

use etiology::bootstrap::BootstrapIntervals;
use etiology::{Attribution, Attributor, Dataset, Error, Observation, StructuralCausalModel};
use rayon::prelude::*;

use crate::arguments::Arguments;
use crate::console::{Console, Task};
use crate::events::Events;
use crate::fit::Fitted;
use crate::interrupt;
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
    /// Whether a time limit left it as it would be without; nothing where there was no limit.
    pub(crate) complete: Option<bool>,
    /// If they were asked for, or why there are none.
    pub(crate) intervals: Option<Result<BootstrapIntervals, String>>,
}

/// The events in these rows, in their order.
pub(crate) fn explain(
    arguments: &Arguments,
    fitted: &Fitted,
    events: &Events,
    rows: &[usize],
    console: &Console,
) -> Result<Vec<Answer>, Failure> {
    let attributor = fitted.model.attributor(arguments.target(), arguments.attribution())?;
    let task = console.steps(rows.len(), "attributing");
    let limit = arguments.method.limit_ms.map(Duration::from_millis);
    let explain = |&row: &usize| explain_row(&attributor, row, &events.data.row(row)?, limit, &task);
    let in_words = |(row, explained): (&usize, Result<Explained, Error>)| {
        explained.map_err(|error| Unexplained { row: *row, reason: of_event(&error, &events.data, *row) })
    };
    let explained: Vec<Result<Explained, Error>> = rows.par_iter().map(explain).collect();
    drop(task);
    let mut explained: Vec<Answer> = rows.iter().zip(explained).map(in_words).collect();
    if arguments.method.intervals {
        add_intervals(arguments, fitted, events, console, &mut explained)?;
    }
    Ok(explained)
}

/// What is wrong with an event, and where it stands.
fn of_event(error: &Error, events: &Dataset, row: usize) -> String {
    let place = events.place_of_row(row).map_or_else(String::new, |place| format!("{place}: "));
    format!("{place}{}", in_terms_of_files(error))
}

fn explain_row(
    attributor: &Attributor,
    row: usize,
    event: &Observation,
    limit: Option<Duration>,
    task: &Task,
) -> Result<Explained, Error> {
    let found = match limit {
        None => attributor.attribute(event).map(|attribution| (attribution, None)),
        Some(limit) => attributor
            .attribute_within(event, limit, || ControlFlow::Continue(()))
            .map(|found| (found.attribution, Some(found.complete))),
    };
    task.step();
    let (attribution, complete) = found?;
    Ok(Explained { row, attribution, complete, intervals: None })
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
