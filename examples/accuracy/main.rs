//! How often is the true root cause named first?
//!
//! Runs every verdict on labelled faults: real ones in the layout of the PetShop benchmark, and simulated ones in JSON
//! lines. A tie counts by expectation, as if it were broken at random. Nothing is tuned on these labels: every setting is
//! the default.
//!
//! ```text
//! cargo run --release --example accuracy -- --petshop petshop/low_traffic
//! cargo run --release --example accuracy -- --json-lines linear_single_cause.jsonl
//! ```

mod case;
mod json_lines;
mod petshop;
mod published;
mod tally;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use case::Case;
use clap::Parser;
use etiology::{Confidence, Diagnosis, DiagnosisConfig, StructuralCausalModel};
use rayon::prelude::*;
use tally::{Outcome, Tally};

#[derive(Parser)]
#[command(about = "Counts how often each verdict names the true root cause of labelled faults")]
struct Arguments {
    /// A scenario of the PetShop benchmark: a folder with graph.csv, noissue, train and test
    #[arg(long, value_name = "FOLDER")]
    petshop: Vec<PathBuf>,
    /// A file with one simulated fault a line
    #[arg(long, value_name = "FILE")]
    json_lines: Vec<PathBuf>,
    /// Do not look at the rows before an event
    #[arg(long)]
    without_recent: bool,
    /// Also print what was found in each case
    #[arg(long)]
    verbose: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    for folder in &arguments.petshop {
        let scenario = petshop::read(folder)?;
        let outcomes = evaluate(&scenario, &arguments)?;
        for (title, part) in petshop::PARTS {
            report(&format!("{}, {title}", folder.display()), &outcomes, part);
        }
        println!("{}", published::PETSHOP);
    }
    for file in &arguments.json_lines {
        let outcomes = evaluate(&json_lines::read(file)?, &arguments)?;
        report(&file.display().to_string(), &outcomes, |_| true);
        println!("{}", published::LINEAR_SINGLE_CAUSE);
    }
    Ok(())
}

/// Diagnoses all cases, in parallel; the times are of one thread each, of a machine that is busy with the others.
fn evaluate(cases: &[Case], arguments: &Arguments) -> Result<Vec<Outcome>, Box<dyn Error>> {
    let outcomes: Vec<Result<Outcome, String>> = cases
        .par_iter()
        .map(|case| evaluate_one(case, arguments).map_err(|error| format!("{}: {error}", case.name)))
        .collect();
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    if arguments.verbose {
        outcomes.iter().for_each(|outcome| println!("{}", outcome.line()));
    }
    Ok(outcomes)
}

fn evaluate_one(case: &Case, arguments: &Arguments) -> etiology::Result<Outcome> {
    let begin = Instant::now();
    let assigned = StructuralCausalModel::new(case.graph.clone()).assign_mechanisms(&case.normal)?;
    if std::env::var("SHOW").is_ok() { println!("{}", assigned.assignment_report().unwrap()); }
    let model = assigned.fit(&case.normal)?;
    let fitting = begin.elapsed();
    let mut config = DiagnosisConfig::default();
    config.recent = case.recent.clone().filter(|_| !arguments.without_recent);
    let begin = Instant::now();
    let diagnosis = model.diagnose(&case.target, &case.event, &config)?;
    Ok(Outcome::new(case, &diagnosis, fitting, begin.elapsed()))
}

fn report(title: &str, outcomes: &[Outcome], part: impl Fn(&str) -> bool) {
    let outcomes: Vec<&Outcome> = outcomes.iter().filter(|outcome| part(&outcome.name)).collect();
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
    match diagnosis.confidence {
        Confidence::Clear => "clear",
        Confidence::Contested => "contested",
        _ => "thin",
    }
}
