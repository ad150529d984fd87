//! Linear models of normal noises in closed form, and known models by brute force.

use etiology::attribution::Estimator;
use etiology::{AttributionConfig, FeatureMap, Quantity};

use super::{REGIONS, assert_contributions};
use crate::known_models;
use crate::linear_gaussian::LinearGaussian;

#[test]
fn linear_gaussian_models_in_closed_form_to_nine_digits() {
    for seed in 0..200 {
        let case = LinearGaussian::random(seed);
        for (region, feature_map) in REGIONS {
            for floor in [1e-4, 1e-9, 0.0] {
                let truth = case.truth(region, floor);
                if !truth.contributions.iter().all(|(_, exact)| exact.is_finite()) {
                    // The truth's probabilities leave the range of an f64, which the crate's logarithms do not.
                    continue;
                }
                let config = AttributionConfig::default().with_feature_map(feature_map.clone()).with_floor(floor);
                let attribution = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
                assert_eq!((attribution.samples, attribution.score.std_error), (None, 0.0));
                assert!((attribution.score.value - truth.score).abs() < 1e-9 * truth.score.max(1.0));
                for (node, exact) in &truth.contributions {
                    let found = attribution.contribution(node).unwrap();
                    let error = (found.value - exact).abs();
                    assert!(error < 1e-9 * exact.abs().max(1.0), "seed {seed}, {region:?}, {floor}: {found:?} {exact}");
                }
            }
        }
    }
}

/// How far one of three equal noises is out, in its standard deviations, and the score −ln P{Z ≥ distance/√3},
/// by mpmath 1.3.0 with 60 digits: `-mp.log(mp.erfc(d/mp.sqrt(3)/mp.sqrt(2))/2)`.
const FAR_SCORES: [(f64, f64); 4] =
    [(0.6, 1.009181417899725), (12.0, 26.87438480890847), (64.0, 687.195913224488), (173.0, 4993.689690862157)];

#[test]
fn scores_of_up_to_thousands_of_nats_lose_no_digits() {
    for (distance, nats) in FAR_SCORES {
        let case = LinearGaussian {
            intercepts: vec![0.0; 3],
            std_devs: vec![1.0; 3],
            parents: vec![vec![], vec![], vec![(0, 1.0), (1, 1.0)]],
            noises: vec![distance, 0.0, 0.0],
        };
        let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(0.0);
        let attribution = case.model().attribute_outlier("x2", &case.observation(), &config).unwrap();
        assert!((attribution.score.value - nats).abs() < 1e-9 * nats, "{} {nats}", attribution.score.value);
        assert_eq!(attribution.ranked()[0].node, "x0");
        let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((sum - nats).abs() < 1e-9 * nats);
        let innocent = ["x1", "x2"].map(|node| attribution.contribution(node).unwrap().value);
        assert!((innocent[0] - innocent[1]).abs() < 1e-9 * nats, "the other two are interchangeable");
    }
}

#[test]
fn linear_gaussian_models_by_samples_at_default_settings() {
    const FLOOR: f64 = 1e-4;
    for seed in 0..20 {
        let case = LinearGaussian::random(seed);
        for (region, feature_map) in REGIONS {
            let config = AttributionConfig::default()
                .with_estimator(Estimator::MonteCarlo)
                .with_feature_map(feature_map)
                .with_floor(FLOOR);
            let attribution = case.model().attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
            assert_eq!(attribution.samples, Some(config.effort.samples));
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
    let observed = *case.values().last().unwrap();
    for (model, closed_form) in [(case.model(), true), (case.opaque_model(), false)] {
        let attribution = model.attribute_outlier(&case.target(), &case.observation(), &config).unwrap();
        assert_eq!(attribution.samples.is_none(), closed_form);
        let allowed = |std_error: f64| if closed_form { 1e-9 } else { 5.0 * std_error };
        let error = (attribution.score.value - (observed - case.mean())).abs();
        assert!(error < allowed(attribution.score.std_error));
        // The contribution of a noise to the deviation of a linear function is its total effect times its
        // deviation from its mean, which is also what moving that noise alone to its mean changes.
        for contribution in &attribution.contributions {
            let node: usize = contribution.node[1..].parse().unwrap();
            let mut without = case.clone();
            without.noises[node] = 0.0;
            let exact = observed - without.values().last().unwrap();
            assert!((contribution.value - exact).abs() < allowed(contribution.std_error), "{contribution:?} {exact}");
        }
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
