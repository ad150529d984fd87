//! Contributions against closed forms and brute force.

mod coverage;
#[path = "../../examples/shared/known_models.rs"]
mod known_models;
mod linear_gaussian;

use etiology::{Attribution, AttributionConfig, FeatureMap, Quantity};
use linear_gaussian::{LinearGaussian, Region};

/// Every contribution within `slack` nats plus four of its own standard errors.
fn assert_contributions<N: AsRef<str>>(attribution: &Attribution, truth: &[(N, f64)], slack: f64, case: &str) {
    assert_eq!(attribution.contributions.len(), truth.len(), "{case}");
    for (node, exact) in truth {
        let found = attribution.contribution(node.as_ref()).unwrap();
        let allowed = slack + 4.0 * found.std_error;
        let error = (found.value - exact).abs();
        assert!(error <= allowed, "{case}, node {}: {found:?}, but the truth is {exact}", node.as_ref());
    }
}

#[test]
fn linear_gaussian_models_at_default_settings() {
    const FLOOR: f64 = 1e-4;
    for seed in 0..40 {
        let case = LinearGaussian::random(seed);
        for (region, feature_map) in
            [(Region::Upper, FeatureMap::UpperTail), (Region::TwoSided, FeatureMap::DistanceFromMedian)]
        {
            let config = AttributionConfig::default().with_feature_map(feature_map).with_floor(FLOOR);
            let attribution = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
            let truth = case.truth(region, FLOOR);
            let name = format!("seed {seed}, {region:?}");
            assert_contributions(&attribution, &truth.contributions, 0.05, &name);
            assert!(
                (attribution.score.value - truth.score).abs() <= 0.05 + 4.0 * attribution.score.std_error,
                "{name}"
            );
            let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
            assert!((sum - attribution.score.value).abs() < 1e-10, "{name}: {sum} {:?}", attribution.score);
        }
    }
}

#[test]
fn mean_deviation_of_a_linear_model_is_effect_times_noise() {
    let case = LinearGaussian::random(3);
    let config = AttributionConfig::default().with_quantity(Quantity::MeanDeviation);
    let attribution = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
    let observed = *case.values().last().unwrap();
    assert!((attribution.score.value - (observed - case.mean())).abs() < 5.0 * attribution.score.std_error);
    // The contribution of a noise to the deviation of a linear function is its total effect times its deviation
    // from its mean, which is also what moving that noise alone to its mean changes.
    for contribution in &attribution.contributions {
        let node: usize = contribution.node[1..].parse().unwrap();
        let mut without = case.clone();
        without.noises[node] = 0.0;
        let exact = observed - without.values().last().unwrap();
        assert!((contribution.value - exact).abs() < 5.0 * contribution.std_error, "{contribution:?} {exact}");
    }
}

#[test]
fn known_non_linear_mechanisms_against_brute_force() {
    for case in known_models::all().unwrap() {
        let config = AttributionConfig::default().with_feature_map(case.feature_map).with_floor(known_models::FLOOR);
        let attribution = case.model.attribute_outlier(case.target, &case.observation, &config).unwrap();
        assert_contributions(&attribution, &case.contributions, 0.02, case.name);
        assert!((attribution.score.value - case.score).abs() < 0.02 + 4.0 * attribution.score.std_error);
    }
}
