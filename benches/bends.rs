//! Where the library bends: large, non-linear and automatic models, traces and files, each case a row of a table.
//!
//! ```text
//! cargo bench --features traces --bench bends -- --all
//! cargo bench --features traces --bench bends -- --case chain_2000 --runs 5
//! ```
//!
//! Each case is prepared, then done so many times: medians of the clock and of the processor's time over all threads, and the largest
//! memory of the whole process. `--runs 0` and `--runs 1` under valgrind differ by the instructions of one run. A plain
//! `cargo bench` does nothing here.

#[path = "shared/must.rs"]
mod must;
#[path = "shared/random_models.rs"]
#[expect(dead_code, reason = "of its kinds some are asked elsewhere")]
mod random_models;
#[path = "../examples/shared/retail_shop.rs"]
#[allow(dead_code, reason = "requests, and not who is at fault")]
mod retail_shop;
#[path = "../examples/shared/synthetic_traces.rs"]
mod synthetic_traces;

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use etiology::traces::{TraceConfig, Traces};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, DiagnosisConfig, FeatureMap, FittedModel,
    KnownFormula, NoiseDistribution, Observation, Result, ShapleyMethod, StructuralCausalModel,
};
use must::must;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use random_models::{Kind, usual_edges};

/// Measures where the library bends
#[derive(Parser)]
struct Arguments {
    /// Every case, each in a process of its own
    #[arg(long)]
    all: bool,
    /// One case
    #[arg(long, value_enum)]
    case: Option<Job>,
    /// How many times
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Job {
    /// 16 nodes with normal noises, exact
    #[value(name = "normal_16")]
    Normal16,
    /// A chain of 2 000 linear nodes with empirical noises
    #[value(name = "chain_2000")]
    Chain2000,
    /// `attribute_within` 50 ms, preparation included: the slowest of so many linear parents
    #[value(name = "star_300")]
    Star300,
    #[value(name = "star_1000")]
    Star1000,
    /// The same for the sum of so many linear parents
    #[value(name = "sum_300")]
    Sum300,
    #[value(name = "sum_1000")]
    Sum1000,
    /// 200 traces of 900 services: reading, deriving formulas, fitting, and the first estimate of an attribution
    #[value(name = "traces_900")]
    Traces900,
    /// Traces of 20 services with derived formulas, prepared, one event
    #[value(name = "traces_20")]
    Traces20,
    /// 38 nodes, half of them non-linear, 1 000 rows: mechanisms chosen automatically, fit and diagnosis
    #[value(name = "fitted_38")]
    Fitted38,
    /// Ten million rows of three columns from a file of CSV to a table
    #[value(name = "csv_10m")]
    Csv10m,
    /// 1 000 nodes, half of them non-linear, 25 permutations, 3 000 samples
    #[value(name = "mixed_1000")]
    Mixed1000,
    /// The shop with mechanisms chosen automatically, prepared, one event
    ShopAutomatic,
    /// The shop with boosted trees at five nodes, exact values
    ShopBoosted,
}

fn main() {
    if !std::env::args().any(|argument| argument == "--all" || argument.starts_with("--case")) {
        println!("bends: nothing to do without `--all` or `--case`");
        return;
    }
    let arguments = Arguments::parse();
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
    let mut work = job.prepared()?;
    let (mut clock, mut processor) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (began, before) = (Instant::now(), processor_time());
        work()?;
        clock.push(began.elapsed());
        processor.push(processor_time().saturating_sub(before));
    }
    let name = job.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    println!("{name:<18} {:>12.3} {:>14.3} {:>10.1}", median(clock), median(processor), peak_memory());
    Ok(())
}

/// In milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(f64::NAN, |time| 1e3 * time.as_secs_f64())
}

/// What all threads of this process have had of the processors. Linux only; of threads that ended nothing is known, and none does.
fn processor_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of_thread = |thread: std::fs::DirEntry| {
        let times = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        times.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or(0)
    };
    Duration::from_nanos(threads.map(of_thread).sum())
}

/// In megabytes.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).map_or(f64::NAN, |kb: f64| kb / 1e3)
}

type Work = Box<dyn FnMut() -> Result<()>>;

