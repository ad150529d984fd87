//! Which engine answers, why, and that all that apply agree.

use std::ops::ControlFlow;
use std::time::Duration;

use etiology::attribution::{AttributionQuestion, EngineName, Estimator, WhatIf};
use etiology::{Attribution, AttributionConfig, Attributor, Error, FeatureMap, Precision, Quantity, ShapleyMethod};

use super::models::{self, Case};

const ENGINES: [EngineName; 5] = [
    EngineName::ClosedForm,
    EngineName::Enumeration,
    EngineName::FourierInversion,
    EngineName::PartialInversion,
    EngineName::Sampling,
];

#[test]
fn the_engine_follows_from_the_target_the_measure_and_the_means() {
    use EngineName::{ClosedForm, FourierInversion, PartialInversion, Sampling};
    let cases = models::all();
    for (name, preferred, answered) in [
        ("normal, distance from the median", ClosedForm, ClosedForm),
        ("normal, mean", ClosedForm, ClosedForm),
        ("normal, sampled", Sampling, Sampling),
        ("normal, 24 nodes", ClosedForm, ClosedForm),
        ("linear, upper tail", FourierInversion, FourierInversion),
        ("linear, mean", ClosedForm, ClosedForm),
        ("linear, floor below what the data support", Sampling, Sampling),
        ("linear, a gap", FourierInversion, FourierInversion),
        ("linear, 24 nodes", FourierInversion, FourierInversion),
        ("partly linear, upper tail", PartialInversion, PartialInversion),
        ("partly linear, three permutations", PartialInversion, Sampling),
        ("partly linear, counted", Sampling, Sampling),
        ("partly linear, mean", Sampling, Sampling),
        ("mixed, 24 nodes", Sampling, Sampling),
        ("short payment, custom feature", Sampling, Sampling),
        // The partial inversion leaves more open than its tolerance.
        ("non-linear", PartialInversion, Sampling),
        ("atoms", Sampling, Sampling),
        ("shop, linear", FourierInversion, FourierInversion),
        ("shop, automatic", PartialInversion, PartialInversion),
    ] {
        let case = cases.iter().find(|case| case.name == name).unwrap();
        let attributor = case.model.attributor(&case.target, case.config.clone()).unwrap();
        let attribution = attributor.attribute(&case.event).unwrap();
        let found = (attributor.explain().engine, attribution.explain().engine);
        assert_eq!(found, (preferred, answered), "{name}: {}", attribution.explain());
    }
}

#[test]
fn every_other_engine_has_a_reason() {
    for case in models::all() {
        let attributor = case.model.attributor(&case.target, case.config.clone()).unwrap();
        let attribution = attributor.attribute(&case.event).unwrap();
        for explanation in [attributor.explain(), attribution.explain()] {
            let mut named: Vec<EngineName> = explanation.others.iter().map(|(engine, _)| *engine).collect();
            named.push(explanation.engine);
            assert!(named.len() == ENGINES.len() && ENGINES.iter().all(|engine| named.contains(engine)), "{named:?}");
            let reasons = explanation.others.iter().map(|(_, reason)| reason).chain([&explanation.why]);
            for reason in reasons {
                assert!(!reason.is_empty() && !reason.ends_with('.'), "{}: {reason:?}", case.name);
            }
        }
    }
}

/// The case by one engine alone; nothing where the engine does not apply.
fn forced(case: &Case, engine: EngineName) -> Option<Attribution> {
    let config = case.config.clone().with_estimator(Estimator::Only(engine));
    let found = case.model.attributor(&case.target, config).and_then(|attributor| attributor.attribute(&case.event));
    match found {
        Ok(attribution) => {
            assert_eq!(attribution.explain().engine, engine, "{}", case.name);
            Some(attribution)
        }
        Err(Error::EngineDoesNotApply { reason, .. }) => {
            assert!(!reason.is_empty(), "{}", case.name);
            None
        }
        Err(other) => panic!("{}, {engine}: {other}", case.name),
    }
}

