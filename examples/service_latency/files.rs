//! The files about one event.

use std::path::{Path, PathBuf};

use etiology::HtmlReport;
use etiology::files::{check_writable, is_same_file, write_file};
use etiology::report::page_without_answer;

use crate::Failure;
use crate::arguments::{Arguments, Output};
use crate::console::Console;
use crate::explain::{Answer, Diagnosed, Question, explain, row_of};
use crate::source::PutRight;

/// A file that was asked for, and what is to stand in it.
type Contents<'a> = (&'a PathBuf, String);

/// Whether every file can be written, and none is another, or one of those that are read.
pub(crate) fn check(arguments: &Arguments) -> Result<(), Failure> {
    let Output { save_model, report, csv, svg, dot, mermaid, .. } = &arguments.output;
    let files: Vec<&Path> =
        [save_model, report, csv, svg, dot, mermaid].into_iter().flatten().map(PathBuf::as_path).collect();
    for (place, file) in files.iter().enumerate() {
        if let Some(other) = files[..place].iter().find(|other| is_same_file(other, file)) {
            return Err(Failure::Mistake(format!("`{}` is to be written twice{}", file.display(), also(file, other))));
        }
        if let Some(input) = arguments.inputs().find(|input| is_same_file(input, file)) {
            let message = format!("`{}` is to be written, and read{}", file.display(), also(file, input));
            return Err(Failure::Mistake(message));
        }
        check_writable(file)?;
    }
    Ok(())
}

/// How else a file is called.
fn also(file: &Path, other: &Path) -> String {
    if file == other { String::new() } else { format!(" as `{}`", other.display()) }
}

pub(crate) fn write(files: &[Contents<'_>]) -> Result<(), Failure> {
    Ok(files.iter().try_for_each(|(path, text)| write_file(path, text))?)
}

/// What is to stand in the files that were asked for.
pub(crate) fn contents<'a>(
    question: &Question<'a>,
    answers: &[Answer],
    put_right: &PutRight,
    console: &Console,
) -> Result<Vec<Contents<'a>>, Failure> {
    let Question { arguments, fitted, events, units, .. } = *question;
    let Output { report, csv, svg, dot, mermaid, report_event, .. } = &arguments.output;
    if [report, csv, svg, dot, mermaid].iter().all(|file| file.is_none()) {
        return Ok(Vec::new());
    }
    // One that has an answer, unless none has.
    let first = answers.iter().find(|answer| answer.is_ok()).or(answers.first());
    let about = report_event.or(first.map(row_of)).unwrap_or(0);
    let (model, graph, event) = (&fitted.model, fitted.model.graph(), events.data.row(about)?);
    // What the table shows; the event need not be among those of the table.
    let answer = match answers.iter().find(|answer| row_of(answer) == about) {
        Some(known) => known,
        None => &only(explain(question, &[about], console)?),
    };
    let title = format!("Why was {} unusual in {}?", arguments.target(), events.label(about));
    let explained = match answer {
        Ok(explained) => explained,
        Err(unexplained) => return Ok(without_answer(&arguments.output, &title, &unexplained.reason)),
    };
    let diagnosis = match &explained.diagnosis {
        Diagnosed::Reached(diagnosis) => diagnosis,
        // A page leads with the verdict, whatever the table was to have and however long it takes.
        Diagnosed::LeftOut(_) | Diagnosed::NotAskedFor => {
            let _task = console.spinner("diagnosing");
            &Box::new(model.diagnose_attribution(
                explained.attribution.clone(),
                &event,
                &arguments.diagnosis().with_lags(&fitted.lags),
            )?)
        }
    };
    let mut files = Vec::new();
    if let Some(path) = report {
        let page = HtmlReport::new(model, diagnosis).with_title(title).with_units(units.clone());
        let page = page
            .with_inputs(explained.recent.iter().map(ToString::to_string))
            .with_inputs(diagnosis.lags.iter().map(|lag| format!("Rows are put together by a lag: {lag}.")))
            .with_inputs(put_right.notes())
            .with_doubts_of_inputs(put_right.doubts());
        let page = arguments.inputs().fold(page, |page, file| page.with_source(file.display().to_string()));
        let page = events.time(about).into_iter().fold(page, HtmlReport::with_time);
        let page = match &explained.intervals {
            None => page,
            Some(Ok(intervals)) => page.with_intervals(intervals),
            Some(Err(reason)) => page.without_intervals(reason),
        };
        files.push((path, page.to_html()?));
    }
    if let Some(path) = csv {
        files.push((path, explained.attribution.to_csv()));
    }
    if let Some(path) = svg {
        files.push((path, diagnosis.to_svg(graph)?));
    }
    if let Some(path) = dot {
        files.push((path, diagnosis.to_dot(graph)?));
    }
    if let Some(path) = mermaid {
        files.push((path, diagnosis.to_mermaid(graph)?));
    }
    Ok(files)
}

/// What is to stand in the files about an event that has no answer: why, where there is room for words. There is nothing to draw.
fn without_answer<'a>(output: &'a Output, title: &str, reason: &str) -> Vec<Contents<'a>> {
    let page = output.report.as_ref().map(|path| (path, page_without_answer(title, reason)));
    let csv = output.csv.as_ref().map(|path| (path, csv_without_answer(reason)));
    page.into_iter().chain(csv).collect()
}

/// What CSV says of an event that has no answer.
pub(crate) fn csv_without_answer(reason: &str) -> String {
    format!("error\n\"{}\"\n", reason.replace('"', "\"\""))
}

/// The event of one row.
fn only(answers: Vec<Answer>) -> Answer {
    answers.into_iter().next().expect("one row has one explanation")
}
