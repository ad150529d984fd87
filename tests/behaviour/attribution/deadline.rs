//! Attribution within a time limit: the same bits where there is time, an honest first estimate where there is none.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::known_models;
use crate::many_parents;
use crate::retail_shop;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, Observation,
    Precision, ShapleyMethod, StructuralCausalModel,
};

const NO_TIME: Duration = Duration::ZERO;
const ALL_TIME: Duration = Duration::from_secs(1_000_000);

fn go_on() -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn with_time_enough_the_bits_are_those_of_an_attribution_without_a_limit() {
    for case in known_models::all().unwrap() {
        let default = AttributionConfig::default().with_feature_map(case.feature_map.clone()).with_floor(1e-3);
        for config in [
            default.clone(),
            default.clone().with_samples(2_048).with_precision(Precision::StdError(0.05)),
            default.with_samples(64).with_shapley_method(ShapleyMethod::Permutations(4)),
        ] {
            let attributor = case.model.attributor(case.target, config).unwrap();
            let found = attributor.attribute_within(&case.observation, ALL_TIME, go_on).unwrap();
            assert!(found.complete, "{}", case.name);
            assert_eq!(found.attribution, attributor.attribute(&case.observation).unwrap(), "{}", case.name);
        }
    }
}

#[test]
fn without_time_there_is_a_rough_estimate_that_says_so() {
    for case in known_models::all().unwrap() {
        let config = AttributionConfig::default().with_feature_map(case.feature_map.clone()).with_floor(1e-3);
        let attributor = case.model.attributor(case.target, config).unwrap();
        let found = attributor.attribute_within(&case.observation, NO_TIME, go_on).unwrap();
        assert!(!found.complete, "{}", case.name);
        let rough = &found.attribution;
        assert_eq!(rough.samples, Some(64), "{}", case.name);
        let sum: f64 = rough.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((sum - rough.score.value).abs() < 1e-9);
        let exact = attributor.attribute(&case.observation).unwrap();
        for contribution in &exact.contributions {
            let beside = rough.contribution(&contribution.node).unwrap();
            let allowed = 4.0 * f64::hypot(beside.std_error, contribution.std_error);
            assert!(
                (beside.value - contribution.value).abs() <= allowed,
                "{}: {beside:?}, {contribution:?}",
                case.name
            );
        }
        let error = |attribution: &etiology::Attribution| attribution.ranked()[0].std_error;
        assert!(error(rough) > 2.0 * error(&exact), "{}: a rough estimate has a larger error", case.name);
        // Asked to stop before the second estimate, it is the same first one.
        let calls = Cell::new(0);
        let stop = || {
            calls.set(calls.get() + 1);
            ControlFlow::Break(())
        };
        let stopped = attributor.attribute_within(&case.observation, ALL_TIME, stop).unwrap();
        assert_eq!((stopped.attribution, stopped.complete, calls.get()), (found.attribution, false, 1));
    }
}

fn shop(config: &AssignmentConfig) -> FittedModel {
    let normal = retail_shop::normal_requests(500, 1).unwrap();
    let model = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    model.assign_mechanisms_with(&normal, config).unwrap().fit(&normal).unwrap()
}

