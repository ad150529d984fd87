//! The etiology side of the comparison with DoWhy: writes the data that both sides use, or times fits and attributions
//! of one event, or one answer to another question, and prints them as JSON.
//!
//! Started by `benches/dowhy/compare.py`. Without `--model` and `--question`, as in a plain `cargo bench`, it does nothing.

mod arguments;
#[path = "../../examples/shared/known_models.rs"]
#[allow(dead_code, reason = "one of the models, and not its true contributions: those hold for another floor")]
mod known_models;
mod measure;
mod models;
mod questions;
#[path = "../../examples/shared/retail_shop.rs"]
#[allow(dead_code, reason = "its graph is read from the file that both sides read")]
mod retail_shop;
mod write_data;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;

fn main() -> ExitCode {
    let has_work = std::env::args().any(|argument| argument == "--model" || argument.starts_with("--model="));
    let result = if questions::is_asked() {
        questions::run(&questions::Arguments::parse())
    } else if has_work {
        run(&Arguments::parse())
    } else {
        Ok("dowhy_side: driven by benches/dowhy/compare.py; nothing to do without its arguments".to_owned())
    };
    match result.and_then(|text| Ok(writeln!(std::io::stdout(), "{text}")?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    if arguments.write_data {
        return write_data::write(arguments.model, &arguments.data);
    }
    if arguments.assignment {
        return Ok(measure::assignment(arguments)?.to_string());
    }
    Ok(measure::measure(arguments)?.to_string())
}
