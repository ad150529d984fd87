//! Where few samples see anything, and where rounding hides the noises: the error says so.

use etiology::attribution::{EngineName, Estimator};
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, Result, ShapleyMethod, StructuralCausalModel,
};

fn config() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail)
}

/// Causes with the given noises and effects, and a target with noise of its own.
fn star(causes: &[(&str, f64, NoiseDistribution)], own: NoiseDistribution) -> Result<FittedModel> {
    let graph = CausalGraph::from_edges(causes.iter().map(|(name, ..)| (*name, "t")))?;
    let mut model = StructuralCausalModel::new(graph);
    for (name, _, noise) in causes {
        model = model.with_mechanism(name, noise.clone())?;
    }
    let sum = KnownFormula::weighted_sum(causes.iter().map(|(name, effect, _)| (*name, *effect)))?;
    model.with_mechanism("t", AdditiveNoiseModel::known(sum).with_noise(own))?.without_fitting()
}

fn assert_within_4_errors(found: &Attribution, score: f64, contributions: &[(&str, f64)]) {
    let within = |what: &str, value: f64, error: f64, truth: f64| {
        assert!(error > 0.0 && (value - truth).abs() <= 4.0 * error, "{what}: {value} ± {error} instead of {truth}");
    };
    within("score", found.score.value, found.score.std_error, score);
    for (node, truth) in contributions {
        let found = found.contribution(node).unwrap();
        within(node, found.value, found.std_error, *truth);
    }
}

/// ln q of a sum of exponentials by partial fractions: for x ≥ 0 the sum over effects a above 0 of e^(−x/a)·Π 1/(1 − b/a).
#[test]
fn a_noise_with_its_bounded_side_towards_the_region_is_not_the_one_to_integrate() {
    let exponential = |mean: f64| NoiseDistribution::exponential(mean).unwrap();
    let effects = [-3871.870, 2792.928, -200.028];
    let noises = [0.278, 11.826, 0.234, 0.054];
    let causes =
        [("a", effects[0], exponential(1.0)), ("b", effects[1], exponential(1.0)), ("c", effects[2], exponential(1.0))];
    let model = star(&causes, exponential(0.038)).unwrap();
    let x = effects.iter().zip(noises).map(|(effect, noise)| effect * noise).sum::<f64>() + noises[3];
    let values = [("a", noises[0]), ("b", noises[1]), ("c", noises[2]), ("t", x)];
    let observation = Observation::from_pairs(values).unwrap();
    let factor = |a: f64| {
        let others = [effects[0], effects[1], effects[2], 0.038].into_iter().filter(|&b| b != a);
        others.map(|b| 1.0 / (1.0 - b / a)).product::<f64>() * (-x / a).exp()
    };
    let score = -((factor(effects[1]) + factor(0.038) + 1e-8) / (1.0 + 1e-8)).ln();
    assert!((score - 12.36).abs() < 0.005, "{score}");
    for samples in [32, 256, 4_096, 16_384] {
        let config = config().with_floor(1e-8).with_samples(samples);
        let found = model.attribute_outlier("t", &observation, &config).unwrap();
        assert_within_4_errors(&found, score, &[]);
        assert!(found.score.std_error < 0.5 && found.ranked()[0].node == "b", "{found}");
    }
}

/// A share of 0.003 of the events of a maximum, which 64 samples mostly miss.
#[test]
fn what_no_sample_hits_is_not_certain() {
    let normal = |std_dev: f64| NoiseDistribution::normal(0.0, std_dev).unwrap();
    let graph = CausalGraph::from_edges([("a", "t"), ("b", "t")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("a", normal(1.0))
        .unwrap()
        .with_mechanism("b", normal(1.0))
        .unwrap()
        .with_mechanism("t", AdditiveNoiseModel::known(KnownFormula::maximum(["a", "b"])).with_noise(normal(1e-3)))
        .unwrap()
        .without_fitting()
        .unwrap();
    let observation = Observation::from_pairs([("a", 2.97), ("b", 0.1), ("t", 2.97)]).unwrap();
    let survival = normal(1.0).survival(2.97);
    let truth = -((1.0 - (1.0 - survival).powi(2) + 1e-4) / (1.0 + 1e-4)).ln();
    for seed in 0..20 {
        for (estimator, samples) in [(Estimator::Auto, 64), (Estimator::Counting, 64), (Estimator::Counting, 512)] {
            let config = config().with_floor(1e-4).with_samples(samples).with_seed(seed).with_estimator(estimator);
            let found = model.attribute_outlier("t", &observation, &config).unwrap();
            assert_within_4_errors(&found, truth, &[]);
            let few = config.with_shapley_method(ShapleyMethod::Permutations(4));
            assert_within_4_errors(&model.attribute_outlier("t", &observation, &few).unwrap(), truth, &[]);
        }
    }
}

/// a → t: t = a + n with standard normal noises times `scale`, at so many standard deviations from 0.
fn chain(scale: f64, offset: f64) -> (FittedModel, Observation) {
    let model = star(
        &[("a", 1.0, NoiseDistribution::normal(offset * scale, scale).unwrap())],
        NoiseDistribution::normal(0.0, scale).unwrap(),
    );
    let a = offset * scale + 4.0 * scale;
    (model.unwrap(), Observation::from_pairs([("a", a), ("t", a + 0.5 * scale)]).unwrap())
}

#[test]
fn an_offset_that_hides_the_noises_is_an_error() {
    // Without an offset: the score −ln(P{Z ≥ 4.5/√2} + ε), in closed form.
    let (model, observation) = chain(1.0, 0.0);
    let truth = model.attribute_outlier("t", &observation, &config().with_floor(1e-4)).unwrap();
    assert_eq!(truth.score.std_error, 0.0);
    let contributions: Vec<(&str, f64)> =
        truth.contributions.iter().map(|found| (found.node.as_str(), found.value)).collect();
    for estimator in [EngineName::ClosedForm, EngineName::Sampling] {
        let mut last = 0.0;
        for offset in [1e9, 1e12, 1e15] {
            let (model, observation) = chain(1.0, offset);
            let config = config().with_floor(1e-4).with_estimator(Estimator::Only(estimator)).with_samples(1_024);
            let found = model.attribute_outlier("t", &observation, &config).unwrap();
            assert_within_4_errors(&found, truth.score.value, &contributions);
            assert!(found.score.std_error > last, "at {offset}: {found}");
            last = found.score.std_error;
        }
        assert!(last > 1.0, "rounding hides much at 10¹⁵ standard deviations: {last}");
    }
}

#[test]
fn noises_whose_variance_no_number_holds_have_their_scores() {
    let (model, observation) = chain(1.0, 0.0);
    let truth = model.attribute_outlier("t", &observation, &config().with_floor(1e-4)).unwrap();
    for scale in [1e-300, 1e-200, 1e150] {
        let (model, observation) = chain(scale, 0.0);
        for estimator in [Estimator::Auto, Estimator::MonteCarlo] {
            let config = config().with_floor(1e-4).with_estimator(estimator);
            let found = model.attribute_outlier("t", &observation, &config).unwrap();
            let missed = (found.score.value - truth.score.value).abs();
            assert!(missed <= 4.0 * found.score.std_error + 1e-9, "{scale}: {found}");
            assert!(found.score.std_error < 0.1, "{scale}: {found}");
        }
    }
}
