//! Ranked root causes for your own services: from CSV files and a call graph, from traces, or from a saved model.
//!
//! ```text
//! cargo run --release --example online_shop    # writes the files that the next line reads
//! cargo run --release --example service_latency -- --target Website \
//!     --normal target/shop/normal.csv --events target/shop/slow_requests.csv --calls target/shop/calls.csv
//! cargo run --release --features traces --example service_latency -- \
//!     --traces traces.jsonl --target website --report slow.html
//! ```
//!
//! `--help` has a command for every kind of input. Results go to standard output, messages and progress to standard error.
//! A mistake in the arguments or files ends with exit code 2 and one line that says what is wrong, Ctrl-C with 130. An event that cannot
//! be explained does not keep the others from their answers: then the exit code is 3.

mod arguments;
mod console;
mod events;
mod explain;
mod files;
mod fit;
mod interrupt;
mod metrics;
#[path = "../shared/mistake.rs"]
mod mistake;
mod output;
mod questions;
mod recent;
mod source;
mod traces;
mod units;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use console::Console;
use etiology::Error;
use explain::{Answer, Question, Unexplained};
use mistake::{mistake, mistaken_arguments};
use questions::{change, rows, what_if};
use recent::Recent;

/// Why there is no result.
enum Failure {
    /// What is wrong with the arguments or files.
    Mistake(String),
    Interrupted,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Cancelled { .. } => Self::Interrupted,
            other => Self::Mistake(in_terms_of_files(&other)),
        }
    }
}

/// What is wrong, with advice for those who have files rather than a program.
fn in_terms_of_files(error: &Error) -> String {
    const EMPTY_CELL: &str = "a value that is not known is an empty cell, which only keeps its row from what needs it";
    match error {
        Error::NonFiniteColumn { column, infinite, rows, first_row, details, .. } if *infinite > 0 => format!(
            "column `{column}` holds {infinite} infinite {} in {rows} rows, first in row {first_row} counted from 0{details}: {EMPTY_CELL}",
            if *infinite == 1 { "value" } else { "values" },
        ),
        Error::NonFiniteValue { .. } => format!("{error}: {EMPTY_CELL}"),
        other => other.to_string(),
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Mistake(message)
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return mistaken_arguments(&error),
        Err(help) => help.exit(),
    };
    let arguments = match arguments.with_standard_input() {
        Ok(arguments) => arguments,
        Err(message) => return mistake(&message),
    };
    match run(&arguments).and_then(|(text, failed)| Ok((output::print(&text)?, failed))) {
        Ok(((), None)) => ExitCode::SUCCESS,
        Ok(((), Some(message))) => {
            mistake(&message);
            ExitCode::from(SOME_FAILED)
        }
        Err(Failure::Mistake(message)) => mistake(&message),
        Err(Failure::Interrupted) => interrupt::exit_code(),
    }
}

/// The exit code where events have no answer, beside the answers of the others.
const SOME_FAILED: u8 = 3;

/// That some events have no answer, if there are any.
fn failures(answers: &[Answer]) -> Option<String> {
    let failed: Vec<&Unexplained> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    let Unexplained { row, reason } = failed.first()?;
    let (count, all) = (failed.len(), answers.len());
    let first = if count == 1 { "" } else { "the first, " };
    Some(format!("{count} of {all} events without an answer: {first}event {row}: {reason}"))
}

/// All but printing: nothing is on standard output before all files are written. With the text comes what is to be said of
/// events without an answer.
fn run(arguments: &Arguments) -> Result<(String, Option<String>), Failure> {
    arguments.check()?;
    // Before the long work, which would have been in vain.
    files::check(arguments)?;
    interrupt::watch()?;
    let console = Console::new(arguments.output.quiet);
    if arguments.change.change {
        return change::run(arguments, &console);
    }
    let source = source::read(arguments, &console)?;
    if !arguments.change.what_if.is_empty() && arguments.has_no_events() {
        return what_if::of_the_system(arguments, source, &console);
    }
    let events = events::read(arguments, &source, &console)?;
    let put_right = source.put_right(&events);
    let units = units::units(arguments, &source, &events)?;
    let report = source.table_report().cloned();
    let fitted = fit::fit(arguments, source, &events, &console)?;
    let events = events.aligned(arguments.target(), &fitted)?;
    let recent_of = |rows: &[usize]| Recent::read(arguments, &fitted, &events, rows, report.as_ref(), &console);
    if let Some((from, to)) = arguments.events.rows {
        let recent = recent_of(&(from..=to).collect::<Vec<usize>>())?;
        return rows::run(arguments, &fitted.model, &events, &recent, &put_right, &console);
    }
    let rows = events.to_explain(arguments, &fitted.model, &console)?;
    if !arguments.change.what_if.is_empty() {
        return what_if::of_events(arguments, &fitted.model, &events, &rows, &put_right);
    }
    let recent = recent_of(&rows)?;
    let question = Question { arguments, fitted: &fitted, events: &events, recent: &recent, units: &units };
    let answers = explain::explain(&question, &rows, &console)?;
    let files = files::contents(&question, &answers, &put_right, &console)?;
    let text = output::text(&question, &answers, &put_right)?;
    let _writing = interrupt::defer();
    files::write(&files)?;
    Ok((text, failures(&answers)))
}
