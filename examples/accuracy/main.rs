//! How often is the true root cause named first?
//!
//! Runs every verdict on labelled faults: real ones in the layout of the PetShop benchmark, and simulated ones, in JSON
//! lines or made on the spot. A tie counts by expectation, as if it were broken at random. Nothing is tuned on these labels: every setting is
//! the default.
//!
//! ```text
//! cargo run --release --example accuracy -- --simulated 20
//! cargo run --release --example accuracy -- --hard 500
//! cargo run --release --example accuracy -- --petshop petshop/low_traffic
//! cargo run --release --example accuracy -- --json-lines linear_single_cause.jsonl
//! ```

mod case;
mod json_lines;
mod least_squares;
mod made;
mod markdown;
mod nezha;
mod petshop;
mod published;
#[path = "../shared/quiet_pipe.rs"]
mod quiet_pipe;
mod ranking;
mod rivals;
mod tally;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use case::Case;
use clap::Parser;
use etiology::findings::Strength;
use etiology::lags::Lags;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AttributionConfig, Dataset, Diagnosis, DiagnosisConfig, Observation, ShapleyMethod, StructuralCausalModel,
};
use made::Half;
use rayon::prelude::*;
use tally::{Outcome, Tally};

#[derive(Parser)]
#[command(about = "Counts how often each verdict names the true root cause of labelled faults")]
struct Arguments {
    /// A scenario of the PetShop benchmark: a folder with graph.csv, noissue, train and test
    #[arg(long, value_name = "FOLDER")]
    petshop: Vec<PathBuf>,
    /// A day of Nezha's Online Boutique: a folder with edges.csv, normal.csv, events.csv, recent.csv and labels.csv
    #[arg(long, value_name = "FOLDER")]
    nezha: Vec<PathBuf>,
    /// A file with one fault a line
    #[arg(long, value_name = "FILE")]
    json_lines: Vec<PathBuf>,
    /// So many simulated faults of each kind of mechanism
    #[arg(long, value_name = "CASES", default_value_t = 0)]
    simulated: usize,
    /// So many random linear graphs with three root causes and 50 training rows
    #[arg(long, value_name = "CASES", default_value_t = 0)]
    three_causes: usize,
    /// So many faults in ten linear graphs of 50 nodes whose rows remember the one before
    #[arg(long, value_name = "CASES", default_value_t = 0)]
    autoregressive: usize,
    /// So many of the hard incidents, of all kinds in turn; a half has 500
    #[arg(long, value_name = "CASES", default_value_t = 0)]
    hard: u64,
    /// Which half of the hard incidents
    #[arg(long, value_enum, default_value_t = Half::Development)]
    half: Half,
    /// The seed of the simulated faults; the hard incidents have their own
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Linear mechanisms only, instead of automatic assignment
    #[arg(long)]
    linear: bool,
    /// Attribute with the samples and permutations that an attribution has by itself, not with those of a diagnosis
    #[arg(long)]
    thorough: bool,
    /// Do not look at the rows before an event
    #[arg(long)]
    without_recent: bool,
    /// Take rows as they are, without looking for lags
    #[arg(long)]
    without_lags: bool,
    /// Ask the cases of this kind alone
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Ask the simple rules alone, without any diagnosis
    #[arg(long)]
    rules: bool,
    /// Also print what was found in each case
    #[arg(long)]
    verbose: bool,
    /// Print one table of Markdown for each benchmark
    #[arg(long)]
    markdown: bool,
    /// Write all cases to a file, one a line, and diagnose nothing
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Write every diagnosis to this file with what would have been right, one JSON object a line
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    json: Option<PathBuf>,
}

/// The cases of one source, their kinds, and what is published about them.
struct Benchmark {
    title: String,
    cases: Vec<Case>,
    kinds: Vec<String>,
    published: &'static str,
}

