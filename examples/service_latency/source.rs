//! Where the model comes from.

use std::fmt;
use std::path::Path;

use etiology::data::{RowTimes, TimeColumn};
use etiology::graph::{GraphRepair, RemovedNode};
use etiology::report::visible_name;
use etiology::tables::{CsvFormat, Table, TableReport};
use etiology::{CausalGraph, Dataset, FittedModel, StructuralCausalModel};
use serde::Serialize;

use crate::Failure;
use crate::arguments::{Arguments, GraphFile};
use crate::console::Console;
use crate::events::Events;
use crate::{metrics, traces};

/// What is known before anything is fitted.
pub(crate) enum Source {
    Saved(FittedModel),
    Rows {
        model: StructuralCausalModel,
        normal: Dataset,
        times: Option<RowTimes>,
        read: ReadTable,
        repair: GraphRepair,
    },
    /// Rows among which are those to be explained, unless others are.
    Own {
        model: StructuralCausalModel,
        rows: OwnRows,
        repair: Option<GraphRepair>,
    },
}

/// A file that was read, and what was converted.
#[derive(Clone, Serialize)]
pub(crate) struct ReadTable {
    file: String,
    #[serde(flatten)]
    pub(crate) report: TableReport,
}

/// The latencies of requests, with a trace for each row, or the values of metrics, with a time.
pub(crate) struct OwnRows {
    pub(crate) data: Dataset,
    pub(crate) ids: Vec<String>,
    pub(crate) times: Option<RowTimes>,
    pub(crate) note: InputNote,
}

/// What a file held, and what was put right in it.
#[derive(Clone, Serialize)]
pub(crate) struct InputNote {
    pub(crate) file: String,
    /// In one line.
    pub(crate) summary: String,
    /// What of it speaks against an answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) findings: Vec<String>,
    #[serde(flatten)]
    pub(crate) details: serde_json::Value,
}

impl fmt::Display for InputNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.file, self.summary)
    }
}

/// What was put right in the inputs.
#[derive(Default, Serialize)]
pub(crate) struct PutRight {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tables: Vec<ReadTable>,
    /// What was done to the traces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<InputNote>,
    /// What was done to the graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<GraphRepair>,
}

impl PutRight {
    pub(crate) fn of_tables(tables: Vec<ReadTable>, repair: GraphRepair) -> Self {
        Self { tables, inputs: Vec::new(), graph: Some(repair).filter(|repair| !repair.removed.is_empty()) }
    }

    /// A line for each table and each node of the graph that something was done to.
    pub(crate) fn notes(&self) -> Vec<String> {
        let tables = self.tables.iter().filter(|read| !read.report.is_clean());
        let removed = self.graph.iter().flat_map(|repair| &repair.removed);
        tables
            .map(|read| format!("{}: {}.", read.file, read.report))
            .chain(self.inputs.iter().map(ToString::to_string))
            .chain(removed.map(|RemovedNode { node, reason, .. }| format!("`{node}` is not in the model: {reason}.")))
            .collect()
    }

    /// What of it speaks against an answer.
    pub(crate) fn doubts(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().flat_map(|input| &input.findings).map(String::as_str)
    }

    pub(crate) fn of_traces(&self) -> impl Iterator<Item = &InputNote> {
        self.inputs.iter()
    }
}

impl Source {
    /// What was put right in it, and in what is to be explained.
    pub(crate) fn put_right(&self, events: &Events) -> PutRight {
        let (normal, repair) = match self {
            Self::Rows { read, repair, .. } => (Some(read), Some(repair)),
            Self::Own { repair, .. } => (None, repair.as_ref()),
            Self::Saved(_) => (None, None),
        };
        let tables = normal.into_iter().chain(&events.read).cloned().collect();
        let inputs = events.inputs.clone();
        PutRight { tables, inputs, graph: repair.filter(|repair| !repair.removed.is_empty()).cloned() }
    }

    /// How the normal data was read, if it is a table.
    pub(crate) fn table_report(&self) -> Option<&TableReport> {
        match self {
            Self::Rows { read, .. } => Some(&read.report),
            Self::Own { .. } | Self::Saved(_) => None,
        }
    }

    pub(crate) fn graph(&self) -> &CausalGraph {
        match self {
            Self::Saved(model) => model.graph(),
            Self::Rows { model, .. } | Self::Own { model, .. } => model.graph(),
        }
    }
}

