//! What can be asked for on the command line.

mod questions;

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Parser, ValueEnum};
use etiology::attribution::{Floor, RowStatistic};
use etiology::change::ChangeConfig;
use etiology::tables::CsvFormat;
use etiology::{AttributionConfig, BootstrapConfig, CausalGraph, DiagnosisConfig, FeatureMap, ShapleyMethod};

use questions::Change;

const EXAMPLES: &str = "\
Examples, each after `cargo run --release --features traces --example service_latency --`:
  CSV files and a call graph   --normal normal.csv --events slow.csv --calls calls.csv --target Website
  CSV files and causal edges   --normal normal.csv --events slow.csv --edges edges.csv --target Website
  CSV files and dependencies   --normal normal.csv --events slow.csv --dependencies dependencies.json --target Website
  traces, the slowest of them  --traces traces.jsonl --target website --report slow.html
  one kind of request          --traces traces.jsonl --target web --operation 'GET /checkout'
  traces, slow ones apart      --traces normal.jsonl --event-traces slow.jsonl --target website --intervals
  metrics, recorded            --metrics answer.json --calls calls.csv --target web
  metrics, asked for           --prometheus http://localhost:9090 --query 'rate(errors_total[5m])' --node-name service --calls calls.csv --target web
  a saved model                --model shop.etiology --events slow.csv --target Website
All but traces and dependencies need no feature.

A file - is standard input. CSV files have a header line; columns that the graph does not name are ignored. How they are written is found out: delimiter, decimal
sign, units, words for missing values. Traces are OpenTelemetry's or Jaeger's JSON.
Every file that is written appears in full or not at all.";

/// Ranks the root causes of outliers, given what is normal and who depends on whom
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
#[command(group = ArgGroup::new("source").required(true), group = ArgGroup::new("outliers"))]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) metrics: Metrics,
    #[command(flatten)]
    pub(crate) written: Written,
    #[command(flatten)]
    pub(crate) graph: GraphFile,
    #[command(flatten)]
    pub(crate) events: Outliers,
    #[command(flatten)]
    pub(crate) change: Change,
    #[command(flatten)]
    pub(crate) requests: Requests,
    #[command(flatten)]
    pub(crate) method: Method,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args)]
#[command(next_help_heading = "What is normal")]
pub(crate) struct Source {
    /// Normal data: CSV with one column per node
    #[arg(long, value_name = "FILE", group = "source", requires = "graph")]
    pub(crate) normal: Option<PathBuf>,
    /// Traces: normal data in seconds, call graph and known formulas in one (feature `traces`)
    #[arg(long, value_name = "FILE", group = "source", conflicts_with = "graph")]
    pub(crate) traces: Option<PathBuf>,
    /// Metrics: answers of Prometheus to a range query as JSON, a row per step
    #[arg(long, value_name = "FILE", group = "source", requires = "graph")]
    pub(crate) metrics: Option<PathBuf>,
    /// Metrics asked of a Prometheus at this address, such as http://localhost:9090
    #[arg(long, value_name = "URL", group = "source", requires = "graph", requires = "query")]
    pub(crate) prometheus: Option<String>,
    /// For --change: data of before, CSV with one column per node
    #[arg(long, value_name = "FILE", group = "source", requires_all = ["graph", "after", "change"])]
    pub(crate) before: Option<PathBuf>,
    /// A column of --normal or --before whose numbers are names, as HTTP statuses are; columns of text are categories anyway. May be
    /// repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) category: Vec<String>,
    /// A model that --save-model wrote
    #[arg(long, value_name = "FILE", group = "source", conflicts_with = "graph")]
    pub(crate) model: Option<PathBuf>,
}

#[derive(Args)]
#[command(next_help_heading = "Which metrics, beside --metrics or --prometheus")]
pub(crate) struct Metrics {
    /// What to ask for, in PromQL; may be given several times. Each series is a node
    #[arg(long, value_name = "EXPRESSION", requires = "prometheus")]
    pub(crate) query: Vec<String>,
    /// How series are called: a label, or text with labels in braces, such as "{service} errors"; once for all queries or once for each.
    /// By default the labels in which the series of a query differ
    #[arg(long, value_name = "NAME")]
    pub(crate) node_name: Vec<String>,
    /// The distance of two rows in seconds; by default that of the samples, and 15 where they are asked for
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) step: Option<f64>,
    /// How far back to ask, such as 90m, 6h or 2d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = seconds, requires = "prometheus")]
    pub(crate) last: u64,
    /// Until when to ask, in seconds since 1970; by default until now
    #[arg(long, value_name = "SECONDS", requires = "prometheus")]
    pub(crate) until: Option<u64>,
}

