//! Models of several kinds of mechanisms: assigning, inverting and drawing.

use etiology::mechanism::{AssignmentConfig, CausalMechanism, NoiseModel};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CustomMechanism, Dataset, FeatureMap, KnownFormula, Mechanism,
    NoiseDistribution, NoiseFamily, Observation, StructuralCausalModel,
};

use super::{LocationScale, assert_close, draws, graph, linear_data, normal};

/// a root, a learned, a known and a custom node.
fn mixed_model() -> (StructuralCausalModel, Dataset) {
    let rows = 300;
    let root = draws(&normal(4.0, 1.0), rows, 60);
    let wobble = [61, 62, 63].map(|seed| draws(&normal(0.0, 0.3), rows, seed));
    let learned: Vec<f64> = (0..rows).map(|row| 2.0 - root[row] + wobble[0][row]).collect();
    let known: Vec<f64> = (0..rows).map(|row| root[row].max(learned[row]) + wobble[1][row]).collect();
    let custom: Vec<f64> =
        (0..rows).map(|row| LocationScale.evaluate(&[known[row], learned[row]], wobble[2][row])).collect();
    let data = Dataset::from_columns([("root", root), ("learned", learned), ("known", known), ("custom", custom)])
        .expect("the columns are equally long");
    let edges =
        [("root", "learned"), ("root", "known"), ("learned", "known"), ("learned", "custom"), ("known", "custom")];
    let known = AdditiveNoiseModel::known(KnownFormula::maximum(["learned", "root"]));
    let model = StructuralCausalModel::new(graph(&edges))
        .with_mechanism("known", known.with_noise(NoiseFamily::Normal))
        .and_then(|model| model.with_mechanism("custom", CustomMechanism::new(["known", "learned"], LocationScale)))
        .and_then(|model| model.assign_mechanisms_with(&data, &AssignmentConfig::linear()))
        .expect("the mechanisms fit the graph");
    (model, data)
}

#[test]
fn evaluating_the_estimated_noise_gives_back_the_observation() {
    let (model, data) = mixed_model();
    let model = model.fit(&data).unwrap();
    for observation in data.observations().take(50) {
        let noises = model.estimate_noise(&observation).unwrap();
        assert_eq!(noises.names(), ["root", "learned", "known", "custom"]);
        // Node by node downstream, each from the values computed before it.
        let mut values: Vec<(&str, f64)> = Vec::new();
        for node in model.graph().topological_order() {
            let parents: Vec<f64> = model
                .mechanism_parents(node)
                .unwrap()
                .iter()
                .map(|&parent| values.iter().find(|&&(name, _)| name == parent).unwrap().1)
                .collect();
            let mechanism = model.mechanism(node).unwrap();
            let value = mechanism.evaluate(&parents, noises.get(node).unwrap());
            assert_close(value, observation.get(node).unwrap(), 1e-12 * (1.0 + value.abs()));
            assert_close(mechanism.estimate_noise(&parents, value), noises.get(node).unwrap(), 1e-12);
            values.push((node, value));
        }
    }
}

#[test]
fn a_mixed_model_attributes_to_the_node_whose_noise_is_unusual() {
    let (model, data) = mixed_model();
    let model = model.fit(&data).unwrap();
    // The known node is 3 above the larger of its parents, ten of its standard deviations.
    let (root, learned) = (4.0, -2.0);
    let known = root + 3.0;
    let custom = LocationScale.evaluate(&[known, learned], 0.0);
    let observation =
        Observation::from_pairs([("root", root), ("learned", learned), ("known", known), ("custom", custom)]).unwrap();
    let config = AttributionConfig::default().with_samples(2000).with_feature_map(FeatureMap::UpperTail);
    let attribution = model.attribute_outlier("known", &observation, &config).unwrap();
    assert_eq!(attribution.ranked()[0].node, "known", "{attribution}");
    assert_eq!(attribution.contributions.len(), 3, "custom is no ancestor of known");
}