pub(crate) fn read(arguments: &Arguments, console: &Console) -> Result<Source, Failure> {
    let files = &arguments.source;
    let source = match (&files.model, &files.traces, &files.normal) {
        (Some(model), ..) => Source::Saved(FittedModel::load(model)?),
        (_, Some(file), _) => {
            let (model, rows) = traces::read_model(file, arguments, console)?;
            Source::Own { model, rows, repair: None }
        }
        (.., Some(normal)) => {
            let graph = graph(&arguments.graph)?;
            graph.parents(arguments.target())?;
            // Times are no quantities.
            let format = arguments.csv(&graph).with_time(TimeColumn::Detect);
            let (table, read) = read_table(normal, &format, console)?;
            // A table that is not changed is not copied: it may be most of the memory there is.
            let normal = match files.category.as_slice() {
                [] => table.data,
                categories => table.data.with_categories(categories)?,
            };
            let (graph, repair) = restricted(graph, &normal, arguments, console)?;
            Source::Rows { model: StructuralCausalModel::new(graph), normal, times: table.times, read, repair }
        }
        (None, None, None) => {
            let graph = graph(&arguments.graph)?;
            graph.parents(arguments.target())?;
            let rows = match (&files.metrics, &files.prometheus) {
                (Some(file), _) => metrics::read(file, arguments, console)?,
                (_, Some(server)) => metrics::ask(server, arguments, console)?,
                (None, None) => unreachable!("clap requires one of them, and --before is for --change"),
            };
            let (graph, repair) = restricted(graph, &rows.data, arguments, console)?;
            Source::Own { model: StructuralCausalModel::new(graph), rows, repair: Some(repair) }
        }
    };
    if !matches!(source, Source::Saved(_)) {
        for call in source.graph().dropped_calls() {
            let (caller, callee) = (visible_name(&call.caller), visible_name(&call.callee));
            console.note(format!("left out the call from `{caller}` to `{callee}`: {}", call.reason));
        }
    }
    // Before the fit, which would take longer to say less about a mistyped target.
    source.graph().parents(arguments.target())?;
    Ok(source)
}

/// Reads a table, and says what was converted.
pub(crate) fn read_table(file: &Path, format: &CsvFormat, console: &Console) -> Result<(Table, ReadTable), Failure> {
    let table = format.read_path(file)?;
    let read = ReadTable { file: file.display().to_string(), report: table.report.clone() };
    if !read.report.is_clean() {
        console.note(format!("{}: {}", read.file, read.report));
    }
    Ok((table, read))
}

/// The graph without what the data tells nothing of: what cannot matter is left out, what can is passed over where it may be.
pub(crate) fn restricted(
    graph: CausalGraph,
    normal: &Dataset,
    arguments: &Arguments,
    console: &Console,
) -> Result<(CausalGraph, GraphRepair), Failure> {
    let target = arguments.target();
    // A target without a column is no less a mistake.
    normal.column(target)?;
    let (rest, repair) = graph.restricted_for(target, normal)?;
    let causes = graph.ancestors(target)?;
    let (unmeasured, others): (Vec<&RemovedNode>, Vec<_>) =
        repair.removed.iter().partition(|removed| causes.contains(&removed.node.as_str()));
    if let (Some(RemovedNode { node, reason, .. }), true) = (unmeasured.first(), arguments.written.strict) {
        let message = format!(
            "`{node}` is a cause of `{target}`, but {reason}; without --strict its effects become those of its causes"
        );
        return Err(Failure::Mistake(message));
    }
    for RemovedNode { node, reason, .. } in unmeasured {
        console.note(format!("`{node}` is passed over, as {reason}: its effects are taken for those of its causes"));
    }
    for RemovedNode { node, reason, .. } in others {
        console.note(format!("`{node}` is left out, as {reason}; it is no cause of `{target}` and cannot matter"));
    }
    for (first, second) in &repair.unmeasured_causes {
        if [first, second].iter().all(|node| causes.contains(&node.as_str()) || *node == target) {
            console.note(format!("`{first}` and `{second}` now have a cause in common that nobody measures"));
        }
    }
    Ok((rest, repair))
}

pub(crate) fn graph(files: &GraphFile) -> Result<CausalGraph, Failure> {
    match (&files.calls, &files.edges, &files.dependencies) {
        (Some(calls), ..) => Ok(CausalGraph::from_call_graph_csv_path(calls)?),
        (_, Some(edges), _) => Ok(CausalGraph::from_edges_csv_path(edges)?),
        (.., Some(dependencies)) => traces::read_dependencies(dependencies),
        (None, None, None) => unreachable!("clap requires one of them beside normal data"),
    }
}
