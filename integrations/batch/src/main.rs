//! Root causes of millions of events in files: on one machine, or on the executors of a Ballista cluster.
//!
//! ```text
//! etiology-batch fit --rows 'normal/*.parquet' --key id --graph edges.csv --out shop.etiology
//! etiology-batch attribute --events 'slow/*.parquet' --model shop.etiology --target Website --out causes.parquet
//! etiology-batch summarise --causes causes.parquet --id id --by region --page summary.html
//! etiology-batch change --before 'may/*.parquet' --after 'june/*.parquet' --key id --graph edges.csv --target Website
//! ```
//!
//! A cluster is one scheduler and as many executors as there are machines, all of this program, which see the same files under the same
//! paths:
//!
//! ```text
//! etiology-batch scheduler --bind 10.0.0.1:50050
//! etiology-batch executor --scheduler 10.0.0.1:50050 --bind 10.0.0.2:50051
//! etiology-batch attribute --cluster 10.0.0.1:50050 …
//! ```
//!
//! With the feature `s3`, rows and events are read from `s3://bucket/…`, too, by what the environment says in `AWS_ACCESS_KEY_ID` and its like.
//!
//! Every row has the bits that the library gives it, in however many partitions and on however many machines. Results are files or on
//! standard output, messages and progress on standard error. A mistake ends with exit code 2 and one line.

mod attribute;
mod change;
mod cluster;
mod collect;
mod engine;
mod fit;
mod format;
mod input;
#[path = "../../../examples/shared/mistake.rs"]
mod mistake;
mod pages;
mod parts;
mod patience;
mod progress;
mod summarise;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Whatever goes wrong, said in one line.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Failure>;

#[derive(Parser)]
#[command(name = "etiology-batch", about = "Root causes of millions of events in files, on one machine or a cluster")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fits a model to more rows than memory
    Fit(fit::Arguments),
    /// Explains every event of some files
    Attribute(attribute::Arguments),
    /// Says what caused the events that were explained
    Summarise(summarise::Arguments),
    /// Says why the distribution of a node changed between two spans of rows
    Change(change::Arguments),
    /// Takes queries and gives their parts to executors
    Scheduler(cluster::SchedulerArguments),
    /// Computes parts of queries for a scheduler
    Executor(cluster::ExecutorArguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return mistake::mistaken_arguments(&error),
        Err(help) => help.exit(),
    };
    // Plans of queries are deeply nested, and the engine walks them by recursion.
    const STACK: usize = 16 << 20;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build() {
        Ok(runtime) => runtime,
        Err(error) => return mistake::mistake(&error.to_string()),
    };
    let done = runtime.block_on(async {
        tokio::select! {
            done = run(arguments.command) => Some(done),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    match done {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(failure)) => mistake::mistake(&failure.to_string()),
        None => ExitCode::from(130),
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Fit(arguments) => fit::run(&arguments).await,
        Command::Attribute(arguments) => attribute::run(&arguments).await,
        Command::Summarise(arguments) => summarise::run(&arguments).await,
        Command::Change(arguments) => change::run(&arguments).await,
        Command::Scheduler(arguments) => cluster::schedule(&arguments).await,
        Command::Executor(arguments) => cluster::execute(&arguments).await,
    }
}
