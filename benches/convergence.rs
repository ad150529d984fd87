//! How the error of contributions falls with the number of samples, for Monte Carlo and for quasi-Monte Carlo banks.
//!
//! `cargo bench --bench convergence` prints one table per case: the root mean square error of all contributions over
//! several seeds, against a closed form where there is one and a far larger bank otherwise; the ratio of the two; how
//! large the stated standard errors are in comparison; and how often the truth lies within 1.96 of them.

use std::io::Write;

use clap::Parser;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Estimator, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, NoiseSampling, Observation, Result, ShapleyMethod, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

#[path = "../examples/shared/known_models.rs"]
#[expect(dead_code, reason = "the truths that it states are rounder than what is measured here")]
mod known_models;
#[path = "../examples/shared/retail_shop.rs"]
#[allow(dead_code, reason = "only the model and its outliers are needed here")]
mod retail_shop;

/// Measures how the error of contributions falls with the number of samples
#[derive(Parser)]
struct Arguments {
    /// Only cases whose name contains this
    #[arg(long, default_value = "")]
    case: String,
    /// Numbers of samples
    #[arg(long, value_delimiter = ',', default_values_t = [512, 2048, 8192, 32768])]
    samples: Vec<usize>,
    /// Repetitions of each
    #[arg(long, default_value_t = 40)]
    seeds: u64,
    /// Samples for the truth where it has no closed form
    #[arg(long, default_value_t = 1 << 20)]
    truth_samples: usize,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// One outlier, whose true contributions are known.
struct Case {
    name: String,
    model: FittedModel,
    target: String,
    observation: Observation,
    /// How to attribute it.
    config: AttributionConfig,
    /// What gives the truth: with the seed of the run for a closed form, so that the permutations are the same.
    truth: AttributionConfig,
    exact: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    for case in cases(arguments.truth_samples)?.iter().filter(|case| case.name.contains(&arguments.case)) {
        print_table(case, &arguments, &mut out)?;
    }
    Ok(())
}

fn print_table(case: &Case, arguments: &Arguments, out: &mut impl Write) -> Result<()> {
    let mut print = |line: String| writeln!(out, "{line}").expect("standard output takes a line");
    print(format!("\n{}", case.name));
    print("samples   rmse MC  rmse QMC  ratio | stated/actual MC   QMC | within 1.96 MC   QMC".to_owned());
    let truths = truths(case, arguments.seeds)?;
    for &samples in &arguments.samples {
        let measure =
            |sampling| measure(case, &truths, &case.config.clone().with_samples(samples).with_noise_sampling(sampling));
        let (plain, quasi) = (measure(NoiseSampling::MonteCarlo)?, measure(NoiseSampling::QuasiMonteCarlo)?);
        print(format!(
            "{samples:7} {:9.5} {:9.5} {:6.1} | {:16.2} {:5.2} | {:13.0}% {:4.0}%",
            plain.error,
            quasi.error,
            plain.error / quasi.error,
            plain.stated / plain.error,
            quasi.stated / quasi.error,
            100.0 * plain.covered,
            100.0 * quasi.covered,
        ));
    }
    Ok(())
}

/// What one kind of bank gave over all seeds and contributions.
struct Measured {
    /// Root mean square error, in nats.
    error: f64,
    /// Root mean square of the standard errors.
    stated: f64,
    /// The share of errors within 1.96 standard errors.
    covered: f64,
}

/// For each seed the true contributions, and the squares of the permutations' own standard errors.
fn truths(case: &Case, seeds: u64) -> Result<Vec<Vec<(f64, f64)>>> {
    let attribute = |seed| {
        let truth =
            case.model.attribute_outlier(&case.target, &case.observation, &case.truth.clone().with_seed(seed))?;
        Ok(contributions(case, &truth)
            .into_iter()
            .map(|(value, error)| (value, if case.exact { error * error } else { 0.0 }))
            .collect())
    };
    if case.exact {
        return (1..=seeds).map(attribute).collect();
    }
    // Another seed than those that are measured.
    Ok(vec![attribute(0)?; seeds as usize])
}

fn measure(case: &Case, truths: &[Vec<(f64, f64)>], config: &AttributionConfig) -> Result<Measured> {
    let (mut squares, mut stated, mut covered, mut count) = (0.0, 0.0, 0.0, 0.0);
    for (seed, truth) in (1..).zip(truths) {
        let config = config.clone().with_seed(seed);
        let attribution = case.model.attribute_outlier(&case.target, &case.observation, &config)?;
        for ((value, std_error), (exact, of_permutations)) in contributions(case, &attribution).into_iter().zip(truth) {
            // The truth has the same permutations, so only the bank's part of the standard error is tried.
            let variance = (std_error * std_error - of_permutations).max(0.0);
            squares += (value - exact).powi(2);
            stated += variance;
            covered += f64::from(u8::from((value - exact).abs() <= 1.96 * variance.sqrt() + 1e-9));
            count += 1.0;
        }
    }
    Ok(Measured { error: (squares / count).sqrt(), stated: (stated / count).sqrt(), covered: covered / count })
}

/// Values and standard errors by node.
fn contributions(_case: &Case, attribution: &Attribution) -> Vec<(f64, f64)> {
    let mut ranked: Vec<_> = attribution.ranked().iter().collect();
    ranked.sort_by(|a, b| a.node.cmp(&b.node));
    ranked.into_iter().map(|contribution| (contribution.value, contribution.std_error)).collect()
}

fn cases(truth_samples: usize) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for nodes in [5, 11, 20, 100] {
        cases.push(sum_of_normals(nodes, false)?);
    }
    for nodes in [5, 11, 20] {
        cases.push(sum_of_normals(nodes, true)?);
    }
    cases.push(shop(truth_samples)?);
    cases.extend(formulas(truth_samples)?);
    Ok(cases)
}

