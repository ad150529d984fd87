//! From traces to a verdict: reads traces of any format, derives known mechanisms from the calls, and explains the request
//! that was slowest. Without a file it makes up traces of a shop in which the last request has a slow `catalog-db`.
//!
//! ```text
//! cargo run --release --features traces --example slow_requests
//! cargo run --release --features traces --example slow_requests -- --write traces.jsonl --requests 10000
//! cargo run --release --features traces --example slow_requests -- traces.jsonl --target website
//! ```

#[path = "shared/otlp_messages.rs"]
mod otlp_messages;
#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;
#[path = "shared/synthetic_traces.rs"]
mod synthetic_traces;
#[path = "shared/trace_formats.rs"]
mod trace_formats;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Parser;
use etiology::AttributionConfig;
use etiology::traces::{TraceConfig, Traces};

/// Explains the slowest request of a file of traces
#[derive(Parser)]
struct Arguments {
    /// Traces of OTLP, Tempo, Jaeger or Zipkin; made-up traces by default
    file: Option<PathBuf>,
    /// The service that requests enter; its latency is explained
    #[arg(long, value_name = "SERVICE", default_value = "website")]
    target: String,
    /// Write made-up traces to this file instead, as Jaeger's JSON if its name ends in .json, as protobuf of OTLP if it ends in
    /// .pb, else as lines of OTLP JSON
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    write: Option<PathBuf>,
    /// How many made-up requests
    #[arg(long, value_name = "N", default_value_t = 1000)]
    requests: u64,
    /// Seed of the made-up requests
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    let arguments = Arguments::parse();
    if let Some(path) = &arguments.write {
        let mut file = BufWriter::new(File::create(path)?);
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => synthetic_traces::write_jaeger_document(&mut file, arguments.seed, arguments.requests, 1)?,
            Some("pb") => trace_formats::write_messages(&mut file, arguments.seed, arguments.requests, 1)?,
            _ => synthetic_traces::write_otlp_lines(&mut file, arguments.seed, arguments.requests, 1)?,
        }
        return Ok(file.flush()?);
    }
    let config = TraceConfig::default().with_root_service(&arguments.target);
    let traces = match &arguments.file {
        Some(path) => Traces::from_path(path, &config)?,
        None => {
            let mut made_up = Vec::new();
            synthetic_traces::write_otlp_lines(&mut made_up, arguments.seed, arguments.requests, 1)?;
            Traces::from_reader(made_up.as_slice(), &config)?
        }
    };
    explain_slowest(&traces, &arguments.target)
}

fn explain_slowest(traces: &Traces, target: &str) -> Result<(), Box<dyn Error>> {
    println!("{}\n", traces.report());
    for call in traces.causal_graph().dropped_calls() {
        println!("left out the call from `{}` to `{}`: {}", call.caller, call.callee, call.reason);
    }
    let (model, fits) = traces.known_model(0.05)?;
    for fit in &fits {
        let standing = if fit.known { "known" } else { "to be learned" };
        println!("{} = own time + {} ({standing}: off by {:.1} %)", fit.service, fit.formula, 100.0 * fit.error_share);
    }
    let latencies = traces.latencies();
    let target_latencies = latencies.column(target)?;
    let slowest = (0..latencies.rows()).max_by(|&a, &b| target_latencies[a].total_cmp(&target_latencies[b]));
    let slowest = slowest.ok_or("there are no requests")?;
    let fitted = model.assign_mechanisms(latencies)?.fit(latencies)?;
    let attribution = fitted.attribute_outlier(target, &latencies.row(slowest)?, &AttributionConfig::default())?;
    println!("\nslowest request: trace {}\n{attribution}", traces.trace_id(slowest).unwrap_or("without an identifier"));
    Ok(())
}
