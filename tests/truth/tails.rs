//! Events far beyond the training data: with modelled tails and a floor of 0, scores do not saturate.

use etiology::attribution::Estimator;
use etiology::noise::{Tail, TailConfig};
use etiology::score::{ItScore, ItScorer};
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Dataset, Error, FeatureMap, FittedModel,
    KnownFormula, NoiseDistribution, NoiseFamily, Observation, ShapleyMethod, StructuralCausalModel,
};

const ROWS: usize = 2_000;
/// How far out events are, in standard deviations.
const EVENTS: [f64; 4] = [4.0, 5.0, 13.0, 134.0];

/// Standard normal quantiles in an order without pattern.
fn normal_column(multiplier: usize) -> Vec<f64> {
    let normal = NoiseDistribution::normal(0.0, 1.0).unwrap();
    // Multiplying by a number without common factors visits every rank once.
    (0..ROWS).map(|row| normal.quantile(((row * multiplier % ROWS) as f64 + 0.5) / ROWS as f64).unwrap()).collect()
}

/// b = 2a + noise, fitted with tails.
fn fitted(tail: Tail) -> FittedModel {
    let (a, noise) = (normal_column(1), normal_column(1_237));
    let b = a.iter().zip(&noise).map(|(a, noise)| 2.0 * a + noise).collect();
    let data = Dataset::from_columns([("a", a), ("b", b)]).unwrap();
    let family = NoiseFamily::Tailed(TailConfig::default().with_lower(tail).with_upper(tail));
    StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("a", family)
        .unwrap()
        .with_mechanism("b", AdditiveNoiseModel::linear().with_noise(family))
        .unwrap()
        .fit(&data)
        .unwrap()
}

/// The cause is `far` standard deviations out, and the effect follows.
fn event(far: f64) -> Observation {
    Observation::from_pairs([("a", far), ("b", 2.0 * far + 0.3)]).unwrap()
}

fn attribute(model: &FittedModel, target: &str, far: f64, config: &AttributionConfig) -> Attribution {
    model.attribute_outlier(target, &event(far), config).unwrap()
}

fn assert_increasing(nats: &[f64]) {
    assert!(nats.iter().all(|nats| nats.is_finite()), "{nats:?}");
    assert!(nats.windows(2).all(|pair| pair[1] > pair[0] + 1.0), "{nats:?}");
}

#[test]
fn scores_of_a_root_and_of_an_additive_target_never_saturate() {
    for tail in [Tail::Automatic, Tail::Exponential, Tail::GeneralisedPareto] {
        let model = fitted(tail);
        for feature_map in [FeatureMap::DistanceFromMedian, FeatureMap::UpperTail, FeatureMap::ZScore] {
            let config = AttributionConfig::default().with_floor(0.0).with_feature_map(feature_map);
            for target in ["a", "b"] {
                let scores = EVENTS.map(|far| attribute(&model, target, far, &config).score);
                assert!(scores.iter().all(|score| !score.saturated));
                assert_increasing(&scores.map(|score| score.value));
            }
        }
    }
}

#[test]
fn contributions_far_out_name_the_cause_and_sum_to_the_score() {
    let model = fitted(Tail::Automatic);
    let config = AttributionConfig::default().with_floor(0.0);
    for far in EVENTS {
        let attribution = attribute(&model, "b", far, &config);
        let cause = &attribution.ranked()[0];
        assert!(cause.node == "a" && cause.extrapolated, "{attribution}");
        assert!(!attribution.contribution("b").unwrap().extrapolated);
        let sum: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
        assert!((sum - attribution.score.value).abs() < 1e-10 * attribution.score.value, "{attribution}");
        assert!(cause.share.unwrap() > 0.8, "{attribution}");
        assert!(cause.std_error < 0.01 * cause.value, "{attribution}");
    }
    let nats = EVENTS.map(|far| attribute(&model, "b", far, &config).ranked()[0].noise_score);
    assert_increasing(&nats);
}

#[test]
fn without_tails_far_events_are_alike_and_without_a_floor_impossible() {
    let model = fitted(Tail::None);
    let default = AttributionConfig::default();
    let [.., near, far] = EVENTS.map(|far| attribute(&model, "a", far, &default).score);
    assert!(near.saturated && near.value == far.value);
    let error = model.attribute_outlier("a", &event(134.0), &default.with_floor(0.0)).unwrap_err();
    assert!(error.to_string().contains("floor"), "{error}");
}

