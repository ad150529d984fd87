//! Graphs far larger than a person draws: contributions still sum to the score, within seconds and little memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use etiology::attribution::{EngineName, Estimator};
use etiology::mechanism::CausalMechanism;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, ShapleyMethod, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use crate::linear_gaussian::LinearGaussian;

/// A chain, so that the last node depends on all others, with further edges that point the same way.
fn random_parents(nodes: usize, edges: usize, random: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    let mut parents: Vec<Vec<usize>> = (0..nodes).map(|node| (0..node).rev().take(1).collect()).collect();
    let mut missing = edges - (nodes - 1);
    while missing > 0 {
        let (one, other) = (random.random_range(0..nodes), random.random_range(0..nodes));
        let (from, to) = (one.min(other), one.max(other));
        if from < to && !parents[to].contains(&from) {
            parents[to].push(from);
            missing -= 1;
        }
    }
    parents
}

fn name(node: usize) -> String {
    format!("n{node}")
}

fn model(parents: &[Vec<usize>], mut mechanism: impl FnMut(usize, Vec<String>) -> CausalMechanism) -> FittedModel {
    let edges = (0..parents.len()).flat_map(|node| parents[node].iter().map(move |&from| (name(from), name(node))));
    let mut model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap());
    for (node, parents) in parents.iter().enumerate() {
        let parents = parents.iter().map(|&parent| name(parent)).collect();
        model = model.with_mechanism(&name(node), mechanism(node, parents)).unwrap();
    }
    model.without_fitting().unwrap()
}

fn attribute(model: &FittedModel, nodes: usize, random: &mut ChaCha8Rng, estimator: Estimator) -> Attribution {
    let values = (0..nodes).map(|node| (name(node), random.random_range(0.0..2.0)));
    let observation = Observation::from_pairs(values).unwrap();
    let config = AttributionConfig::default()
        .with_feature_map(FeatureMap::UpperTail)
        .with_samples(1_000)
        .with_floor(1e-2)
        .with_estimator(estimator)
        .with_shapley_method(ShapleyMethod::Permutations(10));
    model.attribute_outlier(&name(nodes - 1), &observation, &config).unwrap()
}

fn assert_sums_to_its_score(attribution: &Attribution, nodes: usize) {
    assert_eq!(attribution.contributions.len(), nodes);
    let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
    assert!((sum - attribution.score.value).abs() < 1e-9, "{sum} is not {}", attribution.score.value);
    assert!(attribution.contributions.iter().all(|contribution| contribution.std_error.is_finite()));
}

#[test]
fn a_thousand_linear_nodes() {
    const NODES: usize = 1_000;
    let random = &mut ChaCha8Rng::seed_from_u64(1);
    let parents = random_parents(NODES, 3_000, random);
    let model = model(&parents, |_, parents| {
        let draws: Vec<f64> = (0..200).map(|_| random.random_range(-1.0_f64..1.0).powi(3)).collect();
        let noise = NoiseDistribution::empirical(&draws).unwrap();
        if parents.is_empty() {
            return noise.into();
        }
        let weight = 0.9 / parents.len() as f64;
        let formula = KnownFormula::weighted_sum(parents.into_iter().map(|parent| (parent, weight))).unwrap();
        AdditiveNoiseModel::known(formula).with_noise(noise).into()
    });
    for estimator in [Estimator::MonteCarlo, Estimator::Counting] {
        let random = &mut ChaCha8Rng::seed_from_u64(2);
        assert_sums_to_its_score(&attribute(&model, NODES, random, estimator), NODES);
    }
}

#[test]
fn two_hundred_nodes_of_maxima_and_formulas() {
    const NODES: usize = 200;
    let random = &mut ChaCha8Rng::seed_from_u64(3);
    let parents = random_parents(NODES, 500, random);
    let evaluated = Arc::new(AtomicUsize::new(0));
    let model = model(&parents, |node, parents| {
        let noise = NoiseDistribution::exponential(0.1).unwrap();
        let evaluated = Arc::clone(&evaluated);
        let formula = match node % 4 {
            _ if parents.is_empty() => return noise.into(),
            0 => KnownFormula::maximum(parents),
            1 => KnownFormula::new(parents, move |parents| {
                evaluated.fetch_add(1, Ordering::Relaxed);
                parents.iter().sum::<f64>().tanh()
            }),
            _ => {
                let weight = 0.7 / parents.len() as f64;
                KnownFormula::weighted_sum(parents.into_iter().map(|parent| (parent, weight))).unwrap()
            }
        };
        AdditiveNoiseModel::known(formula).with_noise(noise).into()
    });
    evaluated.store(0, Ordering::Relaxed);
    assert_sums_to_its_score(&attribute(&model, NODES, random, Estimator::MonteCarlo), NODES);
    // 50 formulas, 1000 samples, 10 permutations of 200 players: a noise changes those after it only, half of them on
    // average, and fewer while most of them are known.
    let columns = evaluated.load(Ordering::Relaxed) / 1_000;
    assert!(columns < 10 * NODES * 50 / 2, "{columns} columns evaluated");
}

/// From noises that decide the target to those that its last digit hides, each 0.4 times as large as the next.
#[test]
fn a_long_chain_is_inverted_though_rounding_hides_its_first_noises() {
    const NODES: usize = 60;
    let parents = (0..NODES).map(|node| node.checked_sub(1).map(|before| (before, 0.4)).into_iter().collect());
    let noises = (0..NODES).map(|node| if node == NODES - 3 { 9.0 } else { (node as f64).sin() });
    let case = LinearGaussian {
        intercepts: vec![0.0; NODES],
        std_devs: vec![1.0; NODES],
        parents: parents.collect(),
        noises: noises.collect(),
    };
    let attributor = |estimator: Estimator| {
        let config = AttributionConfig::default()
            .with_feature_map(FeatureMap::UpperTail)
            .with_floor(1e-4)
            .with_estimator(estimator);
        case.model().attributor(&case.target(), config).unwrap()
    };
    let (exact, inverted) = (attributor(Estimator::Auto), attributor(Estimator::Only(EngineName::FourierInversion)));
    assert_eq!(exact.explain().engine, EngineName::ClosedForm);
    let random = &mut ChaCha8Rng::seed_from_u64(1);
    for first_kept in 1..=NODES {
        // Some of those before are free, and none after.
        let kept: Vec<bool> = (0..NODES).map(|node| node >= first_kept || random.random_bool(0.5)).collect();
        let is_kept = |name: &str| kept[name[1..].parse::<usize>().unwrap()];
        let truth = exact.what_if(&case.observation(), is_kept).unwrap().value;
        let found = inverted.what_if(&case.observation(), is_kept).unwrap();
        let missed = (found.value - truth).abs();
        assert!(missed <= found.std_error + 1e-6, "{first_kept}: {found:?}, but the truth is {truth}");
    }
    let (exact, inverted) = (exact.attribute(&case.observation()), inverted.attribute(&case.observation()));
    let (exact, inverted) = (exact.unwrap(), inverted.unwrap());
    assert!((exact.score.value - inverted.score.value).abs() <= inverted.score.std_error + 1e-6);
    for exact in &exact.contributions {
        let inverted = inverted.contribution(&exact.node).unwrap();
        // Players are numbered otherwise, and so permutations are others.
        let allowed = 5.0 * exact.std_error.hypot(inverted.std_error) + 1e-6;
        assert!((exact.value - inverted.value).abs() <= allowed, "{exact:?} {inverted:?}");
    }
    assert_sums_to_its_score(&inverted, NODES);
}
