//! The stated errors of sampled changes, against a truth that plain code draws for itself: models that are neither linear nor normal.
//!
//! `TRUTH_DRAWS=100000000 COVERAGE_SEEDS=200 cargo test --release --test truth change_errors -- --nocapture` takes the truth from so many
//! draws, asks with so many seeds, and tells the figures.

mod classes;
mod plain;

use etiology::change::{ChangeConfig, EngineName, Functional};
use etiology::{AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, StructuralCausalModel};

use self::plain::{Density, Mechanisms, REPETITIONS, densities};
use super::structure::shapley;
use super::two_tables::{is_within, number};

type OfDensities = fn(&Density, &Density) -> f64;

const THRESHOLD: f64 = 3.0;

const OLD: Mechanisms = Mechanisms { mean: 1.0, slope: 0.5, high: 1.0, factor: 1.0, shift: 0.0, std_dev: 0.7 };
/// All is another.
const FAR: Mechanisms = Mechanisms { mean: 1.4, slope: 0.8, high: 1.5, factor: 1.2, shift: -0.5, std_dev: 0.9 };
/// All is another, but hardly.
const NEAR: Mechanisms = Mechanisms { mean: 1.05, slope: 0.55, high: 1.1, factor: 1.0, shift: -0.1, std_dev: 0.72 };

fn model(mechanisms: Mechanisms) -> FittedModel {
    let y = KnownFormula::new(["x"], move |parents| mechanisms.y(parents[0]));
    let z = KnownFormula::new(["x", "y"], move |parents| mechanisms.z(parents[0], parents[1]));
    let of_y = NoiseDistribution::uniform(-1.0, mechanisms.high).unwrap();
    let of_z = NoiseDistribution::normal(0.0, mechanisms.std_dev).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("x", "y"), ("x", "z"), ("y", "z")]).unwrap())
        .with_mechanism("x", NoiseDistribution::exponential(mechanisms.mean).unwrap())
        .and_then(|model| model.with_mechanism("y", AdditiveNoiseModel::known(y).with_noise(of_y)))
        .and_then(|model| model.with_mechanism("z", AdditiveNoiseModel::known(z).with_noise(of_z)))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn mean_of_largest(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    let most = samples.len() / 10;
    sorted.select_nth_unstable_by(most, |a, b| b.total_cmp(a));
    sorted[..most].iter().sum::<f64>() / most as f64
}

fn asked() -> Vec<(Functional, OfDensities)> {
    vec![
        (Functional::Mean, |_, new| new.mean()),
        (Functional::Variance, |_, new| new.variance()),
        (Functional::AboveThreshold(THRESHOLD), |_, new| new.above(THRESHOLD)),
        (Functional::Quantile(0.5), |_, new| new.quantile(0.5)),
        (Functional::Quantile(0.95), |_, new| new.quantile(0.95)),
        (Functional::KullbackLeibler, |old, new| old.kullback_leibler(new)),
        (Functional::JensenShannon, |old, new| old.jensen_shannon(new)),
        (Functional::Wasserstein, |old, new| old.wasserstein(new)),
        (Functional::custom(mean_of_largest), |_, new| new.mean_of_largest()),
    ]
}

/// A figure and its standard error.
type Figure = (f64, f64);

/// The parts of x, y and z of a change, and the whole change.
fn truths(worlds: &[Vec<Density>], of: OfDensities) -> Vec<Figure> {
    let of_world = |world: &Vec<Density>| {
        let worth: Vec<f64> = world.iter().map(|new| of(&world[0], new)).collect();
        let mut parts = shapley(&worth);
        parts.push(worth[7] - worth[0]);
        parts
    };
    let all: Vec<Vec<f64>> = worlds.iter().map(of_world).collect();
    let count = all.len() as f64;
    (0..4)
        .map(|part| {
            let mean = all.iter().map(|parts| parts[part]).sum::<f64>() / count;
            let squares: f64 = all.iter().map(|parts| (parts[part] - mean).powi(2)).sum();
            (mean, (squares / count / (count - 1.0)).sqrt())
        })
        .collect()
}

/// In which share of the seeds 1.96 stated errors held the truth, whose own error counts as well.
fn coverage(
    [before, after]: [&FittedModel; 2],
    target: &str,
    nodes: &[&str],
    functional: &Functional,
    truths: &[Figure],
) -> Vec<f64> {
    let seeds = seeds();
    let mut held = vec![0; truths.len()];
    for seed in 0..seeds as u64 {
        let samples = number("CHANGE_SAMPLES", 4_096);
        let config = ChangeConfig::default().with_functional(functional.clone()).with_samples(samples).with_seed(seed);
        let change = before.distribution_change(after, target, &config).unwrap();
        assert_eq!(change.explain().engine, EngineName::Sampling);
        let part = |node: &&str| change.contribution(node).map(|part| (part.value, part.std_error)).unwrap();
        let found = nodes.iter().map(part).chain([(change.total.value, change.total.std_error)]);
        for (held, (found, truth)) in held.iter_mut().zip(found.zip(truths)) {
            *held += usize::from((found.0 - truth.0).abs() <= 1.96 * found.1.hypot(truth.1));
        }
    }
    held.into_iter().map(|held| held as f64 / seeds as f64).collect()
}

fn seeds() -> usize {
    number("COVERAGE_SEEDS", 25)
}

fn assert_honest(what: &str, shares: &[f64]) {
    println!("{what}: {shares:.3?}");
    assert!(shares.iter().all(|&share| is_within(share, [0.9, 0.99], seeds())), "{what}: {shares:?}");
}

/// Asks for everything, from the old model to a new one.
fn hold(new: Mechanisms, how_far: &str) {
    let draws = number("TRUTH_DRAWS", 1_000_000) / REPETITIONS;
    let worlds: Vec<Vec<Density>> = (0..REPETITIONS as u64).map(|seed| densities(&OLD, &new, draws, seed)).collect();
    let (before, after) = (model(OLD), model(new));
    let mut all = Vec::new();
    for (functional, of_densities) in asked() {
        let truths = truths(&worlds, of_densities);
        let shares = coverage([&before, &after], "z", &["x", "y", "z"], &functional, &truths);
        assert_honest(&format!("{how_far}, {functional}"), &shares);
        all.extend(shares);
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    assert!(mean > 0.93, "{how_far}: {mean}");
}

#[test]
fn stated_errors_hold_a_large_change_by_plain_draws() {
    hold(FAR, "large");
}

#[test]
fn stated_errors_hold_a_small_change_by_plain_draws() {
    hold(NEAR, "small");
}