/// A random tree of sums that leads to the target, all noises normal; the culprit is the first node.
fn sum_of_normals(nodes: usize, counted: bool) -> Result<Case> {
    let generator = &mut ChaCha8Rng::seed_from_u64(nodes as u64);
    let name = |node: usize| format!("x{node}");
    let children: Vec<usize> =
        (0..nodes - 1).map(|node| generator.random_range(node + 1..nodes.min(node + 4))).collect();
    let std_devs: Vec<f64> = (0..nodes).map(|_| generator.random_range(0.3..1.5)).collect();
    let edges: Vec<(String, String)> =
        children.iter().enumerate().map(|(node, &child)| (name(node), name(child))).collect();
    let mut model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges((0..nodes).map(name), edges)?);
    let mut values = vec![0.0; nodes];
    let spread = std_devs.iter().map(|std_dev| std_dev * std_dev).sum::<f64>().sqrt();
    for node in 0..nodes {
        let noise = NoiseDistribution::normal(0.0, std_devs[node])?;
        let parents: Vec<usize> = (0..node).filter(|&parent| children[parent] == node).collect();
        let deviation = if node == 0 { 3.0 * spread } else { std_devs[node] * generator.random_range(-1.0..1.0) };
        values[node] = deviation + parents.iter().map(|&parent| values[parent]).sum::<f64>();
        model = if parents.is_empty() {
            model.with_mechanism(&name(node), noise)?
        } else {
            let sum = KnownFormula::weighted_sum(parents.iter().map(|&parent| (name(parent), 1.0)))?;
            model.with_mechanism(&name(node), AdditiveNoiseModel::known(sum).with_noise(noise))?
        };
    }
    let method = if nodes > 12 { ShapleyMethod::Permutations(10) } else { ShapleyMethod::Exact };
    let config = AttributionConfig::default().with_floor(1e-3).with_shapley_method(method);
    Ok(Case {
        name: format!("sum of {nodes} normal noises, {}", if counted { "hits counted" } else { "one integrated" }),
        model: model.without_fitting()?,
        target: name(nodes - 1),
        observation: Observation::new((0..nodes).map(name), values)?,
        truth: config.clone().with_feature_map(FeatureMap::UpperTail),
        config: config.with_estimator(Estimator::MonteCarlo).with_feature_map(if counted {
            FeatureMap::custom(|value| value)
        } else {
            FeatureMap::UpperTail
        }),
        exact: true,
    })
}

/// The retail shop: eleven nodes, linear with empirical noises.
fn shop(truth_samples: usize) -> Result<Case> {
    let normal = retail_shop::normal_requests(1_000, 3)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?).assign_mechanisms(&normal)?.fit(&normal)?;
    let config = AttributionConfig::default();
    Ok(Case {
        name: "retail shop: 11 empirical noises, linear, one integrated".to_owned(),
        model,
        target: retail_shop::TARGET.to_owned(),
        observation: retail_shop::slow_requests(1, 4)?.row(0)?,
        truth: config.clone().with_samples(truth_samples).with_noise_sampling(NoiseSampling::QuasiMonteCarlo),
        config,
        exact: false,
    })
}

fn formulas(truth_samples: usize) -> Result<Vec<Case>> {
    let case = |case: known_models::Case| {
        let config = AttributionConfig::default().with_feature_map(case.feature_map).with_floor(known_models::FLOOR);
        Case {
            name: case.name.to_owned(),
            model: case.model,
            target: case.target.to_owned(),
            observation: case.observation,
            truth: config.clone().with_samples(4 * truth_samples).with_noise_sampling(NoiseSampling::QuasiMonteCarlo),
            config,
            exact: false,
        }
    };
    Ok(known_models::all()?.into_iter().map(case).collect())
}