#[test]
fn assigning_keeps_what_was_set_and_fills_the_rest() {
    let data = linear_data(100, 70);
    let unassigned =
        StructuralCausalModel::new(graph(&[("a", "y"), ("b", "y")])).with_mechanism("a", NoiseFamily::Normal).unwrap();
    assert!(unassigned.mechanism("y").unwrap().is_none() && unassigned.mechanism("b").unwrap().is_none());
    let model = unassigned.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap();
    assert!(matches!(model.mechanism("a").unwrap(), Some(CausalMechanism::Root(NoiseModel::Fit(NoiseFamily::Normal)))));
    assert!(matches!(
        model.mechanism("b").unwrap(),
        Some(CausalMechanism::Root(NoiseModel::Fit(NoiseFamily::Empirical)))
    ));
    assert!(matches!(model.mechanism("y").unwrap(), Some(CausalMechanism::AdditiveNoise(_))));
    let fitted = model.fit(&data).unwrap();
    let family = |node: &str| fitted.mechanism(node).unwrap().noise().family_name();
    assert_eq!(["a", "b", "y"].map(family), ["normal", "empirical", "empirical"]);
}

#[test]
fn the_last_mechanism_given_counts() {
    let model = StructuralCausalModel::new(graph(&[("a", "y")]))
        .with_mechanism("a", NoiseFamily::Normal)
        .unwrap()
        .with_mechanism("a", normal(1.0, 2.0))
        .unwrap();
    assert!(matches!(model.mechanism("a").unwrap(), Some(CausalMechanism::Root(NoiseModel::Known(_)))));
}

#[test]
fn samples_depend_on_the_seed_alone() {
    let (model, data) = mixed_model();
    let model = model.fit(&data).unwrap();
    let samples = model.draw_samples(100, 5).unwrap();
    assert_eq!(samples.names(), ["root", "learned", "known", "custom"]);
    assert_eq!(samples, model.clone().draw_samples(100, 5).unwrap());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(samples, pool.install(|| model.draw_samples(100, 5)).unwrap());
    let other = model.draw_samples(100, 6).unwrap();
    for name in samples.names() {
        assert_ne!(samples.column(name).unwrap(), other.column(name).unwrap(), "{name}");
    }
}

#[test]
fn samples_have_the_moments_of_the_model() {
    // a ~ N(1, 2²), y = 3a + Exp(0.5): mean 3.5, variance 36 + 0.25, covariance with a 12.
    let y = AdditiveNoiseModel::known(KnownFormula::weighted_sum([("a", 3.0)]).unwrap())
        .with_noise(NoiseDistribution::exponential(0.5).unwrap());
    let model = StructuralCausalModel::new(graph(&[("a", "y")]))
        .with_mechanism("a", normal(1.0, 2.0))
        .unwrap()
        .with_mechanism("y", y)
        .unwrap()
        .without_fitting()
        .unwrap();
    let rows = 100_000;
    let samples = model.draw_samples(rows, 9).unwrap();
    let [a, y] = ["a", "y"].map(|name| samples.column(name).unwrap().to_vec());
    let mean = |values: &[f64]| values.iter().sum::<f64>() / rows as f64;
    let (mean_a, mean_y) = (mean(&a), mean(&y));
    let covariance = (0..rows).map(|row| (a[row] - mean_a) * (y[row] - mean_y)).sum::<f64>() / rows as f64;
    let variance = y.iter().map(|value| (value - mean_y).powi(2)).sum::<f64>() / rows as f64;
    // Five standard errors; those of second moments of nearly normal variables are √(2/n)·σ² and
    // √((σₐ²σᵧ² + cov²)/n).
    let n = rows as f64;
    assert_close(mean_a, 1.0, 5.0 * (4.0 / n).sqrt());
    assert_close(mean_y, 3.5, 5.0 * (36.25 / n).sqrt());
    assert_close(variance, 36.25, 5.0 * 36.25 * (2.0 / n).sqrt());
    assert_close(covariance, 12.0, 5.0 * ((4.0 * 36.25 + 144.0) / n).sqrt());
}
