//! Ranked root causes for your own services: normal latencies, slow events and a dependency graph from CSV files.
//!
//! ```text
//! cargo run --release --example service_latency -- \
//!     --normal shop/normal.csv --events shop/slow_requests.csv --calls shop/calls.csv --target Website
//! ```
//!
//! `--report slow.html` writes a page about one of the events, `--svg`, `--dot` and `--mermaid` the causal graph.
//! `--save-model shop.etiology` keeps what was learned, and `--model shop.etiology` takes the place of normal data and graph
//! later. `--slowest 3` finds the three most unusual events by itself.
//!
//! Results go to standard output, messages to standard error. A mistake in the arguments or files ends with exit
//! code 2 and one line that says what is wrong.

#[path = "shared/atomic_file.rs"]
mod atomic_file;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use atomic_file::write_atomically;
use clap::{Args, Parser, ValueEnum};
use etiology::{
    Attribution, AttributionConfig, CausalGraph, Dataset, DiagnosisConfig, Error, FeatureMap, FittedModel, Floor,
    HtmlReport, ShapleyMethod, StructuralCausalModel,
};
use rayon::prelude::*;
use serde::Serialize;

/// Ranks the root causes of outliers, given normal data and a dependency graph
#[derive(Parser)]
#[command(after_help = "Files are CSV with a header line; FILE columns that the graph does not name are ignored.")]
struct Arguments {
    /// Normal data: one column per node
    #[arg(long, value_name = "FILE", required_unless_present = "model", requires = "graph")]
    normal: Option<PathBuf>,
    /// A model that --save-model wrote, instead of normal data and a graph
    #[arg(long, value_name = "FILE", conflicts_with_all = ["normal", "graph"])]
    model: Option<PathBuf>,
    /// Write the model: as JSON where the name ends in .json, in a compact binary format otherwise
    #[arg(long, value_name = "FILE")]
    save_model: Option<PathBuf>,
    /// The outliers to explain, with the same columns
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Explain only the K events whose target is most unusual, the most unusual first
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    slowest: Option<u32>,
    #[command(flatten)]
    graph: GraphFile,
    /// The node whose values are to be explained
    #[arg(long, value_name = "NAME")]
    target: String,
    /// In which direction the target's values are extreme; two-sided means far from the median
    #[arg(long, value_enum, default_value_t = Region::Upper)]
    region: Region,
    /// The smallest tail probability told apart from 0, in [0, 1); from the number of normal rows by default
    #[arg(long, value_name = "EPSILON", allow_negative_numbers = true)]
    floor: Option<f64>,
    /// Estimate Shapley values from so many permutations (automatic by default)
    #[arg(long, value_name = "K", conflicts_with = "exact")]
    permutations: Option<usize>,
    /// Compute exact Shapley values over all coalitions (automatic by default)
    #[arg(long)]
    exact: bool,
    /// Joint noise samples shared by all coalitions
    #[arg(long, value_name = "M", default_value_t = AttributionConfig::default().samples)]
    samples: usize,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Tables for people or JSON for programs
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    drawings: Drawings,
}

/// Files about one event. Each appears in full or not at all.
#[derive(Args)]
struct Drawings {
    /// Write a page of HTML about one event: verdict, contributions, graph, what is normal, diagnostics
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the causal graph of one event as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the causal graph of one event for Graphviz
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// Write the causal graph of one event for Mermaid
    #[arg(long, value_name = "FILE")]
    mermaid: Option<PathBuf>,
    /// The event that these files are about, counted from 0; by default the first one explained
    #[arg(long, value_name = "ROW")]
    report_event: Option<usize>,
}

#[derive(Args)]
#[group(id = "graph", multiple = false)]
struct GraphFile {
    /// Call graph with the columns caller and callee; effects travel from callee to caller
    #[arg(long, value_name = "FILE")]
    calls: Option<PathBuf>,
    /// Causal graph with the columns cause and effect
    #[arg(long, value_name = "FILE")]
    edges: Option<PathBuf>,
    /// Dependencies as Jaeger's /api/dependencies or Zipkin's /api/v2/dependencies answers; the rarest call of a circle goes
    #[cfg(feature = "traces")]
    #[arg(long, value_name = "FILE")]
    dependencies: Option<PathBuf>,
}

impl GraphFile {
    fn read(&self) -> Result<CausalGraph, Error> {
        #[cfg(feature = "traces")]
        if let Some(dependencies) = &self.dependencies {
            return CausalGraph::from_dependencies_path(dependencies);
        }
        match (&self.calls, &self.edges) {
            (Some(calls), _) => CausalGraph::from_call_graph_csv_path(calls),
            (None, Some(edges)) => CausalGraph::from_edges_csv_path(edges),
            (None, None) => unreachable!("clap requires one of them beside normal data"),
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Region {
    Upper,
    Lower,
    TwoSided,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

#[derive(Serialize)]
struct Report<'a> {
    target: &'a str,
    events: Vec<Event<'a>>,
}

#[derive(Serialize)]
struct Event<'a> {
    row: usize,
    #[serde(flatten)]
    attribution: &'a Attribution,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return mistake(&first_paragraph(&error.to_string())),
        Err(help) => help.exit(),
    };
    match explain(&arguments) {
        Ok(explained) => print(&arguments, &explained),
        Err(message) => mistake(&message),
    }
}

/// An attribution, with the row that it is about.
type Explained = (usize, Attribution);

/// A file that was asked for, and what is to stand in it.
type Drawing<'a> = (&'a PathBuf, String);

