//! The questions other than attribution: each is asked of one small system with a closed form.

mod answers;
mod mechanism_tests;
mod processor;
mod systems;

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use systems::System;

/// Answers one question and times it, for benches/dowhy/compare.py
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Which question
    #[arg(long, value_enum)]
    question: Question,
    /// Folder with old.csv, new.csv, edges.csv and formulas.json; for `mechanism-test` with a file for each change
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// Write these files, and do nothing else
    #[arg(long)]
    write_data: bool,
    /// The seed of the answer
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Answers to time
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    repeats: u64,
    /// With `--write-data` of `mechanism-test`: pairs of tables for each change
    #[arg(long, default_value_t = 100)]
    data_sets: usize,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Question {
    Change,
    RobustChange,
    Intervention,
    Effect,
    Counterfactual,
    UnitChange,
    Influence,
    ProductInfluence,
    ArrowStrength,
    Relevance,
    MechanismTest,
}

impl Question {
    /// What it is asked of; nothing for the test, which has tables of its own.
    fn system(self) -> Option<System> {
        match self {
            Self::MechanismTest => None,
            Self::Change | Self::RobustChange => Some(System::Chain),
            Self::ProductInfluence => Some(System::Product),
            _ => Some(System::Diamond),
        }
    }
}

/// Whether these arguments are about a question.
pub(crate) fn is_asked() -> bool {
    std::env::args().any(|argument| argument == "--question" || argument.starts_with("--question="))
}

/// Writes the data and says where, or gives what was found as one JSON object.
pub(crate) fn run(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    match (arguments.question.system(), arguments.write_data) {
        (Some(system), true) => system.write(&arguments.data),
        (Some(system), false) => Ok(answers::timed_answer(arguments, system)?.to_string()),
        (None, true) => mechanism_tests::write(&arguments.data, arguments.data_sets),
        (None, false) => Ok(mechanism_tests::p_values(&arguments.data)?.to_string()),
    }
}
