//! The etiology side of the comparison with DoWhy: times fits and attributions of one event and prints them as JSON.
//!
//! Started by `benches/dowhy/compare.py`, which documents the JSON. Without `--normal`, as in a plain `cargo bench`,
//! it does nothing.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use etiology::{AttributionConfig, CausalGraph, Dataset, Error, FeatureMap, ShapleyMethod, StructuralCausalModel};
use serde_json::{Value, json};

/// Times etiology on one event, for benches/dowhy/compare.py
#[derive(Parser)]
struct Arguments {
    /// CSV of normal rows, to fit
    #[arg(long, value_name = "FILE")]
    normal: PathBuf,
    /// CSV of events
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// CSV with the columns caller and callee
    #[arg(long, value_name = "FILE")]
    calls: PathBuf,
    /// The node whose value is attributed
    #[arg(long, value_name = "NAME")]
    target: String,
    /// Row of the events to attribute, from 0
    #[arg(long, default_value_t = 0)]
    row: usize,
    /// Joint noise samples
    #[arg(long, default_value_t = 3_000)]
    samples: usize,
    /// Permutations
    #[arg(long, default_value_t = 25)]
    permutations: usize,
    /// In which direction the target is extreme
    #[arg(long, value_enum, default_value_t = Region::TwoSided)]
    region: Region,
    /// Fits to time, and seeds 1, 2, ... to attribute with
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    repeats: u64,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Region {
    TwoSided,
    Upper,
}

fn main() -> ExitCode {
    let has_work = std::env::args().any(|argument| argument == "--normal" || argument.starts_with("--normal="));
    let result = if has_work {
        measure(&Arguments::parse()).map(|json| json.to_string()).map_err(|error| error.to_string())
    } else {
        Ok("dowhy_side: driven by benches/dowhy/compare.py; nothing to do without its arguments".to_owned())
    };
    match result.and_then(|text| writeln!(std::io::stdout(), "{text}").map_err(|error| error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn measure(arguments: &Arguments) -> Result<Value, Error> {
    let normal = Dataset::from_csv_path(&arguments.normal)?;
    let event = Dataset::from_csv_path(&arguments.events)?.row(arguments.row)?;
    let model = StructuralCausalModel::new(CausalGraph::from_call_graph_csv_path(&arguments.calls)?)
        .assign_mechanisms(&normal)?;

    let mut fit_times = Vec::new();
    for _ in 0..arguments.repeats {
        fit_times.push(timed(|| model.fit(&normal))?.0);
    }
    let fitted = model.fit(&normal)?;

    let mut attribution_times = Vec::new();
    let mut contributions: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut permutations = None;
    for seed in 1..=arguments.repeats {
        let config = config(arguments).with_seed(seed);
        let (seconds, attribution) = timed(|| fitted.attribute_outlier(&arguments.target, &event, &config))?;
        attribution_times.push(seconds);
        permutations = attribution.permutations;
        for contribution in attribution.ranked() {
            contributions.entry(contribution.node.clone()).or_default().push(contribution.value);
        }
    }
    Ok(json!({
        "fit_seconds": median(fit_times),
        "attribute_seconds": median(attribution_times),
        "samples": arguments.samples,
        // What was walked, not what was asked for: permutations come in pairs.
        "permutations": permutations,
        "contributions": contributions,
    }))
}

fn config(arguments: &Arguments) -> AttributionConfig {
    let feature_map = match arguments.region {
        Region::TwoSided => FeatureMap::TwoSidedQuantile,
        Region::Upper => FeatureMap::UpperTail,
    };
    AttributionConfig::default()
        .with_feature_map(feature_map)
        // What DoWhy's (k + 1/2)/(m + 1/2) amounts to: another floor would be another question.
        .with_floor(0.5 / arguments.samples as f64)
        .with_samples(arguments.samples)
        .with_shapley_method(ShapleyMethod::Permutations(arguments.permutations))
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(f64, T), E> {
    let start = Instant::now();
    let result = work()?;
    Ok((start.elapsed().as_secs_f64(), result))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}
