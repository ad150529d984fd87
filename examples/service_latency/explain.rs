//! Attributions, within a time limit or with intervals where that was asked for.

use std::ops::ControlFlow;
use std::time::Duration;

use etiology::bootstrap::BootstrapIntervals;
use etiology::{Attribution, Attributor, Dataset, Error, Observation, StructuralCausalModel};
use rayon::prelude::*;

use crate::Failure;
use crate::arguments::Arguments;
use crate::console::{Console, Task};
use crate::events::Events;
use crate::fit::Fitted;
use crate::interrupt;

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
) -> Result<Vec<Explained>, Failure> {
    let attributor = fitted.model.attributor(arguments.target(), arguments.attribution())?;
    let task = console.steps(rows.len(), "attributing");
    let limit = arguments.method.limit_ms.map(Duration::from_millis);
    let explain = |&row: &usize| explain_row(&attributor, row, &events.data.row(row)?, limit, &task);
    let explained: Vec<Result<Explained, Error>> = rows.par_iter().map(explain).collect();
    drop(task);
    let mut explained = explained.into_iter().collect::<Result<Vec<_>, _>>()?;
    if arguments.method.intervals {
        add_intervals(arguments, fitted, events, console, &mut explained)?;
    }
    Ok(explained)
}

fn explain_row(
    attributor: &Attributor,
    row: usize,
    event: &Observation,
    limit: Option<Duration>,
    task: &Task,
) -> Result<Explained, Error> {
    let in_row = |cause: Error| Error::InRow { row, cause: Box::new(cause) };
    let (attribution, complete) = match limit {
        None => (attributor.attribute(event).map_err(in_row)?, None),
        Some(limit) => {
            let found = attributor.attribute_within(event, limit, || ControlFlow::Continue(())).map_err(in_row)?;
            (found.attribution, Some(found.complete))
        }
    };
    task.step();
    Ok(Explained { row, attribution, complete, intervals: None })
}

fn add_intervals(
    arguments: &Arguments,
    fitted: &Fitted,
    events: &Events,
    console: &Console,
    explained: &mut [Explained],
) -> Result<(), Failure> {
    let Some((model, normal)) = &fitted.training else {
        unreachable!("intervals of a saved model were refused");
    };
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
