//! Is a verdict that is called strong to be trusted?
//!
//! Diagnoses faults whose cause is known, with right models and with wrong ones, and counts how often a verdict is called
//! strong, contested or thin, how often it names the right node then, and which findings announce a wrong model. With
//! `--petshop` the real faults of that benchmark's training part, too. `docs/trust.md` shows what it printed.
//!
//! ```text
//! cargo run --release --example trust -- --cases 100
//! cargo run --release --example trust -- --cases 0 --petshop petshop/low_traffic
//! ```

#[path = "../accuracy/case.rs"]
#[expect(dead_code, reason = "only who is right is counted here")]
mod case;
#[path = "../accuracy/petshop.rs"]
#[allow(dead_code, reason = "of its parts only one is read")]
mod petshop;
#[path = "../shared/quiet_pipe.rs"]
mod quiet_pipe;
mod tally;
#[path = "../shared/trust_cases/mod.rs"]
mod trust_cases;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Parser;
use etiology::{Diagnosis, DiagnosisConfig, StructuralCausalModel};
use rayon::prelude::*;
use serde::Serialize;
use tally::Tally;
use trust_cases::{Case, Class};

#[derive(Parser)]
#[command(about = "Counts how often verdicts that are called strong are wrong")]
struct Arguments {
    /// So many cases of each class; of trees, which are slow to learn, a quarter
    #[arg(long, default_value_t = 20)]
    cases: usize,
    /// The seed of the cases
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only classes with this in their name
    #[arg(long, value_name = "TEXT")]
    class: Option<String>,
    /// A scenario of the PetShop benchmark, whose training part is diagnosed
    #[arg(long, value_name = "FOLDER")]
    petshop: Option<PathBuf>,
    /// Write every diagnosis to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Print every verdict that is called strong and wrong
    #[arg(long)]
    verbose: bool,
}

/// A diagnosis with what would have been right.
#[derive(Serialize)]
struct Outcome {
    class: String,
    right: Vec<String>,
    is_right: bool,
    diagnosis: Diagnosis,
}

impl Outcome {
    fn new(class: &str, case: &Case, diagnosis: Diagnosis) -> Self {
        let is_right = case.is_right(&diagnosis);
        Self { class: class.to_owned(), right: case.right.clone(), is_right, diagnosis }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    let arguments = Arguments::parse();
    let mut json = arguments.json.as_ref().map(File::create).transpose()?.map(BufWriter::new);
    let mut tally = Tally::default();
    let mut count = |outcomes: Vec<Outcome>, has_right_model: bool| -> Result<(), Box<dyn Error>> {
        for outcome in &outcomes {
            if let Some(file) = &mut json {
                writeln!(file, "{}", serde_json::to_string(outcome)?)?;
            }
            if arguments.verbose && outcome.is_wrongly_strong() {
                println!("{}: right is {:?}\n{}", outcome.class, outcome.right, outcome.diagnosis);
            }
        }
        tally.add(&outcomes, has_right_model);
        Ok(())
    };
    let is_wanted = |class: &Class| arguments.class.as_ref().is_none_or(|text| class.to_string().contains(text));
    for class in Class::ALL.into_iter().filter(is_wanted) {
        let is_slow = class.to_string().starts_with("TreeLike");
        let cases =
            trust_cases::cases(class, arguments.seed, if is_slow { arguments.cases / 4 } else { arguments.cases })?;
        count(diagnosed(&class.to_string(), &cases), class.has_right_model())?;
    }
    if let Some(folder) = &arguments.petshop {
        count(of_petshop(folder)?, false)?;
    }
    println!("{tally}");
    Ok(())
}

/// Whoever gets an error is not misled, so such cases are left out of the count, but told.
fn diagnosed(class: &str, cases: &[Case]) -> Vec<Outcome> {
    let outcomes = cases.par_iter().enumerate().map(|(number, case)| {
        let config = DiagnosisConfig::default().with_counterfactuals(0);
        diagnose(case, &config)
            .map(|diagnosis| Outcome::new(class, case, diagnosis))
            .map_err(|error| format!("{class} {number}: {error}"))
    });
    let outcomes: Vec<Result<Outcome, String>> = outcomes.collect();
    let told = |outcome: Result<Outcome, String>| outcome.inspect_err(|error| eprintln!("refused: {error}")).ok();
    outcomes.into_iter().filter_map(told).collect()
}

fn diagnose(case: &Case, config: &DiagnosisConfig) -> etiology::Result<Diagnosis> {
    let model = StructuralCausalModel::new(case.graph.clone()).assign_mechanisms(&case.normal)?.fit(&case.normal)?;
    model.diagnose(&case.target, &case.event, config)
}

fn of_petshop(folder: &std::path::Path) -> Result<Vec<Outcome>, Box<dyn Error>> {
    let cases = petshop::read(folder)?;
    let training = cases.into_iter().filter(|case| case.name.starts_with("train"));
    let outcomes = training.map(|case| {
        let mut config = DiagnosisConfig::default();
        let event = case.event()?;
        config.recent = case.recent;
        let right = case.root_causes;
        let case = Case { graph: case.graph, normal: case.normal, event, target: case.target, right };
        let diagnosis = diagnose(&case, &config)?;
        Ok(Outcome::new("PetShop, training part", &case, diagnosis))
    });
    outcomes.collect()
}