#[test]
fn engines_that_apply_agree_within_their_errors() {
    let mut pairs = 0;
    for case in models::all() {
        let is_automatic = case.config.means.estimator == Estimator::Auto;
        // Rare worlds at a floor that is hardly one are beyond few samples; permutations differ between engines.
        let is_precise = case.config.question.floor != etiology::attribution::Floor::Fixed(0.0);
        if !is_automatic || !is_precise {
            continue;
        }
        let found: Vec<Attribution> = ENGINES.into_iter().filter_map(|engine| forced(&case, engine)).collect();
        assert!(!found.is_empty(), "{}: sampling always applies", case.name);
        for pair in found.windows(2) {
            pairs += 1;
            let [one, other] = pair else { unreachable!("windows of two") };
            let what = format!("{}: {} and {}", case.name, one.explain().engine, other.explain().engine);
            assert_agree(one, other, &what);
        }
    }
    assert!(pairs >= 12, "{pairs}");
}

/// Single coalitions, each of them: an engine that numbers players in another order than the event does must not take one for
/// another.
#[test]
fn every_coalition_is_worth_the_same_by_every_engine() {
    let names = ["linear, exponential times", "partly linear, upper tail", "linear, mean"];
    for case in models::all().into_iter().filter(|case| names.contains(&case.name.as_str())) {
        let attribution = case.model.attribute_outlier(&case.target, &case.event, &case.config).unwrap();
        let nodes: Vec<String> = attribution.contributions.into_iter().map(|contribution| contribution.node).collect();
        let attributors: Vec<Attributor> = ENGINES
            .into_iter()
            .filter_map(|engine| {
                let config = case.config.clone().with_estimator(Estimator::Only(engine));
                case.model.attributor(&case.target, config).ok()
            })
            .collect();
        assert!(attributors.len() >= 2, "{}", case.name);
        for coalition in 0..1_usize << nodes.len() {
            let kept =
                |node: &str| nodes.iter().position(|other| other == node).is_some_and(|bit| coalition >> bit & 1 == 1);
            let found: Vec<WhatIf> =
                attributors.iter().map(|attributor| attributor.what_if(&case.event, kept).unwrap()).collect();
            for pair in found.windows(2) {
                let allowed = 0.002 * pair[0].value.abs() + 4.0 * f64::hypot(pair[0].std_error, pair[1].std_error);
                assert!((pair[0].value - pair[1].value).abs() <= allowed, "{}, {coalition:b}: {pair:?}", case.name);
            }
        }
    }
}

#[test]
fn an_engine_that_is_asked_for_keeps_to_a_time_limit() {
    let names = ["normal, distance from the median", "linear, upper tail", "partly linear, upper tail"];
    for case in models::all().into_iter().filter(|case| names.contains(&case.name.as_str())) {
        for engine in ENGINES.into_iter().filter(|&engine| forced(&case, engine).is_some()) {
            let config = case.config.clone().with_estimator(Estimator::Only(engine));
            let attributor = case.model.attributor(&case.target, config).unwrap();
            let proceed = || ControlFlow::Continue(());
            let found = attributor.attribute_within(&case.event, Duration::ZERO, proceed).unwrap();
            assert_eq!(found.attribution.explain().engine, engine, "{}", case.name);
        }
    }
}

fn assert_agree(one: &Attribution, other: &Attribution, what: &str) {
    let close = |(a, a_error): (f64, f64), (b, b_error): (f64, f64), of: &str| {
        let allowed = 0.01 * a.abs().max(1.0) + 4.0 * f64::hypot(a_error, b_error);
        assert!((a - b).abs() <= allowed, "{what}, {of}: {a} ± {a_error} and {b} ± {b_error}");
    };
    close((one.score.value, one.score.std_error), (other.score.value, other.score.std_error), "score");
    for contribution in &one.contributions {
        let beside = other.contribution(&contribution.node).unwrap();
        let pair = |of: &etiology::attribution::Contribution| (of.value, of.std_error);
        close(pair(contribution), pair(beside), &contribution.node);
    }
}

