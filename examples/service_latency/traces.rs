//! What needs the feature `traces`.

#[cfg(feature = "traces")]
pub(crate) use with_feature::{read_dependencies, read_model, read_requests};
#[cfg(not(feature = "traces"))]
pub(crate) use without_feature::{read_dependencies, read_model, read_requests};

#[cfg(feature = "traces")]
mod with_feature {
    use std::fs::File;
    use std::path::Path;

    use etiology::report::visible_name;
    use etiology::traces::{TraceConfig, Traces};
    use etiology::{CausalGraph, Error, StructuralCausalModel};
    use serde_json::json;

    use crate::Failure;
    use crate::arguments::Arguments;
    use crate::console::Console;
    use crate::source::{InputNote, OwnRows};

    /// Up to which mean distance of recovered noise and self time, as a share of the latency, a formula counts as known.
    const KNOWN: f64 = 0.05;

    /// A model with known formulas where the calls explain the latencies, and the latencies.
    pub(crate) fn read_model(
        path: &Path,
        arguments: &Arguments,
        console: &Console,
    ) -> Result<(StructuralCausalModel, OwnRows), Failure> {
        let traces = read(path, arguments, console)?;
        let (model, fits) = traces.known_model(KNOWN)?;
        for fit in &fits {
            let standing = if fit.known { "known" } else { "to be learned" };
            let error = 100.0 * fit.error_share;
            console.note(format!(
                "{} = own time + {} ({standing}: off by {error:.1} %)",
                visible_name(&fit.service),
                visible_name(&fit.formula)
            ));
        }
        Ok((model, requests(path, &traces)))
    }

    pub(crate) fn read_requests(path: &Path, arguments: &Arguments, console: &Console) -> Result<OwnRows, Failure> {
        Ok(requests(path, &read(path, arguments, console)?))
    }

    pub(crate) fn read_dependencies(path: &Path) -> Result<CausalGraph, Failure> {
        Ok(CausalGraph::from_dependencies_path(path)?)
    }

    fn config(arguments: &Arguments) -> TraceConfig {
        let asked_for = &arguments.requests;
        let mut config = TraceConfig::default().with_called_service(arguments.target()).with_peers(!asked_for.no_peers);
        config.operation.clone_from(&asked_for.operation);
        config.root_service.clone_from(&asked_for.entry);
        config.renamed.extend(asked_for.rename.iter().cloned());
        config
    }

    fn read(path: &Path, arguments: &Arguments, console: &Console) -> Result<Traces, Failure> {
        let unreadable = |message: String| format!("cannot read {}: {message}", path.display());
        let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let config = config(arguments);
        let task = console.bytes(size, format!("reading {}", path.display()));
        let traces = Traces::from_reader(task.reading(file), &config);
        drop(task);
        let traces = traces.map_err(|error| match error {
            Error::TraceFile { message, .. } => unreadable(message),
            other => format!("{}: {other}", path.display()),
        })?;
        console.note(format!("{}: {}", path.display(), traces.report()));
        if traces.operations().len() > 1 {
            const SHOWN: usize = 10;
            let shown: Vec<String> = traces.operations().iter().take(SHOWN).map(ToString::to_string).collect();
            let more = traces.operations().len().saturating_sub(SHOWN);
            let rest = if more > 0 { format!(", and {more} others (all in JSON)") } else { String::new() };
            console.note(format!("requests begin with {}{rest}", shown.join(", ")));
        }
        Ok(traces)
    }

    fn requests(path: &Path, traces: &Traces) -> OwnRows {
        let data = traces.latencies().clone();
        let ids = (0..data.rows()).map(|row| traces.trace_id(row).unwrap_or_default().to_owned()).collect();
        let mixed = traces.mixed_operations().map(|mixed| format!("in {}, {mixed} (--operation)", path.display()));
        let note = InputNote {
            file: path.display().to_string(),
            summary: traces.report().in_one_line(),
            findings: mixed.into_iter().collect(),
            details: json!({
                "report": traces.report(),
                "operations": traces.operations(),
                "services": traces.services(),
                "background": background(traces),
            }),
        };
        OwnRows { data, ids, times: None, note }
    }

    /// In how many requests each service did work that nobody waited for, and how long it took altogether.
    fn background(traces: &Traces) -> serde_json::Value {
        let services = traces.background().into_iter().flat_map(|table| {
            table.names().iter().filter_map(|service| {
                let seconds = table.column(service).ok()?;
                let requests = seconds.iter().filter(|&&seconds| seconds > 0.0).count();
                Some(json!({"service": service, "requests": requests, "seconds": seconds.sum()}))
            })
        });
        services.collect()
    }
}

#[cfg(not(feature = "traces"))]
mod without_feature {
    use std::path::Path;

    use etiology::{CausalGraph, StructuralCausalModel};

    use crate::Failure;
    use crate::arguments::Arguments;
    use crate::console::Console;
    use crate::source::OwnRows;

    pub(crate) fn read_model(
        _: &Path,
        _: &Arguments,
        _: &Console,
    ) -> Result<(StructuralCausalModel, OwnRows), Failure> {
        Err(needs_feature("--traces"))
    }

    pub(crate) fn read_requests(_: &Path, _: &Arguments, _: &Console) -> Result<OwnRows, Failure> {
        Err(needs_feature("--event-traces"))
    }

    pub(crate) fn read_dependencies(_: &Path) -> Result<CausalGraph, Failure> {
        Err(needs_feature("--dependencies"))
    }

    fn needs_feature(option: &str) -> Failure {
        Failure::Mistake(format!(
            "{option} reads JSON, which this program was built without: add `--features traces` to the cargo command"
        ))
    }
}
