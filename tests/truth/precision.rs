//! Precision on request: samples and permutations grow until the errors are as small as asked for, and the errors are true.

use crate::linear_gaussian::{LinearGaussian, Region};
use etiology::attribution::Estimator;
use etiology::{Attribution, AttributionConfig, FeatureMap, Precision, Quantity, ShapleyMethod};

const FLOOR: f64 = 1e-3;

/// Ten nodes, so that a few permutations are far from all coalitions.
fn case() -> LinearGaussian {
    LinearGaussian {
        intercepts: vec![0.0; 10],
        std_devs: vec![1.0, 0.8, 0.6, 0.9, 0.5, 0.7, 0.4, 0.8, 0.5, 0.6],
        parents: vec![
            vec![],
            vec![(0, 0.7)],
            vec![(0, -0.3), (1, 0.5)],
            vec![],
            vec![(2, 0.9), (3, 0.8)],
            vec![(4, 0.6)],
            vec![(5, 1.0), (1, 0.4)],
            vec![(3, 0.5)],
            vec![(7, 0.9), (6, 0.8)],
            vec![(8, 1.0), (0, 0.3)],
        ],
        noises: vec![2.5, 0.3, -0.4, 1.0, 0.2, 0.5, 0.6, -0.2, 0.1, 0.4],
    }
}

fn config() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(FLOOR).with_samples(256)
}

fn attribute(config: &AttributionConfig) -> Attribution {
    let case = case();
    case.model().attribute_outlier(&case.target(), &case.observation(), config).unwrap()
}

fn largest_error(attribution: &Attribution) -> f64 {
    attribution.contributions.iter().map(|node| node.std_error).fold(attribution.score.std_error, f64::max)
}

#[test]
fn samples_grow_where_the_error_comes_from_the_bank() {
    let config = config().with_estimator(Estimator::MonteCarlo).with_shapley_method(ShapleyMethod::Exact);
    let rough = attribute(&config);
    assert_eq!((rough.precision_reached, rough.samples), (None, Some(256)));
    assert!(largest_error(&rough) > 0.005);
    let fine = attribute(&config.with_precision(Precision::StdError(0.005)));
    assert_eq!(fine.precision_reached, Some(true));
    assert!(largest_error(&fine) <= 0.005);
    assert!(fine.samples.unwrap() > 256);
}

#[test]
fn permutations_grow_where_the_error_comes_from_the_order() {
    let config = config().with_shapley_method(ShapleyMethod::Permutations(6));
    assert!(largest_error(&attribute(&config)) > 0.03);
    let fine = attribute(&config.with_precision(Precision::StdError(0.03)));
    assert_eq!((fine.precision_reached, fine.samples), (Some(true), None));
    assert!(largest_error(&fine) <= 0.03);
    // All coalitions, where permutations would evaluate as many.
    assert!(fine.permutations.is_none_or(|permutations| permutations > 6));
}

#[test]
fn both_grow_where_both_are_to_blame_and_the_truth_is_covered() {
    let truth = case().truth(Region::Upper, FLOOR);
    let (mut covered, mut all) = (0, 0);
    for seed in 0..60 {
        let config = config()
            .with_estimator(Estimator::MonteCarlo)
            .with_shapley_method(ShapleyMethod::Permutations(16))
            .with_precision(Precision::StdError(0.04))
            .with_seed(seed);
        let attribution = attribute(&config);
        assert_eq!(attribution.precision_reached, Some(true));
        assert!(attribution.permutations.is_none_or(|permutations| permutations > 16));
        for (node, exact) in &truth.contributions {
            let found = attribution.contribution(node).unwrap();
            covered += u64::from((found.value - exact).abs() <= 1.96 * found.std_error);
            all += 1;
        }
    }
    let share = covered as f64 / f64::from(all);
    assert!((0.9..=0.99).contains(&share), "{share}");
}

#[test]
fn a_precision_that_is_there_already_changes_nothing() {
    for config in [config(), config().with_estimator(Estimator::MonteCarlo)] {
        let asked = attribute(&config.clone().with_precision(Precision::StdError(10.0)));
        assert_eq!(asked.precision_reached, Some(true));
        let budget = attribute(&config);
        assert_eq!(
            (asked.contributions, asked.score, asked.samples),
            (budget.contributions, budget.score, budget.samples)
        );
    }
}

#[test]
fn what_cannot_be_reached_is_said() {
    let config = config()
        .with_quantity(Quantity::MeanDeviation)
        .with_estimator(Estimator::MonteCarlo)
        .with_shapley_method(ShapleyMethod::Exact)
        .with_precision(Precision::StdError(1e-9));
    let attribution = attribute(&config);
    assert_eq!(attribution.precision_reached, Some(false));
    assert!(attribution.samples.unwrap() >= 1 << 20);
    assert!(largest_error(&attribution) < 0.01);
}

#[test]
fn only_a_positive_error_can_be_asked_for() {
    let case = case();
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let config = config().with_precision(Precision::StdError(bad));
        let error = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap_err();
        assert!(error.to_string().contains("standard error"), "{error}");
    }
}
