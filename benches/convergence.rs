//! How the error of contributions falls with the number of samples, for Monte Carlo and for quasi-Monte Carlo banks.
//!
//! `cargo bench --bench convergence` prints one table per case: the root mean square error of all contributions over
//! several seeds, against a closed form where there is one and a far larger bank otherwise; the ratio of the two; how
//! large the stated standard errors are in comparison; and how often the truth lies within 1.96 of them.

use std::io::Write;

use clap::Parser;
use etiology::attribution::{Estimator, NoiseSampling};
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula, NoiseDistribution,
    Observation, Result, ShapleyMethod, StructuralCausalModel,
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
    #[arg(long, default_value_t = 24)]
    seeds: u64,
    /// Samples for the truth where it has no closed form
    #[arg(long, default_value_t = 1 << 19)]
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
    /// What gives the truth.
    truth: AttributionConfig,
    has_closed_form: bool,
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
        let measure = |sampling| {
            let config = case.config.clone().with_samples(samples).with_noise_sampling(sampling);
            measure(case, &truths, &config)
        };
        let (plain, quasi) = (measure(NoiseSampling::MonteCarlo)?, measure(NoiseSampling::QuasiMonteCarlo)?);
        let errors = format!("{samples:7} {:9.5} {:9.5} {:6.1}", plain.error, quasi.error, plain.error / quasi.error);
        let (plain_stated, quasi_stated) = (plain.stated / plain.error, quasi.stated / quasi.error);
        let stated = format!(
            "{plain_stated:16.2} {quasi_stated:5.2} | {:13.0}% {:4.0}%",
            100.0 * plain.covered,
            100.0 * quasi.covered
        );
        // Errors of permutations are in the truth as well, so what is stated of them cannot be tried.
        print(if case.with_permutations() { errors } else { format!("{errors} | {stated}") });
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

/// The true contributions for each seed.
fn truths(case: &Case, seeds: u64) -> Result<Vec<Vec<f64>>> {
    let truth =
        |seed| Ok(contributions(case, &case.truth.clone().with_seed(seed))?.into_iter().map(|(value, _)| value));
    if case.has_closed_form {
        // The seed of the run: the permutations are the same, so only the bank's error is left.
        return (1..=seeds).map(|seed| Ok(truth(seed)?.collect())).collect();
    }
    // Another seed than those that are measured.
    Ok(vec![truth(0)?.collect(); seeds as usize])
}

fn measure(case: &Case, truths: &[Vec<f64>], config: &AttributionConfig) -> Result<Measured> {
    let (mut squares, mut stated, mut covered, mut count) = (0.0, 0.0, 0.0, 0.0);
    for (seed, truth) in (1..).zip(truths) {
        for ((value, std_error), exact) in contributions(case, &config.clone().with_seed(seed))?.into_iter().zip(truth)
        {
            squares += (value - exact).powi(2);
            stated += std_error * std_error;
            covered += f64::from(u8::from((value - exact).abs() <= 1.96 * std_error + 1e-9));
            count += 1.0;
        }
    }
    Ok(Measured { error: (squares / count).sqrt(), stated: (stated / count).sqrt(), covered: covered / count })
}

/// Values and standard errors by node.
fn contributions(case: &Case, config: &AttributionConfig) -> Result<Vec<(f64, f64)>> {
    let attribution = case.model.attribute_outlier(&case.target, &case.observation, config)?;
    let mut ranked: Vec<_> = attribution.ranked().iter().collect();
    ranked.sort_by(|a, b| a.node.cmp(&b.node));
    Ok(ranked.into_iter().map(|contribution| (contribution.value, contribution.std_error)).collect())
}

impl Case {
    fn with_permutations(&self) -> bool {
        matches!(self.config.effort.shapley_method, ShapleyMethod::Permutations(_))
    }
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
    cases.push(slowest_calls(truth_samples)?);
    cases.extend(formulas(truth_samples)?);
    Ok(cases)
}