#[test]
fn node_scores_without_a_floor_tell_all_events_apart() {
    let model = fitted(Tail::Automatic);
    let scores =
        |far: f64, floor: f64| model.node_scores_with_floor(&event(far), &FeatureMap::default(), floor).unwrap();
    assert_increasing(&EVENTS.map(|far| scores(far, 0.0)[0].conditional.as_ref().unwrap().nats()));
    assert!(scores(134.0, 0.0)[0].extrapolated && !scores(134.0, 0.0)[1].extrapolated);
    assert!(!scores(1.0, 0.0)[0].extrapolated);
    assert!(
        scores(134.0, 0.0)[0].marginal.as_ref().unwrap().is_saturated(),
        "reference values know nothing beyond themselves"
    );
    let with_default = model.node_scores(&event(13.0), &FeatureMap::default()).unwrap();
    assert_eq!(with_default, scores(13.0, model.default_floor()));
    for bad in [-0.1, 1.0, f64::NAN] {
        let refused = model.node_scores_with_floor(&event(1.0), &FeatureMap::default(), bad);
        assert!(matches!(refused, Err(Error::InvalidParameter { .. })));
    }
    let error = fitted(Tail::None).node_scores_with_floor(&event(134.0), &FeatureMap::default(), 0.0).unwrap_err();
    assert!(error.to_string().starts_with("node `a`: "), "{error}");
}

#[test]
fn calibrated_scores_with_a_tail_never_saturate() {
    let reference: Vec<f64> = normal_column(1).iter().map(|value| value.abs()).collect();
    let scorer = ItScorer::calibrate(&reference).unwrap();
    let with_tail = scorer.clone().with_tail(Tail::Automatic).unwrap().with_floor(0.0).unwrap();
    assert_increasing(&EVENTS.map(|far| with_tail.score(far).unwrap().nats()));
    // Among the reference scores nothing changes but the floor.
    let nats = |scorer: ItScorer| scorer.with_floor(0.0).unwrap().score(1.0).unwrap().nats();
    assert!((nats(scorer.clone()) - nats(with_tail)).abs() < 1e-12);
    assert!(scorer.with_floor(0.0).unwrap().score(134.0).is_err());
    assert!(ItScorer::calibrate(&[1.0, f64::INFINITY]).unwrap().with_tail(Tail::Automatic).is_err());
}

#[test]
fn scores_of_logarithms_are_those_of_probabilities() {
    for (probability, floor) in [(0.3, 0.0), (1.0, 0.0), (1e-300, 0.0), (1e-3, 1e-4), (0.0, 1e-4)] {
        let plain = ItScore::from_tail_probability(probability, floor).unwrap();
        let logarithm = ItScore::from_log_tail_probability(probability.ln(), floor).unwrap();
        assert!((plain.nats() - logarithm.nats()).abs() < 1e-12 * plain.nats().max(1.0));
        assert_eq!(plain.is_saturated(), logarithm.is_saturated());
    }
    assert_eq!(ItScore::from_log_tail_probability(-1e5, 0.0).unwrap().nats(), 1e5);
    for (logarithm, floor) in [(0.1, 0.0), (f64::NAN, 0.0), (f64::NEG_INFINITY, 0.0), (-1.0, 1.0), (-1.0, -0.1)] {
        assert!(ItScore::from_log_tail_probability(logarithm, floor).is_err(), "{logarithm}, {floor}");
    }
}

