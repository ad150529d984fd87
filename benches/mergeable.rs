//! A fit to more rows than memory: time per row, size of what is kept, memory, and coefficients against those of a fit in memory.
//!
//! `cargo bench --bench mergeable` adds requests of the retail shop (11 nodes, all mechanisms linear) in batches of 8 192 rows, on one
//! thread, and prints the seconds of the processor that adding took, without making the rows. `--rows 100000000` takes a hundred
//! million. The first of them (`--in-memory`) are also fitted by the library as one table.

use std::io::Write;
use std::time::Duration;

use clap::Parser;
use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig, KeyedSample, RowKeys};
use etiology::{AdditiveNoiseModel, Dataset, FittedModel, NoiseFamily, Result, StructuralCausalModel};
use peak_alloc::PeakAlloc;

#[path = "../examples/shared/retail_shop.rs"]
#[expect(dead_code, reason = "nothing is attributed here")]
mod retail_shop;

#[path = "shared/processor_time.rs"]
mod processor_time;

use processor_time::processor_time;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Measures fits to more rows than memory
#[derive(Parser)]
struct Arguments {
    /// Rows to add
    #[arg(long, default_value_t = 10_000_000)]
    rows: usize,
    /// As many of the first rows are fitted in memory
    #[arg(long, default_value_t = 1_000_000)]
    in_memory: usize,
    /// Rows of a batch
    #[arg(long, default_value_t = 8_192)]
    batch: usize,
    /// Rows of the sample
    #[arg(long, default_value_t = 65_536)]
    sample: usize,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let mut print = |line: String| writeln!(out, "{line}").expect("standard output takes a line");
    let model = linear_shop(NoiseFamily::Empirical)?;
    let config = FitAccumulatorConfig::default().with_sample_rows(arguments.sample);
    let mut accumulator = FitAccumulator::new(&model, config)?;
    let mut sample = KeyedSample::new(model.graph().nodes(), arguments.sample, 0)?;
    let (mut adding, mut sampling) = (Duration::ZERO, Duration::ZERO);
    let mut checked = None;
    let mut kept: Vec<Vec<f64>> = vec![Vec::new(); model.graph().node_count()];
    for (number, start) in (0..arguments.rows).step_by(arguments.batch).enumerate() {
        let rows = arguments.batch.min(arguments.rows - start);
        let batch = retail_shop::normal_requests(rows, number as u64)?;
        let keys: Vec<u64> = (start..start + rows).map(|row| row as u64).collect();
        let nodes: Vec<&str> = model.graph().nodes().collect();
        let columns: Vec<Vec<f64>> =
            nodes.iter().map(|node| batch.column(node).map(|column| column.to_vec())).collect::<Result<_>>()?;
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let began = processor_time();
        accumulator.add_columns(RowKeys::Numbers(&keys), &nodes, &columns)?;
        adding += processor_time() - began;
        let began = processor_time();
        sample.add_columns(RowKeys::Numbers(&keys), &columns)?;
        sampling += processor_time() - began;
        if start < arguments.in_memory {
            kept.iter_mut().zip(&columns).for_each(|(kept, column)| kept.extend(*column));
            if start + rows >= arguments.in_memory {
                let data = Dataset::from_columns(nodes.into_iter().zip(std::mem::take(&mut kept)))?;
                let (in_memory, merged) = (model.fit(&data)?, accumulator.fit()?);
                checked = Some((data.rows(), difference(&in_memory, &merged)?));
                // What the table took is none of the accumulator's.
                drop((data, in_memory, merged));
                MEMORY.reset_peak_usage();
            }
        }
    }
    let fitted = accumulator.fit()?;
    let bytes = accumulator.to_bytes()?;
    let per_row = |time: Duration| time.as_secs_f64() * 1e9 / accumulator.rows() as f64;
    print(format!("rows                      {}", accumulator.rows()));
    print(format!(
        "adding, a row             {:.1} ns, of which the sample {:.1} ns",
        per_row(adding),
        per_row(sampling)
    ));
    print(format!("state                     {} bytes, without a sample {}", bytes.len(), sums_alone(&model)?));
    print(format!("peak memory               {:.1} MB", MEMORY.peak_usage_as_mb()));
    print(format!("distance of the sample    {}", accumulator.sample().distance(retail_shop::TARGET, 0.95)?));
    print(format!("floor                     {:e}", fitted.default_floor()));
    if let Some((rows, difference)) = checked {
        print(format!("coefficients, {rows} rows against memory: largest difference {difference:e}"));
    }
    Ok(())
}

fn linear_shop(noise: NoiseFamily) -> Result<StructuralCausalModel> {
    let graph = retail_shop::causal_graph()?;
    let nodes: Vec<String> = graph.nodes().map(str::to_owned).collect();
    nodes.iter().try_fold(StructuralCausalModel::new(graph.clone()), |model, node| {
        match graph.parents(node)?.is_empty() {
            true => model.with_mechanism(node, noise),
            false => model.with_mechanism(node, AdditiveNoiseModel::linear()),
        }
    })
}

/// The largest difference of coefficients.
fn difference(one: &FittedModel, other: &FittedModel) -> Result<f64> {
    let mut largest: f64 = 0.0;
    for node in one.graph().nodes() {
        let (a, b) = (one.mechanism(node)?.coefficients(), other.mechanism(node)?.coefficients());
        let pairs = a.into_iter().flatten().zip(b.into_iter().flatten());
        largest = pairs.fold(largest, |largest, (a, b)| largest.max((a - b).abs()));
    }
    Ok(largest)
}

/// The bytes of a state of 100 000 rows with all sums that there may be, and two rows.
fn sums_alone(model: &StructuralCausalModel) -> Result<usize> {
    let mut accumulator = FitAccumulator::new(model, FitAccumulatorConfig::default().with_sample_rows(2))?;
    let data = retail_shop::normal_requests(100_000, 1)?;
    let names: Vec<&str> = data.names().iter().map(String::as_str).collect();
    let columns: Vec<Vec<f64>> =
        names.iter().map(|name| data.column(name).map(|column| column.to_vec())).collect::<Result<_>>()?;
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let keys: Vec<u64> = (0..100_000).collect();
    accumulator.add_columns(RowKeys::Numbers(&keys), &names, &columns)?;
    Ok(accumulator.to_bytes()?.len())
}
