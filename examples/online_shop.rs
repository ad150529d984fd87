//! A customer of a web shop waited far too long. Which of eleven services was to blame?
//!
//! Generates the latencies of 5 000 normal requests and of some slow ones, learns how each service's latency
//! follows from those of the services it calls, and attributes the slow request of customer 5. The data are written as
//! CSV files, for the examples `first_lines` and `service_latency`, into `target/shop` or the folder that is named. With `--lasting` all
//! requests are slow from some day on: which service changed, and what would it help to give it resources of another?
//!
//! ```text
//! cargo run --release --example online_shop
//! cargo run --release --example online_shop -- --lasting
//! cargo run --release --example online_shop -- --write-csv shop
//! ```

#[path = "shared/mistake.rs"]
mod mistake;
#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;
#[path = "shared/retail_shop.rs"]
mod retail_shop;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use etiology::change::ChangeConfig;
use etiology::intervention::{Intervention, InterventionConfig};
use etiology::{AttributionConfig, Dataset, StructuralCausalModel};
use mistake::{mistake, mistaken_arguments};

#[derive(Parser)]
#[command(about = "Finds the service that made a web shop's request slow")]
struct Arguments {
    /// Where normal.csv, slow_requests.csv and calls.csv are written; no other file of these names is written over
    #[arg(long, value_name = "FOLDER", default_value = "target/shop")]
    write_csv: PathBuf,
    /// Explain why a thousand requests are slow on average, and what shifting resources would do
    #[arg(long)]
    lasting: bool,
}

fn main() -> ExitCode {
    quiet_pipe::end_with_the_reader();
    match Arguments::try_parse() {
        Ok(arguments) => run(&arguments).map_or_else(|message| mistake(&message), |()| ExitCode::SUCCESS),
        Err(error) if error.use_stderr() => mistaken_arguments(&error),
        Err(help) => help.exit(),
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let sentence = |error: etiology::Error| error.to_string();
    let normal = retail_shop::normal_requests(5_000, 1).map_err(sentence)?;
    let slow = retail_shop::slow_requests(100, 2).map_err(sentence)?;
    write_csv(&arguments.write_csv, &normal, &slow)?;
    if arguments.lasting { explain_lasting(&normal) } else { explain(&normal, &slow) }.map_err(sentence)
}

fn explain(normal: &Dataset, slow: &Dataset) -> etiology::Result<()> {
    let unfitted = StructuralCausalModel::new(retail_shop::causal_graph()?).assign_mechanisms(normal)?;
    if let Some(report) = unfitted.assignment_report() {
        println!("Mechanisms, chosen by how well they predict normal requests that they have not seen:\n\n{report}");
    }
    let model = unfitted.fit(normal)?;
    let customer_5 = slow.row(5)?;
    let attribution = model.attribute_outlier(retail_shop::TARGET, &customer_5, &AttributionConfig::default())?;

    println!("Why did customer 5 wait? Latencies are in seconds, contributions in nats.\n");
    println!("{attribution}");
    println!("{}", attribution.to_bar_chart());
    let culprit = &attribution.ranked()[0];
    println!("Root cause: {} ({:.2} ± {:.3} nats).", culprit.node, culprit.value, culprit.std_error);
    Ok(())
}

fn explain_lasting(normal: &Dataset) -> etiology::Result<()> {
    let slow = retail_shop::slow_requests(1_000, 2)?;
    let unfitted = StructuralCausalModel::new(retail_shop::causal_graph()?).assign_mechanisms(normal)?;
    let change = unfitted.distribution_change(normal, &slow, retail_shop::TARGET, &ChangeConfig::default())?;
    println!("Why do customers wait longer on average? In seconds.\n\n{change}");
    let (caching, shipping) = ("Caching Service", "Shipping Cost Service");
    let shifted = Intervention::new().shift(caching, -1.0).shift(shipping, 2.0);
    let as_it_is = Intervention::new();
    let (model, config) = (unfitted.fit(&slow)?, InterventionConfig::default());
    let effect = model.average_causal_effect(retail_shop::TARGET, &shifted, &as_it_is, &config)?;
    println!("A second less of {caching} for two more of {shipping}: {effect} seconds.");
    Ok(())
}

fn write_csv(folder: &Path, normal: &Dataset, slow: &Dataset) -> Result<(), String> {
    let calls = retail_shop::CALLS.map(|(caller, callee)| format!("{caller},{callee}\n"));
    let calls = format!("caller,callee\n{}", calls.concat());
    let failed = |path: &Path, error: std::io::Error| format!("cannot write `{}`: {error}", path.display());
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for (name, text) in [("normal.csv", normal.to_csv()), ("slow_requests.csv", slow.to_csv()), ("calls.csv", calls)] {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(found) if found == text.as_bytes() => {}
            Ok(_) => {
                let path = path.display();
                return Err(format!(
                    "`{path}` is there already and holds something else: remove it, or name another folder with --write-csv"
                ));
            }
            Err(_) => File::create_new(&path)
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .map_err(|error| failed(&path, error))?,
        }
    }
    eprintln!("normal.csv, slow_requests.csv and calls.csv are in {}", folder.display());
    Ok(())
}
