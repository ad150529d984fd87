//! A customer of a web shop waited far too long. Which of eleven services was to blame?
//!
//! Generates the latencies of 5 000 normal requests and of some slow ones, learns how each service's latency
//! follows from those of the services it calls, and attributes the slow request of customer 5.
//!
//! ```text
//! cargo run --release --example online_shop
//! cargo run --release --example online_shop -- --write-csv shop
//! ```

#[path = "shared/csv_text.rs"]
mod csv_text;
#[path = "shared/retail_shop.rs"]
mod retail_shop;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use csv_text::to_csv;
use etiology::{AttributionConfig, Dataset, StructuralCausalModel};

#[derive(Parser)]
#[command(about = "Finds the service that made a web shop's request slow")]
struct Arguments {
    /// Also write normal.csv, slow_requests.csv and calls.csv into this folder, for `service_latency`
    #[arg(long, value_name = "FOLDER")]
    write_csv: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let slow = retail_shop::slow_requests(100, 2)?;
    if let Some(folder) = &arguments.write_csv {
        write_csv(folder, &normal, &slow)?;
    }

    let unfitted = StructuralCausalModel::new(retail_shop::causal_graph()?).assign_mechanisms(&normal)?;
    if let Some(report) = unfitted.assignment_report() {
        println!("Mechanisms, chosen by how well they predict normal requests that they have not seen:\n\n{report}");
    }
    let model = unfitted.fit(&normal)?;
    let customer_5 = slow.row(5)?;
    let attribution = model.attribute_outlier(retail_shop::TARGET, &customer_5, &AttributionConfig::default())?;

    println!("Why did customer 5 wait? Latencies are in seconds, contributions in nats.\n");
    println!("{attribution}");
    println!("{}", attribution.to_bar_chart());
    let culprit = &attribution.ranked()[0];
    println!("Root cause: {} ({:.2} ± {:.3} nats).", culprit.node, culprit.value, culprit.std_error);
    Ok(())
}

fn write_csv(folder: &Path, normal: &Dataset, slow: &Dataset) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("normal.csv"), to_csv(normal))?;
    fs::write(folder.join("slow_requests.csv"), to_csv(slow))?;
    let calls = retail_shop::CALLS.map(|(caller, callee)| format!("{caller},{callee}\n"));
    fs::write(folder.join("calls.csv"), format!("caller,callee\n{}", calls.concat()))?;
    eprintln!("wrote normal.csv, slow_requests.csv and calls.csv into {}", folder.display());
    Ok(())
}
