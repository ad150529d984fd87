//! How often is the true root cause named first?
//!
//! Runs every verdict on labelled faults: real ones in the layout of the PetShop benchmark, and simulated ones, in JSON
//! lines or made on the spot. A tie counts by expectation, as if it were broken at random. Nothing is tuned on these labels: every setting is
//! the default.
//!
//! ```text
//! cargo run --release --example accuracy -- --simulated 20
//! cargo run --release --example accuracy -- --petshop petshop/low_traffic
//! cargo run --release --example accuracy -- --json-lines linear_single_cause.jsonl
//! ```

mod case;
mod json_lines;
mod petshop;
mod published;
#[path = "../shared/quiet_pipe.rs"]
mod quiet_pipe;
mod simulated;
mod tally;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use case::Case;
use clap::Parser;
use etiology::findings::Strength;
use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, Diagnosis, DiagnosisConfig, ShapleyMethod, StructuralCausalModel};
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
    /// So many simulated faults of each kind of mechanism
    #[arg(long, value_name = "CASES", default_value_t = 0)]
    simulated: usize,
    /// The seed of the simulated faults
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
    /// Also print what was found in each case
    #[arg(long)]
    verbose: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    let arguments = Arguments::parse();
    for folder in &arguments.petshop {
        let scenario = petshop::read(folder)?;
        let outcomes = evaluate(&scenario, &arguments)?;
        for (title, part) in petshop::PARTS {
            report(&format!("{}, {title}", folder.display()), &outcomes, part);
        }
        println!("{}", published::PETSHOP);
    }
    if arguments.simulated > 0 {
        let cases = simulated::cases(arguments.simulated, arguments.seed)?;
        let outcomes = evaluate(&cases, &arguments)?;
        for kind in simulated::kinds() {
            report(&format!("simulated, {kind}"), &outcomes, |name| name.starts_with(&kind));
        }
        report("simulated, all", &outcomes, |_| true);
        println!("{}", published::NON_LINEAR);
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
    let assignment = if arguments.linear { AssignmentConfig::linear() } else { AssignmentConfig::default() };
    let model = StructuralCausalModel::new(case.graph.clone())
        .assign_mechanisms_with(&case.normal, &assignment)?
        .fit(&case.normal)?;
    let fitting = begin.elapsed();
    let mut config = DiagnosisConfig::default();
    if arguments.thorough {
        config.attribution = AttributionConfig::default().with_shapley_method(ShapleyMethod::Permutations(100));
    }
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
    match diagnosis.strength {
        Strength::Strong => "strong",
        Strength::Contested => "contested",
        _ => "thin",
    }
}