fn explain(arguments: &Arguments) -> Result<Vec<Explained>, String> {
    let (explained, drawings) = attribute(arguments).map_err(|error| error.to_string())?;
    for (path, text) in drawings {
        write_atomically(path, &text)?;
    }
    Ok(explained)
}

fn attribute(arguments: &Arguments) -> Result<(Vec<Explained>, Vec<Drawing<'_>>), Error> {
    let model = match (&arguments.model, &arguments.normal) {
        (Some(model), _) => FittedModel::load(model)?,
        (None, Some(normal)) => fit(arguments, normal)?,
        (None, None) => unreachable!("clap requires one of the two"),
    };
    let events = Dataset::from_csv_path(&arguments.events)?;
    if let Some(path) = &arguments.save_model {
        model.save(path)?;
    }
    let config = config(arguments);
    let rows = match arguments.slowest {
        Some(count) => most_unusual(&model, &arguments.target, &events, &config.feature_map, count as usize)?,
        None => (0..events.rows()).collect(),
    };
    let attributor = model.attributor(&arguments.target, config)?;
    let in_row = |row: usize| move |cause: Error| Error::InRow { row, cause: Box::new(cause) };
    let explain = |&row: &usize| Ok((row, attributor.attribute(&events.row(row)?).map_err(in_row(row))?));
    let explained: Vec<Result<Explained, Error>> = rows.par_iter().map(explain).collect();
    let explained = explained.into_iter().collect::<Result<_, _>>()?;
    let about = arguments.drawings.report_event.or(rows.first().copied()).unwrap_or(0);
    let drawings = drawings(arguments, &model, &events, about)?;
    Ok((explained, drawings))
}

/// The rows whose target is most unusual; of equally unusual ones, as all beyond the training data are, those further from
/// its median.
fn most_unusual(
    model: &FittedModel,
    target: &str,
    events: &Dataset,
    feature_map: &FeatureMap,
    count: usize,
) -> Result<Vec<usize>, Error> {
    let median = model.reference(target)?.median();
    let mut rows = Vec::with_capacity(events.rows());
    for (row, event) in events.observations().enumerate() {
        let score = model.node_scores(&event, feature_map)?.into_iter().find(|score| score.node == target);
        // An event without a value for the target cannot be ranked, or explained.
        if let Some((Some(observed), Some(marginal))) = score.map(|score| (score.observed, score.marginal)) {
            rows.push((row, marginal.nats(), (observed - median).abs()));
        }
    }
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.total_cmp(&a.2)));
    Ok(rows.into_iter().take(count).map(|(row, ..)| row).collect())
}

fn fit(arguments: &Arguments, normal: &Path) -> Result<FittedModel, Error> {
    let graph = arguments.graph.read()?;
    for call in graph.dropped_calls() {
        eprintln!("left out the call from `{}` to `{}`: {}", call.caller, call.callee, call.reason);
    }
    let normal = Dataset::from_csv_path(normal)?;
    // Before the fit, which would take longer to say less about a mistyped target.
    graph.parents(&arguments.target)?;
    StructuralCausalModel::new(graph).assign_mechanisms(&normal)?.fit(&normal)
}

/// The files that were asked for, about one event.
fn drawings<'a>(
    arguments: &'a Arguments,
    model: &FittedModel,
    events: &Dataset,
    about: usize,
) -> Result<Vec<Drawing<'a>>, Error> {
    let Drawings { report, svg, dot, mermaid, .. } = &arguments.drawings;
    if [report, svg, dot, mermaid].iter().all(|file| file.is_none()) {
        return Ok(Vec::new());
    }
    let diagnosis_config = DiagnosisConfig::default().with_attribution(config(arguments));
    let diagnosis = model.diagnose(&arguments.target, &events.row(about)?, &diagnosis_config)?;
    let graph = model.graph();
    let mut files = Vec::new();
    if let Some(path) = report {
        let title = format!("Why was {} unusual in event {about}?", arguments.target);
        files.push((path, HtmlReport::new(model, &diagnosis).with_title(title).to_html()?));
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

fn config(arguments: &Arguments) -> AttributionConfig {
    let mut config = AttributionConfig::default().with_samples(arguments.samples).with_seed(arguments.seed);
    config.feature_map = match arguments.region {
        Region::Upper => FeatureMap::UpperTail,
        Region::Lower => FeatureMap::LowerTail,
        Region::TwoSided => FeatureMap::DistanceFromMedian,
    };
    config.floor = arguments.floor.map_or(Floor::FromData, Floor::Fixed);
    config.shapley_method = match arguments.permutations {
        _ if arguments.exact => ShapleyMethod::Exact,
        Some(permutations) => ShapleyMethod::Permutations(permutations),
        None => ShapleyMethod::Auto,
    };
    config
}

fn print(arguments: &Arguments, explained: &[Explained]) -> ExitCode {
    let text = match arguments.format {
        Format::Table => explained.iter().map(|(row, table)| format!("event {row}: {table}\n")).collect(),
        Format::Json => {
            let events = explained.iter().map(|(row, attribution)| Event { row: *row, attribution }).collect();
            match serde_json::to_string_pretty(&Report { target: &arguments.target, events }) {
                Ok(json) => json + "\n",
                Err(error) => return mistake(&error.to_string()),
            }
        }
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has seen enough, as `head` has.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => mistake(&error.to_string()),
    }
}

/// The message without the usage that clap puts after it, on one line.
fn first_paragraph(message: &str) -> String {
    let lines = message.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned()
}

fn mistake(message: &str) -> ExitCode {
    // Names and cells from a user's files may hold line breaks.
    eprintln!("error: {}", message.replace(['\n', '\r'], " "));
    ExitCode::from(2)
}