impl Job {
    /// What is measured, with all that it needs and that is not measured made before.
    fn prepared(self) -> Result<Work> {
        let default = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
        match self {
            Self::Normal16 => {
                let case = random_models::case(Kind::Normal, 16, usual_edges(16))?;
                Ok(event(case, default.with_shapley_method(ShapleyMethod::Exact)))
            }
            Self::Chain2000 => Ok(event(chain(2_000)?, default)),
            Self::Star300 => Ok(within(star(300, KnownFormula::maximum)?)),
            Self::Star1000 => Ok(within(star(1_000, KnownFormula::maximum)?)),
            Self::Sum300 => Ok(within(star(300, KnownFormula::sum)?)),
            Self::Sum1000 => Ok(within(star(1_000, KnownFormula::sum)?)),
            Self::Mixed1000 => {
                let case = random_models::case(Kind::Mixed, 1_000, usual_edges(1_000))?;
                let budget = default.with_samples(3_000).with_shapley_method(ShapleyMethod::Permutations(25));
                Ok(event(case, budget))
            }
            Self::ShopAutomatic => prepared_event(shop_automatic()?, default),
            Self::ShopBoosted => Ok(event(shop_boosted()?, default)),
            Self::Traces900 => {
                let text = traces_of_services(900, 200);
                Ok(Box::new(move || {
                    let config = TraceConfig::default().with_root_service("s000");
                    let traces = Traces::from_reader(text.as_bytes(), &config)?;
                    let case = slowest(&traces, "s000")?;
                    let attributor = case.model.attributor(&case.target, AttributionConfig::default())?;
                    let limit = Duration::from_millis(1);
                    black_box(attributor.attribute_within(&case.event, limit, || ControlFlow::Continue(()))?);
                    Ok(())
                }))
            }
            Self::Traces20 => {
                let mut text = Vec::new();
                synthetic_traces::write_otlp_lines(&mut text, 0, 1_000, 1)
                    .unwrap_or_else(|error| panic!("no file is written: {error}"));
                let config = TraceConfig::default().with_root_service("website");
                prepared_event(slowest(&Traces::from_reader(text.as_slice(), &config)?, "website")?, default)
            }
            Self::Fitted38 => {
                let case = random_models::case(Kind::Mixed, 38, usual_edges(38))?;
                let rows = case.model.draw_samples(1_000, 1)?;
                Ok(Box::new(move || {
                    let model = StructuralCausalModel::new(case.model.graph().clone());
                    let fitted = model.assign_mechanisms(&rows)?.fit(&rows)?;
                    black_box(fitted.diagnose(&case.target, &case.event, &DiagnosisConfig::default())?);
                    Ok(())
                }))
            }
            Self::Csv10m => {
                let path = csv_file(10_000_000).unwrap_or_else(|error| panic!("no file is written: {error}"));
                Ok(Box::new(move || {
                    black_box(Dataset::from_csv_path(&path)?);
                    Ok(())
                }))
            }
        }
    }
}

/// One event, from the fitted model on.
fn event(case: random_models::Case, config: AttributionConfig) -> Work {
    Box::new(move || {
        black_box(case.model.attribute_outlier(&case.target, black_box(&case.event), &config)?);
        Ok(())
    })
}

/// One event of an attributor that is there.
fn prepared_event(case: random_models::Case, config: AttributionConfig) -> Result<Work> {
    let attributor = case.model.attributor(&case.target, config)?;
    Ok(Box::new(move || {
        black_box(attributor.attribute(black_box(&case.event))?);
        Ok(())
    }))
}

/// The first answer within 50 ms, with what is prepared for it.
fn within(case: random_models::Case) -> Work {
    Box::new(move || {
        let attributor = case.model.attributor(&case.target, AttributionConfig::default())?;
        let limit = Duration::from_millis(50);
        black_box(attributor.attribute_within(&case.event, limit, || ControlFlow::Continue(()))?);
        Ok(())
    })
}

fn noise(generator: &mut ChaCha8Rng) -> Result<NoiseDistribution> {
    let mut values = vec![0.0; 1_000];
    NoiseDistribution::exponential(0.1)?.sample_into(generator, &mut values);
    NoiseDistribution::empirical(&values)
}

/// A chain in which each node is nine tenths of the one before, with a noise of its own.
fn chain(nodes: usize) -> Result<random_models::Case> {
    let generator = &mut ChaCha8Rng::seed_from_u64(nodes as u64);
    let name = |number: usize| format!("n{number:04}");
    let graph = CausalGraph::from_edges((1..nodes).map(|number| (name(number - 1), name(number))))?;
    let mut model = StructuralCausalModel::new(graph).with_mechanism(&name(0), noise(generator)?)?;
    for number in 1..nodes {
        let formula = KnownFormula::weighted_sum([(name(number - 1), 0.9)])?;
        let mechanism = AdditiveNoiseModel::known(formula).with_noise(noise(generator)?);
        model = model.with_mechanism(&name(number), mechanism)?;
    }
    let model = model.without_fitting()?;
    let mut values = Vec::with_capacity(nodes);
    for number in 0..nodes {
        let before: f64 = values.last().copied().unwrap_or(0.0);
        let slow = if number == nodes - 5 { 2.0 } else { 0.0 };
        values.push(0.9 * before + slow + generator.random_range(0.0..0.2));
    }
    let event = Observation::new((0..nodes).map(name), values)?;
    Ok(random_models::Case { model, target: name(nodes - 1), event })
}

