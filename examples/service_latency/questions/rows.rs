//! Several rows as one event.

use etiology::files::write_file;
use etiology::findings::Finding;
use etiology::verdicts::RowsDiagnosis;
use etiology::{Error, FittedModel};
use serde::Serialize;

use crate::arguments::{Arguments, Format};
use crate::console::Console;
use crate::events::Events;
use crate::output::{between_doubts_and_inputs, json_of};
use crate::recent::{Recent, Taken, WhichRows};
use crate::source::PutRight;
use crate::{Failure, interrupt};

#[derive(Serialize)]
struct Report<'a> {
    target: &'a str,
    /// The first and the last row of the event, counted from 0.
    rows: (usize, usize),
    findings: Vec<Finding>,
    #[serde(flatten)]
    put_right: &'a PutRight,
    /// The rows just before them.
    #[serde(skip_serializing_if = "Option::is_none")]
    recent: Option<&'a WhichRows>,
    together: &'a RowsDiagnosis,
}

/// All that is printed about the rows that were asked for, after the files are written. There is one answer or none.
pub(crate) fn run(
    arguments: &Arguments,
    model: &FittedModel,
    events: &Events,
    recent: &Recent<'_>,
    put_right: &PutRight,
    console: &Console,
) -> Result<(String, Option<String>), Failure> {
    let Some((from, to)) = arguments.events.rows else { unreachable!("rows were asked for") };
    let rows = events.data.between(from..to + 1)?;
    let task = console.spinner("diagnosing");
    let taken = recent.before(events.time(from))?;
    let (config, which) = match taken {
        None => (arguments.diagnosis(), None),
        Some(Taken { data, times, which }) => {
            (arguments.diagnosis().with_recent(data).with_recent_times(times), Some(which))
        }
    };
    let together = model.diagnose_rows_together(arguments.target(), &rows, arguments.events.statistic, &config);
    drop(task);
    // Rows of the event are counted from its first, those of the file from 0.
    let together = together.map_err(|error| match error {
        Error::InRow { row, cause } => Error::InRow { row: row + from, cause },
        other => other,
    })?;
    let text = match arguments.output.format {
        Format::Table => {
            let before = which.as_ref().map_or_else(String::new, |which| format!("{which}\n"));
            between_doubts_and_inputs(model, put_right, &format!("rows {from} to {to}: {together}{before}\n"))
        }
        Format::Json => {
            let (target, findings) = (arguments.target(), model.findings());
            let report =
                Report { target, rows: (from, to), findings, put_right, recent: which.as_ref(), together: &together };
            json_of(&report)?
        }
    };
    let _writing = interrupt::defer();
    if let Some(path) = &arguments.output.csv {
        write_file(path, together.attribution.to_csv())?;
    }
    Ok((text, None))
}