/// A time with its unit, in seconds.
fn seconds(text: &str) -> Result<u64, String> {
    let of_unit = |unit: &str| match unit {
        "" | "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        _ => None,
    };
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (count, unit) = text.split_at(digits);
    let seconds = count.parse::<u64>().ok().zip(of_unit(unit)).and_then(|(count, unit)| count.checked_mul(unit));
    seconds.filter(|&seconds| seconds > 0).ok_or_else(|| "a time such as 90m, 6h or 2d is needed".to_owned())
}

#[derive(Args)]
#[command(next_help_heading = "How CSV files are written: found out for each file, unless it is said here")]
pub(crate) struct Written {
    /// What separates cells: a character, or the word tab
    #[arg(long, value_name = "CHARACTER", value_parser = character)]
    pub(crate) delimiter: Option<char>,
    /// The decimal sign, a point or a comma; the other one may then group thousands
    #[arg(long, value_name = "SIGN", value_parser = character)]
    pub(crate) decimal: Option<char>,
    /// Refuse a graph with a cause of the target that the normal data has no values of; by default its effects become effects of
    /// its own causes, which is said
    #[arg(long)]
    pub(crate) strict: bool,
}

fn character(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (text, characters.next(), characters.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(one), None) => Ok(one),
        _ => Err("one character is needed, such as ';'".to_owned()),
    }
}

#[derive(Args)]
#[command(next_help_heading = "The graph, beside --normal and metrics")]
#[group(id = "graph", multiple = false)]
pub(crate) struct GraphFile {
    /// Call graph: CSV with the columns caller and callee; effects travel from callee to caller
    #[arg(long, value_name = "FILE")]
    pub(crate) calls: Option<PathBuf>,
    /// Causal graph: CSV with the columns cause and effect
    #[arg(long, value_name = "FILE")]
    pub(crate) edges: Option<PathBuf>,
    /// Dependencies as Jaeger's /api/dependencies or Zipkin's /api/v2/dependencies returns them; of a cycle of calls, the rarest
    /// is left out (feature `traces`)
    #[arg(long, value_name = "FILE")]
    pub(crate) dependencies: Option<PathBuf>,
}

#[derive(Args)]
#[command(next_help_heading = "What is to be explained")]
pub(crate) struct Outliers {
    /// The node whose values are to be explained; with traces a service, and only requests in which it was called count
    #[arg(long, value_name = "NAME")]
    pub(crate) target: String,
    /// The outliers: CSV with the columns of the normal data
    #[arg(long, value_name = "FILE", group = "outliers", required_unless_present_any = ["event_traces", "traces", "metrics", "prometheus", "change", "what_if"])]
    pub(crate) events: Option<PathBuf>,
    /// The outliers as traces, in seconds; without either, those of --traces are ranked and the most unusual explained, which
    /// are then left out of the fit (feature `traces`)
    #[arg(long, value_name = "FILE", group = "outliers")]
    pub(crate) event_traces: Option<PathBuf>,
    /// The column of --events, or of the data of --change, that holds times; by default one that is called or looks like times, and is no
    /// node
    #[arg(long, value_name = "NAME")]
    pub(crate) time_column: Option<String>,
    /// What values are measured in, so that they are said with it: s, ms, B or any other for all nodes that have no unit of their own, or
    /// db=ms for one. May be repeated. Units in headers, behind values, of traces, and in names such as duration_seconds are found
    #[arg(long, value_name = "UNIT", conflicts_with_all = ["change", "what_if", "rows"])]
    pub(crate) unit: Vec<String>,
    /// Explain only the K events whose target is most unusual, the most unusual first; by default all, or 1 of --traces,
    /// --metrics or --prometheus
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) slowest: Option<u32>,
    /// Explain the rows FROM to TO, both included and counted from 0, together as one event: an incident lasts several rows, each of which
    /// may be hardly unusual by itself
    #[arg(long, value_name = "FROM:TO", value_parser = questions::span, conflicts_with_all = ["slowest", "report", "svg", "dot", "mermaid", "report_event", "intervals", "limit_ms", "explain"])]
    pub(crate) rows: Option<(usize, usize)>,
    /// What is unusual of the target over --rows: its mean, its maximum, or in how many of them it is above a value, as above:0.5
    #[arg(long, value_name = "STATISTIC", value_parser = questions::statistic, default_value = "mean", requires = "rows")]
    pub(crate) statistic: RowStatistic,
    /// The rows just before the events, CSV with the columns of the normal data: a node that was off then already is not suspected for what it
    /// was off by. Of a file with times those before each event are taken, 10 at the most, else all. By default they are taken from the events' file or
    /// the normal data, where these have times: no more than 20 usual steps before the event, and none that is itself unusual or explained
    #[arg(long, value_name = "FILE", conflicts_with_all = ["contributions", "change", "what_if"])]
    pub(crate) recent: Option<PathBuf>,
    /// Do not look at the rows just before the events
    #[arg(long, conflicts_with_all = ["recent", "contributions", "change", "what_if"])]
    pub(crate) no_recent: bool,
    /// Take the rows of normal data with times as they are; by default, where they are at even steps, effects that are seen up to three rows after their
    /// causes are put beside them. Needs times of the events, too. Not done with --save-model, as a saved model knows no lags
    #[arg(long)]
    no_lags: bool,
    /// Nodes that are given and not to be blamed, such as the size of an order or the hour, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) context: Vec<String>,
    /// In which direction the target's values are extreme; two-sided means far from the median
    #[arg(long, value_enum, default_value_t = Region::Upper)]
    pub(crate) region: Region,
}

