//! A summary of many events: time per event, memory, size of what is kept, of the page and of the table.
//!
//! `cargo bench --bench summary` adds a million made-up events of 10 nodes and 3 category columns of 50 levels on one thread, and prints the seconds of the
//! processor that adding took, without making them. `--levels 100000` has as many levels in the first column; `--page page.html` writes the page.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use etiology::Result;
use etiology::report::SummaryReport;
use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};
use peak_alloc::PeakAlloc;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

#[path = "shared/processor_time.rs"]
mod processor_time;

use processor_time::processor_time;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const NODES: [&str; 10] =
    ["payment", "price", "quantity", "tax rate", "returns", "discount", "freight", "currency", "bank fee", "rounding"];
/// Events that are made at once.
const BATCH: usize = 10_000;

/// Measures summaries of many events
#[derive(Parser)]
struct Arguments {
    /// Events to add
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Levels of the first category column; the two others have 50
    #[arg(long, default_value_t = 50)]
    levels: usize,
    /// Parts that are merged through bytes
    #[arg(long, default_value_t = 4)]
    parts: usize,
    /// Writes the page here
    #[arg(long)]
    page: Option<PathBuf>,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// An event, apart from its levels.
struct Made {
    id: String,
    causes: [EventCause<'static>; 10],
    levels: [usize; 3],
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let mut print = |line: String| writeln!(out, "{line}").expect("standard output takes a line");
    let config = SummaryConfig::new("payment")
        .with_events_called("short invoices")
        .in_unit("EUR")
        .with_amounts_in("EUR")
        .by(["vendor", "region", "hour"]);
    let names: Vec<Vec<String>> = [("vendor", arguments.levels), ("region", 50), ("hour", 50)]
        .map(|(column, levels)| (0..levels).map(|level| format!("{column} {level}")).collect())
        .into();
    let mut parts = vec![EventSummary::new(config.clone())?; arguments.parts.max(1)];
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut adding = Duration::ZERO;
    for start in (0..arguments.events).step_by(BATCH) {
        let count = BATCH.min(arguments.events - start);
        let made: Vec<Made> =
            (start..start + count).map(|number| made(&mut random, number, arguments.levels)).collect();
        let part = (start / BATCH) % parts.len();
        let began = processor_time();
        for event in &made {
            let total: f64 = event.causes.iter().map(|cause| cause.value).sum();
            let levels = [0, 1, 2].map(|column| Some(names[column][event.levels[column]].as_str()));
            parts[part]
                .add(&SummarisedEvent::new(&event.id, total, &event.causes).with_amount(-total).with_levels(&levels))?;
        }
        adding += processor_time() - began;
    }
    let (bytes, writing) = timed(|| parts.iter().map(EventSummary::to_bytes).collect::<Result<Vec<_>>>());
    let bytes = bytes?;
    let mut whole = EventSummary::new(config)?;
    let (merged, merging) = timed(|| bytes.iter().try_for_each(|bytes| whole.merge_bytes(bytes)));
    merged?;
    let (summary, summing) = timed(|| whole.summary());
    let report = SummaryReport::new(&summary).with_link(|id| Some(format!("invoices/{id}.html")));
    let (page, paging) = timed(|| report.to_html());
    print(format!("events                  {}", whole.events()));
    print(format!(
        "adding, CPU             {:.2} s, {:.0} ns an event",
        adding.as_secs_f64(),
        per_event(adding, &arguments)
    ));
    print(format!("state in memory         {:.2} MB", whole.memory_bytes() as f64 / 1e6));
    print(format!("state as bytes          {:.2} MB", whole.to_bytes()?.len() as f64 / 1e6));
    print(format!("{} parts to bytes, CPU   {:.3} s", parts.len(), writing.as_secs_f64()));
    print(format!("merging them, CPU       {:.3} s", merging.as_secs_f64()));
    print(format!("figures, CPU            {:.3} s", summing.as_secs_f64()));
    print(format!("peak memory             {:.1} MB", MEMORY.peak_usage_as_mb()));
    print(format!("page                    {:.1} kB in {:.3} s", page.len() as f64 / 1e3, paging.as_secs_f64()));
    print(format!("table                   {:.1} kB", summary.to_string().len() as f64 / 1e3));
    print(format!("CSV                     {:.1} kB", summary.to_csv().len() as f64 / 1e3));
    if let Some(path) = arguments.page {
        etiology::files::write_file(&path, &page)?;
        print(format!("\n{summary}"));
    }
    Ok(())
}

/// Most come short by one node, which is the price at the third vendor; the others stray a little.
fn made(random: &mut ChaCha8Rng, number: usize, vendors: usize) -> Made {
    let levels = [random.random_range(0..vendors), random.random_range(0..50), random.random_range(0..50)];
    let main = if levels[0] == 2 && random.random_bool(0.7) { 1 } else { random.random_range(0..NODES.len()) };
    let causes = std::array::from_fn(|node| {
        let main = if node == main { random.random_range(0.0..80.0) } else { 0.0 };
        let value = random.random_range(-1.5..1.0) - main;
        EventCause { node: NODES[node], value, std_error: random.random_range(0.0..0.2) }
    });
    Made { id: format!("{:07}", 1_000_000 + number), causes, levels }
}

fn per_event(time: Duration, arguments: &Arguments) -> f64 {
    time.as_secs_f64() * 1e9 / arguments.events as f64
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = processor_time();
    let result = work();
    (result, processor_time() - began)
}