/// So many independent parents of one node.
fn star(parents: usize, formula: impl Fn(Vec<String>) -> KnownFormula) -> Result<random_models::Case> {
    let generator = &mut ChaCha8Rng::seed_from_u64(parents as u64);
    let names: Vec<String> = (0..parents).map(|number| format!("p{number:04}")).collect();
    let graph = CausalGraph::from_edges(names.iter().map(|name| (name.clone(), "target".to_owned())))?;
    let formula = formula(names.clone());
    let mut model = StructuralCausalModel::new(graph)
        .with_mechanism("target", AdditiveNoiseModel::known(formula.clone()).with_noise(noise(generator)?))?;
    let mut values = Vec::with_capacity(parents);
    for name in &names {
        model = model.with_mechanism(name, noise(generator)?)?;
        values.push(generator.random_range(0.0..0.2));
    }
    values[7] = 5.0;
    let model = model.without_fitting()?;
    let value = model.mechanism("target")?.evaluate(&values, 0.1);
    let event = Observation::new(
        names.into_iter().chain(["target".to_owned()]),
        values.into_iter().chain([value]).collect::<Vec<f64>>(),
    )?;
    Ok(random_models::Case { model, target: "target".to_owned(), event })
}

fn shop_automatic() -> Result<random_models::Case> {
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?);
    shop(model.assign_mechanisms(&normal)?.fit(&normal)?)
}

/// The shop with trees at the five services that call more than one other or wait for the slowest.
fn shop_boosted() -> Result<random_models::Case> {
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let mut model = StructuralCausalModel::new(retail_shop::causal_graph()?).assign_mechanisms(&normal)?;
    for node in ["Caching Service", "Product Service", "API", "www", "Website"] {
        model = model.with_mechanism(node, AdditiveNoiseModel::boosted_trees())?;
    }
    shop(model.fit(&normal)?)
}

fn shop(model: FittedModel) -> Result<random_models::Case> {
    let event = retail_shop::slow_requests(100, 2)?.row(5)?;
    Ok(random_models::Case { model, target: retail_shop::TARGET.to_owned(), event })
}

/// The slowest request of traces, with formulas derived from them.
fn slowest(traces: &Traces, target: &str) -> Result<random_models::Case> {
    let (model, _) = traces.known_model(0.05)?;
    let latencies = traces.latencies();
    let of_target = latencies.column(target)?;
    let slowest = (0..latencies.rows()).max_by(|&a, &b| of_target[a].total_cmp(&of_target[b]));
    let fitted = model.assign_mechanisms(latencies)?.fit(latencies)?;
    let event = latencies.row(slowest.unwrap_or_default())?;
    Ok(random_models::Case { model: fitted, target: target.to_owned(), event })
}

/// Traces as lines of OTLP, in which each service calls five others: three at the same time, then one after the other.
fn traces_of_services(services: usize, traces: usize) -> String {
    let generator = &mut ChaCha8Rng::seed_from_u64(services as u64);
    let mut text = String::new();
    for trace in 0..traces {
        let mut spans = vec![(0_u64, 0_u64); services];
        serve(0, 1_000_000 * (1 + trace as u64), &mut spans, generator);
        text.push_str("{\"resourceSpans\":[");
        for (number, (start, end)) in spans.into_iter().enumerate() {
            let parent = if number == 0 { String::new() } else { format!("{:016x}", (number - 1) / 5 + 1) };
            let comma = if number == 0 { "" } else { "," };
            let _ = write!(
                text,
                "{comma}{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"s{number:03}\"}}}}]}},\
                 \"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"{:032x}\",\"spanId\":\"{:016x}\",\"parentSpanId\":\"{parent}\",\
                 \"name\":\"GET /\",\"kind\":2,\"startTimeUnixNano\":\"{}\",\"endTimeUnixNano\":\"{}\"}}]}}]}}",
                trace + 1,
                number + 1,
                start * 1_000,
                end * 1_000
            );
        }
        text.push_str("]}\n");
    }
    text
}

/// When a service that is called now answers.
fn serve(service: usize, now: u64, spans: &mut [(u64, u64)], generator: &mut ChaCha8Rng) -> u64 {
    let mut end = now + (-500.0 * (1.0 - generator.random::<f64>()).ln()) as u64 + 100;
    let calls: Vec<usize> = (5 * service + 1..5 * service + 6).filter(|&call| call < spans.len()).collect();
    let (together, others) = calls.split_at(calls.len().min(3));
    end = together.iter().map(|&call| serve(call, end, spans, generator)).max().unwrap_or(end);
    for &call in others {
        end = serve(call, end, spans, generator);
    }
    spans[service] = (now, end);
    end
}

/// A file of three columns, made once.
fn csv_file(rows: usize) -> std::io::Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("etiology_bends_{rows}.csv"));
    if path.exists() {
        return Ok(path);
    }
    let generator = &mut ChaCha8Rng::seed_from_u64(1);
    let part = path.with_extension("part");
    let mut file = BufWriter::new(std::fs::File::create(&part)?);
    writeln!(file, "db,cache,api")?;
    for _ in 0..rows {
        let (db, cache): (f64, f64) = (generator.random(), generator.random());
        writeln!(file, "{db:.6},{cache:.6},{:.6}", db + cache + 0.1 * generator.random::<f64>())?;
    }
    file.flush()?;
    std::fs::rename(part, &path)?;
    Ok(path)
}
