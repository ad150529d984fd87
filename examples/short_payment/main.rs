//! An invoice was paid short. Was it the quantity, the price, the tax or a return, and how much was each? And of a million invoices?
//!
//! The payer pays for what arrived, at the price agreed upon, less a discount, with tax, less what is credited for returns:
//!
//! ```text
//! goods    = units · price
//! discount = goods · discount rate
//! tax      = (goods − discount) · tax rate
//! payment  = goods − discount + tax − returns − bank fee
//! ```
//!
//! These formulas are known. **The story**: of a standing order that is invoiced every week, how far units, prices and so on usually stray is learned
//! from 2 000 payments made up here. Payments that came short for one reason each are explained in money, as shares of the distance from the
//! usual payment; in nats, as shares of how unusual it is; and against the invoice, to the cent.
//!
//! **The desk** (feature `parquet`): invoices unlike each other, from screws to machines, of many vendors and countries. Nothing is usual about them, but
//! each has an invoice beside its payment. What is short is the difference between the two, which the formulas split over the terms that
//! moved; order size and agreed price are the invoice's, and so not to blame. Invoices are streamed from a file of Parquet; every one gets its
//! amounts, and all of them a summary by cause, vendor and country. The faults that were built in stand in columns of their own, which nothing reads
//! but the count of how often the right one came first.
//!
//! ```text
//! cargo run --release --example short_payment
//! cargo run --release --example short_payment -- --reason returns
//! cargo run --release --features parquet --example short_payment -- --invoices 1000000 --page disputes.html
//! cargo run --release --features parquet --example short_payment -- --invoices 5000 --write invoices.parquet
//! cargo run --release --features parquet --example short_payment -- --explain invoices.parquet --out causes.csv
//! ```

#[cfg(feature = "parquet")]
#[path = "../shared/cost.rs"]
mod cost;
#[cfg(feature = "parquet")]
mod desk;
mod invoice;
#[path = "../shared/mistake.rs"]
mod mistake;
#[path = "../shared/quiet_pipe.rs"]
mod quiet_pipe;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser};
use invoice::Reason;
use mistake::{mistake, mistaken_arguments};

#[derive(Parser)]
#[command(
    about = "Explains payments that came short, in money and in nats: some in a story, or a million at a dispute desk"
)]
struct Arguments {
    /// Only the payment that came short for this reason
    #[arg(long, value_enum, conflicts_with = "Desk")]
    reason: Option<Reason>,
    #[command(flatten)]
    desk: Option<Desk>,
}

/// The dispute desk, with the feature `parquet`.
#[derive(Args)]
struct Desk {
    /// Make up so many invoices, and explain them unless they are only to be written
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    invoices: Option<u64>,
    /// Of what invoices are made up: the same ones for the same seed [default: 1]
    #[arg(long, requires = "invoices")]
    seed: Option<u64>,
    /// Where made-up invoices are written; alone, nothing is explained [default: target/disputes/invoices.parquet]
    #[arg(long, value_name = "FILE.parquet", requires = "invoices")]
    write: Option<PathBuf>,
    /// Explain the invoices of this file
    #[arg(long, value_name = "FILE.parquet", conflicts_with = "invoices")]
    explain: Option<PathBuf>,
    /// Where the amounts of every invoice are written, as Parquet or CSV by the name [default: target/disputes/causes.parquet]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the summary as a page
    #[arg(long, value_name = "FILE.html")]
    page: Option<PathBuf>,
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
    match &arguments.desk {
        None => story::tell(arguments.reason).map_err(|error| error.to_string()),
        #[cfg(feature = "parquet")]
        Some(desk) => desk::open(desk),
        #[cfg(not(feature = "parquet"))]
        Some(_) => Err("the desk reads and writes Parquet: build with `--features parquet`, as in \
                        `cargo run --release --features parquet --example short_payment -- --invoices 1000000`"
            .to_owned()),
    }
}
