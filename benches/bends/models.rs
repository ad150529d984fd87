//! Models, traces and files that are made for the cases.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use etiology::mechanism::AssignmentConfig;
use etiology::traces::Traces;
use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, Observation, Result,
    StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use crate::{random_models, retail_shop};

fn noise(generator: &mut ChaCha8Rng) -> Result<NoiseDistribution> {
    let mut values = vec![0.0; 1_000];
    NoiseDistribution::exponential(0.1)?.sample_into(generator, &mut values);
    NoiseDistribution::empirical(&values)
}

/// A chain in which each node is nine tenths of the one before, with a noise of its own.
pub(crate) fn chain(nodes: usize) -> Result<random_models::Case> {
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
pub(crate) fn star(parents: usize, formula: impl Fn(Vec<String>) -> KnownFormula) -> Result<random_models::Case> {
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

pub(crate) fn shop_linear() -> Result<random_models::Case> {
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?);
    shop(model.assign_mechanisms_with(&normal, &AssignmentConfig::linear())?.fit(&normal)?)
}

pub(crate) fn shop_automatic() -> Result<random_models::Case> {
    let normal = retail_shop::normal_requests(5_000, 1)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?);
    shop(model.assign_mechanisms(&normal)?.fit(&normal)?)
}

/// The shop with trees at the five services that call more than one other or wait for the slowest.
pub(crate) fn shop_boosted() -> Result<random_models::Case> {
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
pub(crate) fn slowest(traces: &Traces, target: &str) -> Result<random_models::Case> {
    let (model, _) = traces.known_model(0.05)?;
    let latencies = traces.latencies();
    let of_target = latencies.column(target)?;
    let slowest = (0..latencies.rows()).max_by(|&a, &b| of_target[a].total_cmp(&of_target[b]));
    let fitted = model.assign_mechanisms(latencies)?.fit(latencies)?;
    let event = latencies.row(slowest.unwrap_or_default())?;
    Ok(random_models::Case { model: fitted, target: target.to_owned(), event })
}

/// Traces as lines of OTLP, in which each service calls five others: three at the same time, then one after the other.
pub(crate) fn traces_of_services(services: usize, traces: usize) -> String {
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
pub(crate) fn csv_file(rows: usize) -> std::io::Result<PathBuf> {
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