#[derive(Args)]
#[command(next_help_heading = "Which requests, in traces")]
pub(crate) struct Requests {
    /// Only requests whose root span has this name, such as "GET /checkout"
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// Only requests that enter this service
    #[arg(long, value_name = "SERVICE")]
    pub(crate) entry: Option<String>,
    /// Call a service by another name; two that get one name become one. May be given several times
    #[arg(long, value_name = "NAME=NEW", value_parser = renaming)]
    pub(crate) rename: Vec<(String, String)>,
    /// No node for what has no spans of its own, such as databases, and is known from the CLIENT spans that call it
    #[arg(long)]
    pub(crate) no_peers: bool,
}

fn renaming(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.trim().is_empty() && !to.trim().is_empty() => {
            Ok((from.trim().to_owned(), to.trim().to_owned()))
        }
        _ => Err("expected a name, `=` and the new name".to_owned()),
    }
}

#[derive(Args)]
#[command(next_help_heading = "How to attribute")]
pub(crate) struct Method {
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
    #[arg(long, value_name = "M", default_value_t = AttributionConfig::default().effort.samples)]
    samples: usize,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Say after each table which engine found the probabilities (closed form, Fourier inversion, sampling, ...), why, and why the
    /// others did not; JSON always says so
    #[arg(long)]
    pub(crate) explain: bool,
    /// Explain each event within so many milliseconds: the best estimate of the contributions so far, which then depends on the machine, and the
    /// verdict where they leave time for it
    #[arg(long, value_name = "N", conflicts_with = "intervals")]
    pub(crate) limit_ms: Option<u64>,
    /// Intervals of 95 % that include the fit: the model is fitted again to resampled rows, and attributes with at most 4096
    /// samples each time. The kinds of mechanisms are chosen once, so that choice is not included
    #[arg(long)]
    pub(crate) intervals: bool,
    /// How often it is fitted again for --intervals
    #[arg(long, value_name = "N", default_value_t = 200, requires = "intervals")]
    resamples: usize,
}

#[derive(Args)]
#[command(next_help_heading = "What is written")]
pub(crate) struct Output {
    /// Only the contributions to the outlier score, without the verdict that leads otherwise, which asks several methods
    #[arg(long, conflicts_with_all = ["change", "what_if", "rows"])]
    pub(crate) contributions: bool,
    /// Tables for people or JSON for programs, on standard output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Write the model: as JSON where the name ends in .json, in a compact binary format otherwise
    #[arg(long, value_name = "FILE")]
    pub(crate) save_model: Option<PathBuf>,
    /// Write a page of HTML about one event: verdict, contributions, graph, what is normal, diagnostics
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Write the contributions of one event, or what --change or --what-if answers, as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the causal graph of one event as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Write the causal graph of one event for Graphviz
    #[arg(long, value_name = "FILE")]
    pub(crate) dot: Option<PathBuf>,
    /// Write the causal graph of one event for Mermaid
    #[arg(long, value_name = "FILE")]
    pub(crate) mermaid: Option<PathBuf>,
    /// The event that these files are about, counted from 0; by default the first one explained
    #[arg(long, value_name = "ROW")]
    pub(crate) report_event: Option<usize>,
    /// Nothing on standard error but mistakes
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Region {
    Upper,
    Lower,
    TwoSided,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

impl Arguments {
    /// Whether no lags are looked for.
    pub(crate) fn takes_rows_as_they_are(&self) -> bool {
        self.events.no_lags || self.output.save_model.is_some()
    }

    /// What clap cannot say the reason of.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.method.intervals && self.source.model.is_some() {
            return Err("--intervals cannot be used with --model: a saved model has no data to resample".to_owned());
        }
        if self.source.model.is_some() && !self.source.category.is_empty() {
            return Err("--category is about data, and a saved model has none".to_owned());
        }
        if self.change.change && self.source.before.is_none() && self.change.from.is_none() {
            return Err("--change needs --before and --after, or --normal with --from".to_owned());
        }
        if self.events.time_column.is_some() && self.events.events.is_none() && self.change.from.is_none() {
            return Err("--time-column is about --events, or about --normal with --from".to_owned());
        }
        let Requests { operation, entry, rename, no_peers } = &self.requests;
        let of_traces = [
            ("--operation", operation.is_some()),
            ("--entry", entry.is_some()),
            ("--rename", !rename.is_empty()),
            ("--no-peers", *no_peers),
        ];
        if let Some((option, _)) = of_traces.iter().find(|(_, given)| *given && !self.reads_traces()) {
            return Err(format!("{option} is about traces, so it needs --traces or --event-traces"));
        }
        Ok(())
    }

