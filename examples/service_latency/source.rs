//! Where the model comes from.

use etiology::{CausalGraph, Dataset, FittedModel, StructuralCausalModel};

use crate::Failure;
use crate::arguments::{Arguments, GraphFile};
use crate::console::Console;
use crate::traces;

/// What is known before anything is fitted.
pub(crate) enum Source {
    Saved(FittedModel),
    Rows { model: StructuralCausalModel, normal: Dataset },
    Traces { model: StructuralCausalModel, requests: Requests },
}

/// The latencies of requests, with a trace for each row.
pub(crate) struct Requests {
    pub(crate) latencies: Dataset,
    pub(crate) ids: Vec<String>,
}

impl Source {
    pub(crate) fn graph(&self) -> &CausalGraph {
        match self {
            Self::Saved(model) => model.graph(),
            Self::Rows { model, .. } | Self::Traces { model, .. } => model.graph(),
        }
    }
}

pub(crate) fn read(arguments: &Arguments, console: &Console) -> Result<Source, Failure> {
    let files = &arguments.source;
    let source = match (&files.model, &files.traces, &files.normal) {
        (Some(model), ..) => Source::Saved(FittedModel::load(model)?),
        (_, Some(file), _) => {
            let (model, requests) = traces::read_model(file, arguments.target(), console)?;
            Source::Traces { model, requests }
        }
        (.., Some(normal)) => {
            let graph = graph(&arguments.graph)?;
            let normal = Dataset::from_csv_path(normal)?.with_categories(&files.category)?;
            Source::Rows { model: StructuralCausalModel::new(graph), normal }
        }
        (None, None, None) => unreachable!("clap requires one of the three"),
    };
    if !matches!(source, Source::Saved(_)) {
        for call in source.graph().dropped_calls() {
            console.note(format!("left out the call from `{}` to `{}`: {}", call.caller, call.callee, call.reason));
        }
    }
    // Before the fit, which would take longer to say less about a mistyped target.
    source.graph().parents(arguments.target())?;
    Ok(source)
}

fn graph(files: &GraphFile) -> Result<CausalGraph, Failure> {
    match (&files.calls, &files.edges, &files.dependencies) {
        (Some(calls), ..) => Ok(CausalGraph::from_call_graph_csv_path(calls)?),
        (_, Some(edges), _) => Ok(CausalGraph::from_edges_csv_path(edges)?),
        (.., Some(dependencies)) => traces::read_dependencies(dependencies),
        (None, None, None) => unreachable!("clap requires one of them beside normal data"),
    }
}