/// A random tree that leads to its last node, whose nodes add noise to a formula of their parents; the first is the
/// culprit, three standard deviations of the sum of all noises out.
fn tree(
    nodes: usize,
    formula: impl Fn(Vec<String>) -> Result<KnownFormula>,
    noise: impl Fn(f64) -> Result<NoiseDistribution>,
) -> Result<(FittedModel, Observation)> {
    let generator = &mut ChaCha8Rng::seed_from_u64(nodes as u64);
    let children: Vec<usize> =
        (0..nodes - 1).map(|node| generator.random_range(node + 1..nodes.min(node + 4))).collect();
    let scales: Vec<f64> = (0..nodes).map(|_| generator.random_range(0.3..1.5)).collect();
    let edges = children.iter().enumerate().map(|(node, &child)| (name(node), name(child)));
    let mut model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges((0..nodes).map(name), edges)?);
    let spread = scales.iter().map(|scale| scale * scale).sum::<f64>().sqrt();
    let mut values: Vec<f64> = Vec::new();
    for (node, &scale) in scales.iter().enumerate() {
        let noise = noise(scale)?;
        let deviation = if node == 0 { 3.0 * spread } else { scale * generator.random_range(-1.0..1.0) };
        let parents: Vec<usize> = (0..node).filter(|&parent| children[parent] == node).collect();
        values.push(noise.mean() + deviation + parents.iter().map(|&parent| values[parent]).sum::<f64>());
        let name = name(node);
        model = if parents.is_empty() {
            model.with_mechanism(&name, noise)?
        } else {
            let formula = formula(parents.into_iter().map(self::name).collect())?;
            model.with_mechanism(&name, AdditiveNoiseModel::known(formula).with_noise(noise))?
        };
    }
    Ok((model.without_fitting()?, Observation::new((0..nodes).map(name), values)?))
}

fn name(node: usize) -> String {
    format!("x{node}")
}

fn sum_of_normals(nodes: usize, counted: bool) -> Result<Case> {
    let sum = |parents: Vec<String>| Ok(KnownFormula::sum(parents));
    let (model, observation) = tree(nodes, sum, |scale| NoiseDistribution::normal(0.0, scale))?;
    let method = if nodes > 12 { ShapleyMethod::Permutations(10) } else { ShapleyMethod::Exact };
    let config = AttributionConfig::default().with_floor(1e-3).with_shapley_method(method);
    // Nothing is known of a closure.
    let feature_map = if counted { FeatureMap::custom(|value| value) } else { FeatureMap::UpperTail };
    Ok(Case {
        name: format!("sum of {nodes} normal noises, {}", if counted { "hits counted" } else { "one integrated" }),
        model,
        target: name(nodes - 1),
        observation,
        truth: config.clone().with_feature_map(FeatureMap::UpperTail),
        config: config.with_estimator(Estimator::MonteCarlo).with_feature_map(feature_map),
        has_closed_form: true,
    })
}

/// Each node waits for the slowest of those it calls and adds a time of its own.
fn slowest_calls(truth_samples: usize) -> Result<Case> {
    let slowest = |parents: Vec<String>| Ok(KnownFormula::maximum(parents));
    let (model, observation) = tree(11, slowest, |scale| NoiseDistribution::gamma(2.0, scale))?;
    // Times add up in the observation where only the slowest counts, so all others are a little late too.
    let config = AttributionConfig::default().with_floor(1e-3).with_feature_map(FeatureMap::UpperTail);
    Ok(Case {
        name: "slowest calls: 11 gamma noises, maxima".to_owned(),
        model,
        target: name(10),
        observation,
        truth: config.clone().with_samples(truth_samples).with_noise_sampling(NoiseSampling::QuasiMonteCarlo),
        config,
        has_closed_form: false,
    })
}

/// The retail shop: eleven nodes, linear with empirical noises.
fn shop(truth_samples: usize) -> Result<Case> {
    let normal = retail_shop::normal_requests(1_000, 3)?;
    let model = StructuralCausalModel::new(retail_shop::causal_graph()?)
        .assign_mechanisms_with(&normal, &AssignmentConfig::linear())?
        .fit(&normal)?;
    let config = AttributionConfig::default();
    Ok(Case {
        name: "retail shop: 11 empirical noises, linear, one integrated".to_owned(),
        model,
        target: retail_shop::TARGET.to_owned(),
        observation: retail_shop::slow_requests(1, 4)?.row(0)?,
        truth: config.clone().with_samples(truth_samples).with_noise_sampling(NoiseSampling::QuasiMonteCarlo),
        config,
        has_closed_form: false,
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
            has_closed_form: false,
        }
    };
    Ok(known_models::all()?.into_iter().map(case).collect())
}