/// X ~ Exp with mean 2 and Y = X + N with N ~ Exp with mean ½ at x = 2990, n = 10: for t = x + n the target's tail is
/// P{X + N ≥ t} = e^(−t/2)·4/3 (and a term e^(−2t) less), P{N ≥ n} = e^(−2n) and P{X ≥ x} = e^(−x/2).
#[test]
fn sampled_contributions_agree_with_closed_forms_where_probabilities_underflow() {
    let y = AdditiveNoiseModel::known(KnownFormula::sum(["x"]));
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("x", "y")]).unwrap())
        .with_mechanism("x", NoiseDistribution::exponential(2.0).unwrap())
        .unwrap()
        .with_mechanism("y", y.with_noise(NoiseDistribution::exponential(0.5).unwrap()))
        .unwrap()
        .without_fitting()
        .unwrap();
    let (x, n) = (2_990.0, 10.0);
    let observation = Observation::from_pairs([("x", x), ("y", x + n)]).unwrap();
    let nothing_kept = (4.0_f64 / 3.0).ln() - (x + n) / 2.0;
    let (x_kept, n_kept) = (-2.0 * n, -x / 2.0);
    let expected = 0.5 * (x_kept - nothing_kept - n_kept);
    for estimator in [Estimator::Auto, Estimator::MonteCarlo] {
        for method in [ShapleyMethod::Exact, ShapleyMethod::Permutations(4)] {
            let config = AttributionConfig::default()
                .with_floor(0.0)
                .with_feature_map(FeatureMap::UpperTail)
                .with_estimator(estimator)
                .with_shapley_method(method);
            let attribution = model.attribute_outlier("y", &observation, &config).unwrap();
            assert!((attribution.score.value + nothing_kept).abs() < 0.02, "{attribution}");
            let cause = attribution.contribution("x").unwrap();
            assert!((cause.value - expected).abs() < 0.02 && cause.std_error < 0.02, "{cause:?}, not {expected}");
            assert_eq!(attribution.score.tail_probability, Some(0.0));
        }
    }
}

#[test]
fn the_report_says_whose_noise_is_beyond_the_training_data() {
    let model = fitted(Tail::Automatic);
    let config = AttributionConfig::default().with_floor(0.0);
    let (far, near) = (attribute(&model, "b", 13.0, &config), attribute(&model, "b", 1.0, &config));
    assert!(far.to_string().ends_with("Noise beyond the training data: `a`.\n"), "{far}");
    assert!(!near.to_string().contains("beyond"), "{near}");
    let json = serde_json::to_string(&far).unwrap();
    assert_eq!(json.matches(r#""extrapolated":true"#).count(), 1, "{json}");
    assert_eq!(serde_json::from_str::<Attribution>(&json).unwrap(), far);
    assert!(!serde_json::to_string(&near).unwrap().contains("extrapolated"));
}

/// The same linear target by inversion, which needs exponential tails, and by samples.
#[test]
fn inversion_and_samples_agree_on_exponential_tails() {
    let model = fitted(Tail::Exponential);
    let samples = AttributionConfig::default().with_samples(1 << 17).with_estimator(Estimator::MonteCarlo);
    for far in [2.0, 4.0, 5.0] {
        let inverted = attribute(&model, "b", far, &AttributionConfig::default());
        assert_eq!(inverted.samples, None);
        let sampled = attribute(&model, "b", far, &samples);
        for contribution in &inverted.contributions {
            let other = sampled.contribution(&contribution.node).unwrap();
            let room = 4.0 * other.std_error.hypot(contribution.std_error) + 0.002;
            assert!((contribution.value - other.value).abs() < room, "{inverted}{sampled}");
        }
    }
}

/// A generalised Pareto tail is too wide for a lattice.
#[test]
fn heavy_tails_are_sampled_and_still_name_the_cause() {
    let heavy: Vec<f64> = normal_column(1).iter().map(|value| (1.5 * value).exp()).collect();
    let noise = normal_column(1_237);
    let b = heavy.iter().zip(&noise).map(|(a, noise)| a + noise).collect();
    let data = Dataset::from_columns([("a", heavy), ("b", b)]).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("a", NoiseFamily::tailed())
        .unwrap()
        .with_mechanism("b", AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseFamily::tailed()))
        .unwrap()
        .fit(&data)
        .unwrap();
    let NoiseDistribution::Tailed(fitted) = model.mechanism("a").unwrap().noise() else { panic!("not tailed") };
    assert!(fitted.upper_tail().unwrap().shape() > 0.2 && fitted.lower_tail().is_none(), "{fitted}");
    let scores = [100.0, 1e3, 1e5].map(|far| {
        let observation = Observation::from_pairs([("a", far), ("b", far + 0.5)]).unwrap();
        let attribution =
            model.attribute_outlier("b", &observation, &AttributionConfig::default().with_floor(0.0)).unwrap();
        assert!(attribution.samples.is_some() && attribution.ranked()[0].node == "a", "{attribution}");
        // Y is hardly more than A, so its tail is hardly heavier.
        let alone = -fitted_survival(&model, far);
        assert!((attribution.score.value - alone).abs() < 0.1, "{attribution} not {alone}");
        attribution.score.value
    });
    assert_increasing(&scores);
}

fn fitted_survival(model: &FittedModel, far: f64) -> f64 {
    model.mechanism("a").unwrap().noise().log_survival(far)
}