/// web = auth + max(db, cache) + own times, all exponential: P{web at least as slow} is known by convolution.
#[test]
fn what_if_and_attribute_agree_for_every_engine_and_precision() {
    let (case, exact) = models::convolved();
    for precision in [Precision::Budget, Precision::StdError(0.01), Precision::StdError(0.0005)] {
        for estimator in [Estimator::Auto, Estimator::MonteCarlo, Estimator::Counting] {
            if estimator != Estimator::Auto && precision == Precision::StdError(0.0005) {
                // Nothing so fine is within reach of a million samples.
                continue;
            }
            let config = case.config.clone().with_precision(precision).with_estimator(estimator);
            let attributor = case.model.attributor(&case.target, config).unwrap();
            let attribution = attributor.attribute(&case.event).unwrap();
            let nobody = attributor.what_if(&case.event, |_| false).unwrap();
            let what = format!("{precision:?}, {estimator:?}: {nobody:?}, exact {exact}, {}", attribution.explain());
            let (probability, floor) = (attribution.score.tail_probability.unwrap(), attribution.score.floor.unwrap());
            // Whoever stops when the error looks small stops early where it looks too small: what was asked for is the measure.
            let asked = match precision {
                Precision::StdError(asked) => asked * (exact + floor),
                _ => 0.0,
            };
            let allowed = 4.0 * nobody.std_error.max(asked);
            assert!((nobody.value - exact).abs() <= allowed, "{what}");
            assert!((nobody.value - probability).abs() <= allowed, "{what}: {probability}");
            if let (Precision::StdError(asked), Estimator::Auto) = (precision, estimator) {
                assert!(nobody.std_error <= 1.01 * asked * (nobody.value + floor), "{what}");
            }
        }
    }
}

#[test]
fn the_world_of_nobody_is_the_score_of_every_recorded_case() {
    for case in models::all() {
        let attributor = case.model.attributor(&case.target, case.config.clone()).unwrap();
        let attribution = attributor.attribute(&case.event).unwrap();
        let nobody = attributor.what_if(&case.event, |_| false).unwrap();
        let (probability, std_error) = match attribution.score.tail_probability {
            Some(probability) => {
                let slope = probability + attribution.score.floor.unwrap();
                (probability, attribution.score.std_error * slope)
            }
            None => {
                let observed = case.event.get(&case.target).unwrap();
                (observed - attribution.score.value, attribution.score.std_error)
            }
        };
        let allowed = 4.0 * f64::hypot(std_error, nobody.std_error) + 1e-9 * probability.abs().max(1.0);
        assert!(
            (nobody.value - probability).abs() <= allowed,
            "{}: {nobody:?}, {probability} ± {std_error}",
            case.name
        );
    }
}

#[test]
fn a_configuration_travels_unless_it_is_code() {
    let config = AttributionConfig::default()
        .with_feature_map(FeatureMap::TwoSidedQuantile)
        .with_quantity(Quantity::ItScore)
        .with_floor(1e-5)
        .with_estimator(Estimator::Only(EngineName::Sampling))
        .with_shapley_method(ShapleyMethod::Permutations(40))
        .with_precision(Precision::StdError(0.01))
        .with_seed(9);
    let sent = serde_json::to_string(&config).unwrap();
    let received: AttributionConfig = serde_json::from_str(&sent).unwrap();
    assert_eq!(serde_json::to_string(&received).unwrap(), sent);
    assert_eq!((received.means, received.effort), (config.means, config.effort));
    assert!(matches!(received.question, AttributionQuestion { feature_map: FeatureMap::TwoSidedQuantile, .. }));
    let code = AttributionConfig::default().with_feature_map(FeatureMap::custom(f64::abs));
    assert!(serde_json::to_string(&code).unwrap_err().to_string().contains("closure"));
    assert!(serde_json::from_str::<AttributionConfig>(r#"{"efort":{}}"#).is_err());
}
