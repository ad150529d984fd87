//! What changed between two tables.

use std::path::PathBuf;

use etiology::change::DistributionChange;
use etiology::report::ChangeReport;
use etiology::{CausalGraph, Dataset, Error, StructuralCausalModel};
use serde::Serialize;

use crate::arguments::{Arguments, Format};
use crate::console::Console;
use crate::events::time_column;
use crate::output::json_of;
use crate::source::{PutRight, ReadTable, graph, read_table, restricted};
use crate::{Failure, files, interrupt};

#[derive(Serialize)]
struct Report<'a> {
    target: &'a str,
    /// How many rows there are of before and of after.
    rows: (usize, usize),
    #[serde(flatten)]
    put_right: &'a PutRight,
    change: &'a DistributionChange,
}

/// The rows of before and of after.
struct Tables {
    before: Dataset,
    after: Dataset,
    read: Vec<ReadTable>,
}

/// All that is printed about the change, after the files are written.
pub(crate) fn run(arguments: &Arguments, console: &Console) -> Result<(String, Option<String>), Failure> {
    let graph = graph(&arguments.graph)?;
    graph.parents(arguments.target())?;
    let Tables { before, after, read } = tables(arguments, &graph, console)?;
    let (graph, repair) = restricted(graph, &before, arguments, console)?;
    let put_right = PutRight::of_tables(read, repair);
    let task = console.spinner("choosing mechanisms, testing and fitting them");
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&before)?;
    let change = model.distribution_change(&before, &after, arguments.target(), &arguments.distribution_change())?;
    drop(task);
    let files = contents(arguments, &change, &put_right);
    let text = match arguments.output.format {
        Format::Table => {
            let explained = if arguments.method.explain { format!("{}\n", change.explain()) } else { String::new() };
            format!("{} rows before, {} after. {change}{explained}", before.rows(), after.rows())
        }
        Format::Json => {
            let rows = (before.rows(), after.rows());
            let report = Report { target: arguments.target(), rows, put_right: &put_right, change: &change };
            json_of(&report)?
        }
    };
    let _writing = interrupt::defer();
    files::write(&files)?;
    Ok((text, None))
}

fn contents<'a>(
    arguments: &'a Arguments,
    change: &DistributionChange,
    put_right: &PutRight,
) -> Vec<(&'a PathBuf, String)> {
    let page = || ChangeReport::new(change).with_inputs(put_right.notes()).with_doubts(put_right.doubts()).to_html();
    let page = arguments.output.report.as_ref().map(|path| (path, page()));
    let csv = arguments.output.csv.as_ref().map(|path| (path, change.to_csv()));
    page.into_iter().chain(csv).collect()
}

fn tables(arguments: &Arguments, graph: &CausalGraph, console: &Console) -> Result<Tables, Failure> {
    let format = arguments.csv(graph).with_time(time_column(arguments, graph)?);
    let categories = &arguments.source.category;
    let (first, second) =
        (arguments.source.before.as_ref().or(arguments.source.normal.as_ref()), &arguments.change.after);
    let Some(first) = first else { unreachable!("clap requires one of them") };
    let (table, read) = read_table(first, &format, console)?;
    let data = table.data.with_categories(categories)?;
    if let Some(second) = second {
        let (other, of_other) = read_table(second, &format.like(&read.report), console)?;
        let after = other.data.with_categories(categories)?;
        return Ok(Tables { before: data, after, read: vec![read, of_other] });
    }
    let Some(from) = &arguments.change.from else { unreachable!("--from was required") };
    let Some(times) = table.times else {
        let message = "--from needs a column of times, and none was found: name it with --time-column";
        return Err(Failure::Mistake(message.to_owned()));
    };
    // All that is earlier, and all that is later.
    let (earliest, latest) = (f64::MIN.to_string(), f64::MAX.to_string());
    let to = arguments.change.to.as_ref().unwrap_or(&latest);
    let (before, after) = times.split(&data, earliest.as_str()..from, from..to).map_err(of_spans)?;
    Ok(Tables { before, after, read: vec![read] })
}

/// Without the ends that stand for no end.
fn of_spans(error: Error) -> Failure {
    match error {
        Error::Empty { what, .. } if what.contains(&f64::MIN.to_string()) => {
            Failure::Mistake("no row is before --from: there is nothing to compare with".to_owned())
        }
        Error::Empty { what, .. } if what.contains(&f64::MAX.to_string()) => {
            Failure::Mistake("no row is at --from or later: there is nothing to compare".to_owned())
        }
        other => Failure::from(other),
    }
}