#[test]
fn a_target_that_is_linear_in_some_noises_gets_better_round_by_round() {
    let model = shop(&AssignmentConfig::default());
    let slow = retail_shop::slow_requests(1, 2).unwrap().row(0).unwrap();
    let attributor = model.attributor(retail_shop::TARGET, AttributionConfig::default()).unwrap();
    // As many further rounds as are let go on, whatever the time.
    let rounds = |allowed: usize| {
        let asked = Cell::new(0);
        let proceed = || {
            asked.set(asked.get() + 1);
            if asked.get() <= allowed { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        attributor.attribute_within(&slow, ALL_TIME, proceed).unwrap()
    };
    let found: Vec<_> = (0..4).map(rounds).collect();
    let samples: Vec<_> = found.iter().map(|found| found.attribution.samples.unwrap()).collect();
    assert_eq!(samples, [64, 1_024, 4_096, 16_384]);
    assert_eq!(found.iter().map(|found| found.complete).collect::<Vec<_>>(), [false, false, false, true]);
    let errors: Vec<f64> = found.iter().map(|found| found.attribution.ranked()[0].std_error).collect();
    // With more samples a smaller share of them may do for an error of 0.02 nats.
    assert!(errors.windows(2).all(|pair| pair[1] < pair[0] || pair[1] < 0.02), "{errors:?}");
    assert!(found.iter().all(|found| found.attribution.ranked()[0].node == retail_shop::CULPRIT.0));
    assert_eq!(found[3].attribution, attributor.attribute(&slow).unwrap());
}

#[test]
fn a_linear_target_needs_no_time_to_speak_of() {
    let model = shop(&AssignmentConfig::linear());
    let slow = retail_shop::slow_requests(1, 2).unwrap().row(0).unwrap();
    let attributor = model.attributor(retail_shop::TARGET, AttributionConfig::default()).unwrap();
    let found = attributor.attribute_within(&slow, NO_TIME, go_on).unwrap();
    assert!(found.complete);
    assert_eq!(found.attribution, attributor.attribute(&slow).unwrap());
    assert_eq!(found.attribution.ranked()[0].node, retail_shop::CULPRIT.0);
}

#[test]
fn what_needs_no_samples_has_more_permutations_round_by_round() {
    let mut values = [0.1; 30];
    values[7] = 5.0;
    let (model, event) =
        many_parents::model_and_event(KnownFormula::sum, 0.1, &values, values.iter().sum::<f64>() + 0.1);
    let attributor = model.attributor("target", AttributionConfig::default()).unwrap();
    let [rough, complete] = [NO_TIME, ALL_TIME].map(|limit| attributor.attribute_within(&event, limit, go_on).unwrap());
    for (found, expected) in [(&rough, (Some(4), false)), (&complete, (Some(100), true))] {
        assert_eq!((found.attribution.permutations, found.complete), expected);
        assert_eq!(found.attribution.samples, None);
        assert_eq!(found.attribution.ranked()[0].node, "n7");
        let sum: f64 = found.attribution.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((sum - found.attribution.score.value).abs() < 1e-9);
    }
    let full = attributor.attribute(&event).unwrap();
    assert_eq!(complete.attribution, full);
    assert!(rough.attribution.ranked()[0].std_error > full.ranked()[0].std_error);
    for contribution in &full.contributions {
        let beside = rough.attribution.contribution(&contribution.node).unwrap();
        let allowed = 5.0 * f64::hypot(beside.std_error, contribution.std_error) + 1e-9;
        assert!((beside.value - contribution.value).abs() <= allowed, "{beside:?}, {contribution:?}");
    }
}

#[test]
fn an_event_that_a_series_does_not_follow_has_samples_within_the_limit() {
    let parents = ["a", "b", "tiny"];
    let noise = |mean: f64| NoiseDistribution::exponential(mean).unwrap();
    let sum = AdditiveNoiseModel::known(KnownFormula::sum(parents)).with_noise(noise(0.1));
    let model = StructuralCausalModel::new(CausalGraph::from_edges(parents.map(|parent| (parent, "target"))).unwrap())
        .with_mechanism("a", noise(1.0))
        .unwrap()
        .with_mechanism("b", noise(2.0))
        .unwrap()
        .with_mechanism("tiny", noise(1e-17))
        .unwrap()
        .with_mechanism("target", sum)
        .unwrap()
        .without_fitting()
        .unwrap();
    // All digits, so that nothing of it may be rounding.
    let values = [9.012_345_678_901_23, 1.098_765_432_109_87, 1.234_567_890_123e-4];
    let observed = parents.into_iter().zip(values).chain([("target", values.iter().sum::<f64>() + 0.1)]);
    let event = Observation::from_pairs(observed).unwrap();
    let attributor = model.attributor("target", AttributionConfig::default()).unwrap();
    let full = attributor.attribute(&event).unwrap();
    assert!(full.samples.is_some(), "a series does follow it");
    let rough = attributor.attribute_within(&event, NO_TIME, go_on).unwrap();
    assert_eq!((rough.attribution.samples, rough.complete), (Some(64), false));
    let complete = attributor.attribute_within(&event, ALL_TIME, go_on).unwrap();
    assert_eq!((complete.attribution, complete.complete), (full, true));
}
