//! Where the library bends: large, non-linear and automatic models, traces and files, each case a row of a table.
//!
//! ```text
//! cargo bench --features traces --bench bends -- --all
//! cargo bench --features traces --bench bends -- --case chain_2000 --runs 5
//! cargo bench --features traces --bench bends -- --growth > growth.csv; python3 benches/bends/plots.py growth.csv docs
//! ```
//!
//! Each case is prepared, then done so many times: medians of the clock and of the processor's time over all threads, and the largest
//! memory of the whole process. `--runs 0` and `--runs 1` under valgrind differ by the instructions of one run. A plain
//! `cargo bench` does nothing here.

mod cases;
mod growth;
mod models;
#[path = "../shared/must.rs"]
mod must;
mod process;
#[path = "../shared/random_models.rs"]
mod random_models;
#[path = "../../examples/shared/retail_shop.rs"]
#[allow(dead_code, reason = "requests, and not who is at fault")]
mod retail_shop;
#[path = "../../examples/shared/synthetic_traces.rs"]
mod synthetic_traces;

use std::process::Command;
use std::time::{Duration, Instant};

use cases::{Job, Work};
use clap::{Parser, ValueEnum};
use etiology::Result;
use must::must;
use process::{median, peak_memory, processor_time};

/// Measures where the library bends
#[derive(Parser)]
struct Arguments {
    /// Every case, each in a process of its own
    #[arg(long)]
    all: bool,
    /// One case
    #[arg(long, value_enum)]
    case: Option<Job>,
    /// How cost grows with nodes, functions, samples and rows, as CSV
    #[arg(long)]
    growth: bool,
    /// How many times
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let is_asked = |argument: String| argument == "--all" || argument == "--growth" || argument.starts_with("--case");
    if !std::env::args().any(is_asked) {
        println!("bends: nothing to do without `--all`, `--case` or `--growth`");
        return;
    }
    let arguments = Arguments::parse();
    if arguments.growth {
        return must(growth::print(arguments.runs));
    }
    println!("{:<18} {:>12} {:>14} {:>10}", "case", "clock, ms", "processor, ms", "peak, MB");
    match arguments.case {
        Some(job) => must(measure(job, arguments.runs)),
        None => in_processes(arguments.runs),
    }
}

/// Every case in a process of its own, as memory is that of the whole process.
fn in_processes(runs: usize) {
    let program = std::env::current_exe().unwrap_or_else(|error| panic!("no way to start another process: {error}"));
    for job in Job::value_variants() {
        let name = job.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let output = Command::new(&program).args(["--case", &name, "--runs", &runs.to_string()]).output();
        match output {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout);
                text.lines().skip(1).for_each(|line| println!("{line}"));
            }
            Err(error) => println!("{name}: {error}"),
        }
    }
}

fn measure(job: Job, runs: usize) -> Result<()> {
    let Spent { clock, processor } = spent(&mut job.prepared()?, runs)?;
    let name = job.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    println!("{name:<18} {clock:>12.3} {processor:>14.3} {:>10.1}", peak_memory());
    Ok(())
}

/// Medians, in milliseconds.
struct Spent {
    clock: f64,
    processor: f64,
}

fn spent(work: &mut Work, runs: usize) -> Result<Spent> {
    let (mut clock, mut processor): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (began, before) = (Instant::now(), processor_time());
        work()?;
        clock.push(began.elapsed());
        processor.push(processor_time().saturating_sub(before));
    }
    Ok(Spent { clock: median(clock), processor: median(processor) })
}
