//! Graphs far larger than a person draws: contributions still sum to the score, within seconds and little memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use etiology::attribution::Estimator;
use etiology::mechanism::CausalMechanism;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, ShapleyMethod, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

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