    /// How CSV files are written, as far as it was said. The needed columns are the nodes of the graph.
    pub(crate) fn csv(&self, graph: &CausalGraph) -> CsvFormat {
        let mut format = CsvFormat::default().with_needed(graph.nodes()).with_categories(&self.source.category);
        (format.delimiter, format.decimal) = (self.written.delimiter, self.written.decimal);
        format
    }

    pub(crate) fn target(&self) -> &str {
        &self.events.target
    }

    /// Takes `-` for standard input.
    ///
    /// # Errors
    /// When two files are standard input, which can be read once.
    pub(crate) fn with_standard_input(mut self) -> Result<Self, String> {
        const STANDARD_INPUT: &str = "/dev/stdin";
        let Source { normal, traces, metrics, model, before, .. } = &mut self.source;
        let GraphFile { calls, edges, dependencies } = &mut self.graph;
        let Outliers { events, event_traces, recent, .. } = &mut self.events;
        let after = &mut self.change.after;
        let files =
            [normal, traces, metrics, model, before, after, calls, edges, dependencies, events, event_traces, recent];
        let mut dashes: Vec<_> = files.into_iter().flatten().filter(|file| file.as_os_str() == "-").collect();
        if dashes.len() > 1 {
            return Err("`-` is standard input, which can be read once, but stands for two files".to_owned());
        }
        dashes.iter_mut().for_each(|file| **file = PathBuf::from(STANDARD_INPUT));
        Ok(self)
    }

    /// The files that are read.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Path> {
        let Self { source: Source { normal, traces, metrics, model, before, .. }, graph, events, change, .. } = self;
        let GraphFile { calls, edges, dependencies } = graph;
        let of_events = [&events.events, &events.event_traces, &events.recent];
        let files = [normal, traces, metrics, model, before, &change.after, calls, edges, dependencies];
        files.into_iter().chain(of_events).flatten().map(PathBuf::as_path)
    }

    /// Whether anything is read from traces.
    fn reads_traces(&self) -> bool {
        self.source.traces.is_some() || self.events.event_traces.is_some()
    }

    /// Whether the events are among the traces that the model is fitted to.
    pub(crate) fn explains_own_traces(&self) -> bool {
        self.events.events.is_none() && self.events.event_traces.is_none()
    }

    /// Whether there is nothing to be explained but the system as it is.
    pub(crate) fn has_no_events(&self) -> bool {
        self.explains_own_traces() && (self.source.normal.is_some() || self.source.model.is_some())
    }

    /// How many of the most unusual events to explain; nothing for all.
    pub(crate) fn slowest(&self) -> Option<usize> {
        let slowest = self.events.slowest.map(|count| count as usize);
        if self.explains_own_traces() { slowest.or(Some(1)) } else { slowest }
    }

    pub(crate) fn attribution(&self) -> AttributionConfig {
        let method = &self.method;
        let mut config = AttributionConfig::default().with_samples(method.samples).with_seed(method.seed);
        config.question.feature_map = match self.events.region {
            Region::Upper => FeatureMap::UpperTail,
            Region::Lower => FeatureMap::LowerTail,
            Region::TwoSided => FeatureMap::DistanceFromMedian,
        };
        config.question.context.clone_from(&self.events.context);
        config.question.floor = method.floor.map_or(Floor::FromData, Floor::Fixed);
        config.effort.shapley_method = match method.permutations {
            _ if method.exact => ShapleyMethod::Exact,
            Some(permutations) => ShapleyMethod::Permutations(permutations),
            None => ShapleyMethod::Auto,
        };
        config.effort.model_error = true;
        config
    }

    pub(crate) fn diagnosis(&self) -> DiagnosisConfig {
        DiagnosisConfig::default().with_attribution(self.attribution())
    }

    pub(crate) fn distribution_change(&self) -> ChangeConfig {
        let method = &self.method;
        let config = ChangeConfig::default().with_functional(self.change.functional.clone());
        let config = config.with_samples(method.samples).with_seed(method.seed);
        let config = if self.change.all_changed { config.with_test(None) } else { config };
        if method.intervals { config.with_resamples(method.resamples) } else { config }
    }

    pub(crate) fn bootstrap(&self) -> BootstrapConfig {
        BootstrapConfig::default().with_resamples(self.method.resamples).with_seed(self.method.seed)
    }
}
