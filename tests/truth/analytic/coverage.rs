//! Whether standard errors mean what they say: the truth lies within 1.96 of them in about 95 of 100 repetitions.

use crate::known_models;
use crate::linear_gaussian::{LinearGaussian, Region};
use etiology::attribution::{Estimator, NoiseSampling};
use etiology::{AttributionConfig, FeatureMap, FittedModel, ShapleyMethod};

const FLOOR: f64 = 1e-3;
/// Of the contributions in [`known_models`], in nats.
const TRUTH_ERROR: f64 = 0.003;
const SEEDS: u64 = 200;
const Z: f64 = 1.96;
/// A 95 % interval may cover this often; for 200 repetitions, 90 % is 3.2 standard deviations away. Of all contributions together
/// at most 99.5 %: the errors of those that hardly matter, and of nets that have not missed a rare event, are rather too wide.
const ACCEPTED: std::ops::RangeInclusive<f64> = 0.90..=0.995;

/// A chain with a fork, two standard deviations out in one root, as in a moderately rare event.
fn case() -> LinearGaussian {
    LinearGaussian {
        intercepts: vec![0.5, -1.0, 0.0, 2.0, 0.3],
        std_devs: vec![1.0, 0.7, 1.2, 0.5, 0.8],
        parents: vec![vec![], vec![(0, 0.8)], vec![(0, -0.4)], vec![(1, 1.1), (2, 0.6)], vec![(3, 0.9), (1, 0.5)]],
        noises: vec![2.5, 0.4, -0.3, 0.6, 0.9],
    }
}

/// The same with five more nodes before its last, so that 40 permutations are far from all coalitions.
pub(crate) fn larger_case() -> LinearGaussian {
    LinearGaussian {
        intercepts: vec![0.5, -1.0, 0.0, 2.0, 0.1, 0.0, -0.4, 0.2, 1.0, 0.3],
        std_devs: vec![1.0, 0.7, 1.2, 0.5, 0.6, 0.9, 0.4, 0.5, 0.7, 0.8],
        parents: vec![
            vec![],
            vec![(0, 0.8)],
            vec![(0, -0.4)],
            vec![(1, 1.1), (2, 0.6)],
            vec![],
            vec![(4, 0.7)],
            vec![(5, 0.8), (3, 0.3)],
            vec![],
            vec![(7, 1.2), (6, 0.5)],
            vec![(3, 0.9), (1, 0.5), (8, 0.6)],
        ],
        noises: vec![2.5, 0.4, -0.3, 0.6, 0.5, 0.8, -0.2, 0.3, 0.4, 0.9],
    }
}

/// How often the score and each contribution lie within [`Z`] of their standard errors of the truth.
fn covered(model: &FittedModel, estimator: Estimator, method: ShapleyMethod) -> Vec<u64> {
    let config = AttributionConfig::default().with_samples(5_000);
    covered_with(&config.with_estimator(estimator).with_shapley_method(method), &case(), model)
}

fn covered_by_permutations(estimator: Estimator) -> Vec<u64> {
    let config = AttributionConfig::default().with_samples(5_000).with_estimator(estimator);
    let case = larger_case();
    covered_with(&config.with_shapley_method(ShapleyMethod::Permutations(40)), &case, &case.model())
}

pub(crate) fn covered_with(config: &AttributionConfig, case: &LinearGaussian, model: &FittedModel) -> Vec<u64> {
    let truth = case.truth(Region::Upper, FLOOR);
    let mut covered = vec![0; truth.contributions.len() + 1];
    for seed in 0..SEEDS {
        let config = config.clone().with_feature_map(FeatureMap::UpperTail).with_floor(FLOOR).with_seed(seed);
        let attribution = model.attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
        // Where no error is claimed there may be none but rounding.
        let within = |found: f64, exact: f64, std_error: f64| (found - exact).abs() <= Z * std_error + 1e-9;
        covered[0] += u64::from(within(attribution.score.value, truth.score, attribution.score.std_error));
        for (count, (node, exact)) in covered[1..].iter_mut().zip(&truth.contributions) {
            let found = attribution.contribution(node).unwrap();
            *count += u64::from(within(found.value, *exact, found.std_error));
        }
    }
    covered
}

pub(crate) fn assert_accepted(covered: &[u64]) {
    let shares: Vec<f64> = covered.iter().map(|&count| count as f64 / SEEDS as f64).collect();
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(shares.iter().all(|share| share >= ACCEPTED.start()) && mean <= *ACCEPTED.end(), "{shares:?}");
}

#[test]
fn the_truth_is_covered_when_one_noise_is_integrated() {
    assert_accepted(&covered(&case().model(), Estimator::MonteCarlo, ShapleyMethod::Exact));
}

#[test]
fn the_truth_is_covered_when_hits_are_counted() {
    assert_accepted(&covered(&case().opaque_model(), Estimator::Auto, ShapleyMethod::Exact));
}

#[test]
fn the_truth_is_covered_by_either_kind_of_bank() {
    let banks = [
        (NoiseSampling::MonteCarlo, 4_096),
        (NoiseSampling::QuasiMonteCarlo, 4_096),
        (NoiseSampling::QuasiMonteCarlo, 12_000),
    ];
    for (sampling, samples) in banks {
        let config = AttributionConfig::default()
            .with_estimator(Estimator::MonteCarlo)
            .with_noise_sampling(sampling)
            .with_samples(samples);
        assert_accepted(&covered_with(&config, &case(), &case().model()));
        assert_accepted(&covered_with(&config, &case(), &case().opaque_model()));
    }
}

#[test]
fn the_truth_is_covered_with_permutations_beside_samples() {
    assert_accepted(&covered_by_permutations(Estimator::MonteCarlo));
}

#[test]
fn the_truth_is_covered_with_permutations_in_closed_form() {
    let covered = covered_by_permutations(Estimator::Auto);
    // The score has no error at all, and none is claimed.
    assert_eq!(covered[0], SEEDS);
    assert_accepted(&covered[1..]);
}

#[test]
fn the_truth_is_covered_where_formulas_are_not_linear() {
    for case in known_models::all().unwrap() {
        // With half as many, one of the twelve contributions is covered 88 or 89 times of 100 by either kind of bank.
        let config = AttributionConfig::default().with_feature_map(case.feature_map).with_floor(known_models::FLOOR);
        let mut covered = vec![0; case.contributions.len()];
        for seed in 0..SEEDS {
            let config = config.clone().with_seed(seed);
            let attribution = case.model.attribute_outlier(case.target, &case.observation, &config).unwrap();
            for (count, (node, truth)) in covered.iter_mut().zip(&case.contributions) {
                let found = attribution.contribution(node).unwrap();
                // The truths, counted by brute force, have an error of their own.
                *count += u64::from((found.value - truth).abs() <= Z * found.std_error + TRUTH_ERROR);
            }
        }
        // No upper limit: where coalitions are never hit, the errors are wider than need be.
        let enough = |count: &u64| *count as f64 >= ACCEPTED.start() * SEEDS as f64;
        assert!(covered.iter().all(enough), "{}: {covered:?} of {SEEDS}", case.name);
    }
}
