//! The files about one event.

use std::path::{Path, PathBuf};

use etiology::{DiagnosisConfig, HtmlReport};

use crate::Failure;
use crate::arguments::{Arguments, Output};
use crate::atomic_file::{check_writable, write_atomically};
use crate::console::Console;
use crate::events::Events;
use crate::explain::{Explained, explain};
use crate::fit::Fitted;

/// A file that was asked for, and what is to stand in it.
type Contents<'a> = (&'a PathBuf, String);

/// Whether every file can be written, and no two are one.
pub(crate) fn check(output: &Output) -> Result<(), String> {
    let Output { save_model, report, csv, svg, dot, mermaid, .. } = output;
    let files: Vec<&Path> =
        [save_model, report, csv, svg, dot, mermaid].into_iter().flatten().map(PathBuf::as_path).collect();
    for (place, file) in files.iter().enumerate() {
        if files[..place].contains(file) {
            return Err(format!("`{}` is to be written twice, with different contents", file.display()));
        }
        check_writable(file)?;
    }
    Ok(())
}

pub(crate) fn write(files: &[Contents<'_>]) -> Result<(), String> {
    files.iter().try_for_each(|(path, text)| write_atomically(path, text))
}

/// What is to stand in the files that were asked for.
pub(crate) fn contents<'a>(
    arguments: &'a Arguments,
    fitted: &Fitted,
    events: &Events,
    explained: &[Explained],
    console: &Console,
) -> Result<Vec<Contents<'a>>, Failure> {
    let Output { report, csv, svg, dot, mermaid, report_event, .. } = &arguments.output;
    if [report, csv, svg, dot, mermaid].iter().all(|file| file.is_none()) {
        return Ok(Vec::new());
    }
    let about = report_event.or(explained.first().map(|first| first.row)).unwrap_or(0);
    let (model, graph, event) = (&fitted.model, fitted.model.graph(), events.data.row(about)?);
    // What the table shows; the event need not be among those of the table.
    let explained = match explained.iter().find(|explained| explained.row == about) {
        Some(known) => known,
        None => &only(explain(arguments, fitted, events, &[about], console)?),
    };
    let task = console.spinner("diagnosing");
    let config = DiagnosisConfig::default().with_attribution(arguments.attribution());
    let diagnosis = model.diagnose_attribution(explained.attribution.clone(), &event, &config)?;
    drop(task);
    let mut files = Vec::new();
    if let Some(path) = report {
        let title = format!("Why was {} unusual in {}?", arguments.target(), events.label(about));
        let inputs = events.inputs.iter().map(ToString::to_string);
        let doubts = events.inputs.iter().flat_map(|input| &input.findings);
        let page =
            HtmlReport::new(model, &diagnosis).with_title(title).with_inputs(inputs).with_doubts_of_inputs(doubts);
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

/// The event of one row.
fn only(explained: Vec<Explained>) -> Explained {
    explained.into_iter().next().expect("one row has one explanation")
}
