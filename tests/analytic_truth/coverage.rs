//! Whether standard errors mean what they say: the truth lies within 1.96 of them in about 95 of 100 repetitions.

use crate::linear_gaussian::{LinearGaussian, Region};
use etiology::{AttributionConfig, FeatureMap, ShapleyMethod};

const SEEDS: u64 = 200;
const Z: f64 = 1.96;
/// A 95 % interval may cover this often; for 200 repetitions, 90 % and 99 % are 3.2 and 2.6 standard deviations away.
const ACCEPTED: std::ops::RangeInclusive<f64> = 0.90..=0.99;

/// A chain with a fork, two standard deviations out in one root, as in a moderately rare event.
fn case() -> LinearGaussian {
    LinearGaussian {
        intercepts: vec![0.5, -1.0, 0.0, 2.0, 0.3],
        std_devs: vec![1.0, 0.7, 1.2, 0.5, 0.8],
        parents: vec![vec![], vec![(0, 0.8)], vec![(0, -0.4)], vec![(1, 1.1), (2, 0.6)], vec![(3, 0.9), (1, 0.5)]],
        noises: vec![2.5, 0.4, -0.3, 0.6, 0.9],
    }
}

fn assert_coverage(method: ShapleyMethod) {
    const FLOOR: f64 = 1e-3;
    let case = case();
    let truth = case.truth(Region::Upper, FLOOR);
    let (model, observation) = (case.model(), case.observation());
    let mut covered = vec![0; truth.contributions.len() + 1];
    for seed in 0..SEEDS {
        let config = AttributionConfig::default()
            .with_feature_map(FeatureMap::UpperTail)
            .with_floor(FLOOR)
            .with_shapley_method(method)
            .with_samples(5_000)
            .with_seed(seed);
        let attribution = model.attribute_outlier(&case.target(), &observation, &config).unwrap();
        covered[0] += usize::from((attribution.score.value - truth.score).abs() <= Z * attribution.score.std_error);
        for (count, (node, exact)) in covered[1..].iter_mut().zip(&truth.contributions) {
            let found = attribution.contribution(node).unwrap();
            *count += usize::from((found.value - exact).abs() <= Z * found.std_error);
        }
    }
    let shares: Vec<f64> = covered.iter().map(|&count| count as f64 / SEEDS as f64).collect();
    println!("coverage of the score and of {:?} with {method:?}: {shares:?}", truth.contributions);
    assert!(shares.iter().all(|share| ACCEPTED.contains(share)), "{method:?}: {shares:?}");
}

#[test]
fn exact_shapley_values_cover_the_truth() {
    assert_coverage(ShapleyMethod::Exact);
}

#[test]
fn permutations_cover_the_truth() {
    assert_coverage(ShapleyMethod::Permutations(40));
}