impl Benchmark {
    /// Reported as a whole and by kinds.
    fn by_kind(title: impl Into<String>, cases: Vec<Case>, published: &'static str) -> Self {
        let mut kinds: Vec<String> = Vec::new();
        for case in &cases {
            if !case.kind.is_empty() && !kinds.contains(&case.kind) {
                kinds.push(case.kind.clone());
            }
        }
        if kinds.len() == 1 {
            kinds.clear();
        }
        Self { title: title.into(), cases, kinds, published }
    }
}

fn benchmarks(arguments: &Arguments) -> Result<Vec<Benchmark>, Box<dyn Error>> {
    let mut all = Vec::new();
    for folder in &arguments.petshop {
        all.push(Benchmark::by_kind(folder.display().to_string(), petshop::read(folder)?, published::PETSHOP));
    }
    for folder in &arguments.nezha {
        all.push(Benchmark::by_kind(folder.display().to_string(), nezha::read(folder)?, published::NEZHA));
    }
    if arguments.simulated > 0 {
        let cases = made::simulated(arguments.simulated, arguments.seed)?;
        all.push(Benchmark::by_kind("simulated", cases, published::NON_LINEAR));
    }
    if arguments.three_causes > 0 {
        let cases = made::three_causes(arguments.three_causes, arguments.seed)?;
        all.push(Benchmark::by_kind("three causes", cases, ""));
    }
    if arguments.autoregressive > 0 {
        let cases = made::autoregressive(arguments.autoregressive, arguments.seed)?;
        all.push(Benchmark::by_kind("autoregressive", cases, ""));
    }
    if arguments.hard > 0 {
        all.push(Benchmark::by_kind(
            format!("hard, {}", arguments.half),
            made::hard(arguments.hard, arguments.half)?,
            "",
        ));
    }
    for file in &arguments.json_lines {
        all.push(Benchmark::by_kind(
            file.display().to_string(),
            json_lines::read(file)?,
            published::LINEAR_SINGLE_CAUSE,
        ));
    }
    if let Some(kind) = &arguments.kind {
        for benchmark in &mut all {
            benchmark.cases.retain(|case| case.kind == *kind);
            benchmark.kinds.clear();
        }
    }
    Ok(all)
}

fn main() -> Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    let arguments = Arguments::parse();
    let benchmarks = benchmarks(&arguments)?;
    if let Some(file) = &arguments.export {
        return json_lines::write(file, benchmarks.iter().flat_map(|benchmark| &benchmark.cases));
    }
    let mut json = arguments.json.as_ref().map(File::create).transpose()?.map(BufWriter::new);
    for benchmark in &benchmarks {
        let evaluated = evaluate(&benchmark.cases, &arguments)?;
        if let Some(file) = &mut json {
            evaluated.iter().filter_map(|one| one.record.as_ref()).try_for_each(|record| writeln!(file, "{record}"))?;
        }
        let outcomes: Vec<Outcome> = evaluated.into_iter().map(|one| one.outcome).collect();
        if arguments.markdown {
            println!("{}\n\n{}\n", benchmark.title, markdown::table(&outcomes, &benchmark.kinds));
            continue;
        }
        for kind in &benchmark.kinds {
            report(&format!("{}, {kind}", benchmark.title), &outcomes, |outcome| outcome.kind == *kind);
        }
        report(&format!("{}, all", benchmark.title), &outcomes, |_| true);
        println!("{}", benchmark.published);
    }
    Ok(())
}

/// How a case went, and its line of JSON, if such are wanted.
struct Evaluated {
    outcome: Outcome,
    record: Option<String>,
}

/// Diagnoses all cases, in parallel; the times are of one thread each, of a machine that is busy with the others.
fn evaluate(cases: &[Case], arguments: &Arguments) -> Result<Vec<Evaluated>, Box<dyn Error>> {
    let evaluated: Vec<Result<Evaluated, String>> = cases
        .par_iter()
        .map(|case| evaluate_one(case, arguments).map_err(|error| format!("{}: {error}", case.name)))
        .collect();
    let evaluated = evaluated.into_iter().collect::<Result<Vec<_>, _>>()?;
    if arguments.verbose {
        evaluated.iter().for_each(|one| println!("{}", one.outcome.line()));
    }
    Ok(evaluated)
}

fn evaluate_one(case: &Case, arguments: &Arguments) -> Result<Evaluated, Box<dyn Error>> {
    if arguments.rules {
        let outcome = Outcome::new(case, None, rivals::rankings(case)?, Default::default());
        return Ok(Evaluated { outcome, record: None });
    }
    let begin = Instant::now();
    let Asked { normal, recent, event, lags } = Asked::of(case, !arguments.without_lags)?;
    let assignment = if arguments.linear { AssignmentConfig::linear() } else { AssignmentConfig::default() };
    let model =
        StructuralCausalModel::new(case.graph.clone()).assign_mechanisms_with(&normal, &assignment)?.fit(&normal)?;
    let fitting = begin.elapsed();
    let mut config = DiagnosisConfig::default().with_lags(&lags);
    if arguments.thorough {
        config.attribution = AttributionConfig::default().with_shapley_method(ShapleyMethod::Permutations(100));
    }
    config.recent = recent.filter(|_| !arguments.without_recent);
    let begin = Instant::now();
    let diagnosis = model.diagnose(&case.target, &event, &config)?;
    let diagnosing = begin.elapsed();
    let outcome = Outcome::new(case, Some(&diagnosis), rivals::rankings(case)?, (fitting, diagnosing));
    let record = arguments.json.as_ref().map(|_| tally::diagnosed(case, &diagnosis)).transpose()?;
    Ok(Evaluated { outcome, record })
}

/// The rows that a diagnosis takes.
struct Asked {
    normal: Dataset,
    recent: Option<Dataset>,
    event: Observation,
    lags: Lags,
}

impl Asked {
    /// The training rows, the rows before the incident and the one to explain as they are, or put together by the lags that the training rows show.
    fn of(case: &Case, with_lags: bool) -> etiology::Result<Self> {
        let (normal, recent, event, lags) = (case.normal.clone(), case.recent.clone(), case.event()?, Lags::default());
        let as_is = Self { normal, recent, event, lags };
        if !with_lags || case.normal.rows() < FEWEST_ROWS {
            return Ok(as_is);
        }
        let lags = Lags::chosen(&case.graph, &case.normal)?;
        if lags.is_empty() {
            return Ok(as_is);
        }
        let (before, target) = (case.recent.as_ref().map_or(0, Dataset::rows), &case.target);
        let mut columns = Vec::new();
        for name in case.rows.names() {
            let mut column = case.recent.as_ref().map_or(Ok(Vec::new()), |recent| Ok(recent.column(name)?.to_vec()))?;
            column.extend(case.rows.column(name)?);
            columns.push((name.clone(), column));
        }
        let all = Dataset::from_columns(columns)?;
        Ok(Self {
            normal: lags.aligned(&case.normal, target, 0..case.normal.rows())?,
            recent: if before > 0 { Some(lags.aligned(&all, target, 0..before)?) } else { None },
            event: lags.event(&all, target, before + case.alert)?,
            lags,
        })
    }
}

/// Lags are chosen from so many rows on.
const FEWEST_ROWS: usize = 20;

fn report(title: &str, outcomes: &[Outcome], part: impl Fn(&Outcome) -> bool) {
    let outcomes: Vec<&Outcome> = outcomes.iter().filter(|outcome| part(outcome)).collect();
    if !outcomes.is_empty() {
        println!("{title}: {} cases", outcomes.len());
        println!("{}", Tally::of(&outcomes));
    }
}

/// The middle one.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// How sure a diagnosis is, as a word.
fn word(diagnosis: &Diagnosis) -> &'static str {
    match diagnosis.strength {
        Strength::Strong => "strong",
        Strength::Contested => "contested",
        _ => "thin",
    }
}
