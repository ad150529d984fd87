//! Formulas and custom mechanisms, which name their parents.

use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, CustomMechanism, Dataset, FeatureMap,
    KnownFormula, Mechanism, NoiseDistribution, Observation, StructuralCausalModel,
};

use super::{LocationScale, assert_close, draws, graph, normal, uniform};

fn values_of(attribution: &Attribution) -> Vec<(String, f64)> {
    let mut values: Vec<(String, f64)> =
        attribution.contributions.iter().map(|contribution| (contribution.node.clone(), contribution.value)).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

/// value = parent · noise
#[derive(Debug)]
struct Proportional;

impl Mechanism for Proportional {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

#[test]
fn formulas_that_name_their_parents_in_another_order_mean_the_same() {
    let edges = [("a", "y"), ("b", "y"), ("c", "y")];
    let (a, b, c) = (1.25, -0.5, 3.0);
    let observation = Observation::from_pairs([("y", 10.0), ("a", a), ("b", b), ("c", c)]).unwrap();
    let weighted = |terms: [(&str, f64); 3]| KnownFormula::weighted_sum(terms).unwrap();
    let cases = [
        (a + b + c, KnownFormula::sum(["a", "b", "c"]), KnownFormula::sum(["c", "a", "b"])),
        (
            2.0 * a - b + 0.5 * c,
            weighted([("a", 2.0), ("b", -1.0), ("c", 0.5)]),
            weighted([("c", 0.5), ("a", 2.0), ("b", -1.0)]),
        ),
        (c, KnownFormula::maximum(["a", "b", "c"]), KnownFormula::maximum(["b", "c", "a"])),
        (
            a - b * c,
            KnownFormula::new(["a", "b", "c"], |p| p[0] - p[1] * p[2]),
            KnownFormula::new(["c", "a", "b"], |p| p[1] - p[2] * p[0]),
        ),
    ];
    for (value, in_order, reordered) in cases {
        let fitted = |formula: KnownFormula| {
            let mut model = StructuralCausalModel::new(graph(&edges));
            for root in ["a", "b", "c"] {
                model = model.with_mechanism(root, normal(0.0, 1.0)).unwrap();
            }
            let mechanism = AdditiveNoiseModel::known(formula).with_noise(normal(0.0, 0.5));
            model.with_mechanism("y", mechanism).unwrap().without_fitting().unwrap()
        };
        let (in_order, reordered) = (fitted(in_order), fitted(reordered));
        assert_ne!(in_order.mechanism_parents("y").unwrap(), reordered.mechanism_parents("y").unwrap());
        for model in [&in_order, &reordered] {
            assert_close(model.estimate_noise(&observation).unwrap().get("y").unwrap(), 10.0 - value, 1e-14);
        }
        let samples = [&in_order, &reordered].map(|model| model.draw_samples(200, 3).unwrap());
        let difference = samples[0].values().to_owned() - samples[1].values();
        assert!(difference.iter().all(|difference| difference.abs() < 1e-13), "{value}: {difference}");
        let config = AttributionConfig::default().with_samples(500).with_feature_map(FeatureMap::UpperTail);
        let [first, second] =
            [in_order, reordered].map(|model| model.attribute_outlier("y", &observation, &config).unwrap());
        for ((node, found), (_, expected)) in values_of(&first).into_iter().zip(values_of(&second)) {
            assert!((found - expected).abs() < 1e-9, "{node}: {found} {expected}");
        }
    }
}

#[test]
fn a_custom_mechanism_gets_its_parents_in_the_order_it_names_them() {
    let model = StructuralCausalModel::new(graph(&[("fast", "y"), ("slow", "y")]))
        .with_mechanism("fast", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("slow", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("y", CustomMechanism::new(["slow", "fast"], LocationScale).with_noise(normal(0.0, 1.0)))
        .unwrap()
        .without_fitting()
        .unwrap();
    assert_eq!(model.mechanism_parents("y").unwrap(), ["slow", "fast"]);
    // slow − fast + (1 + slow²)·noise = 2 − 7 + 5·3
    let observation = Observation::from_pairs([("fast", 7.0), ("slow", 2.0), ("y", 10.0)]).unwrap();
    assert_eq!(model.estimate_noise(&observation).unwrap().get("y"), Some(3.0));
    let mechanism = model.mechanism("y").unwrap();
    assert_eq!(mechanism.evaluate(&[2.0, 7.0], 3.0), 10.0);
    assert!(mechanism.parent_function().is_none());
}

#[test]
fn a_custom_mechanism_learns_its_noise_from_what_it_recovers() {
    let quantity = draws(&uniform(10.0, 20.0), 400, 40);
    let share = draws(&uniform(0.1, 0.3), 400, 41);
    let returns: Vec<f64> = quantity.iter().zip(&share).map(|(quantity, share)| quantity * share).collect();
    let data = Dataset::from_columns([("quantity", quantity), ("returns", returns)]).unwrap();
    let model = StructuralCausalModel::new(graph(&[("quantity", "returns")]))
        .with_mechanism("returns", CustomMechanism::new(["quantity"], Proportional))
        .unwrap()
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    let NoiseDistribution::Empirical(noise) = model.mechanism("returns").unwrap().noise() else { panic!() };
    let mut expected = share;
    expected.sort_by(f64::total_cmp);
    assert!(noise.values().iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-15));
}

#[test]
fn a_known_node_needs_no_column() {
    let data = Dataset::from_columns([("a", vec![1.0, 2.0, 4.0, 3.0]), ("b", vec![2.0, 4.5, 8.0, 5.5])]).unwrap();
    let graph = CausalGraph::from_edges([("a", "b"), ("b", "y"), ("c", "y")]).unwrap();
    let y = AdditiveNoiseModel::known(KnownFormula::sum(["b", "c"])).with_noise(normal(0.0, 1.0));
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("c", normal(10.0, 1.0))
        .unwrap()
        .with_mechanism("y", y)
        .unwrap()
        .assign_mechanisms_with(&data, &AssignmentConfig::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    let observation = Observation::from_pairs([("a", 2.0), ("b", 4.0), ("c", 18.0), ("y", 22.0)]).unwrap();
    let attribution = model.attribute_outlier("y", &observation, &AttributionConfig::default()).unwrap();
    assert_eq!(attribution.ranked()[0].node, "c", "{attribution}");
    // Eight standard deviations out; c's column is missing, so its typical value comes from the model.
    assert_close(attribution.contribution("c").unwrap().typical, 10.0, 0.1);
}

#[test]
fn a_wholly_known_model_needs_no_data() {
    let y = AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(normal(0.0, 1.0));
    let model = StructuralCausalModel::new(graph(&[("a", "y")]))
        .with_mechanism("a", normal(0.0, 1.0))
        .unwrap()
        .with_mechanism("y", y)
        .unwrap();
    let known = model.without_fitting().unwrap();
    assert_eq!(known.training_rows(), None);
    assert_eq!(known.default_floor(), 1e-4);
    // Data changes what is typical, not the mechanisms.
    let data = Dataset::from_columns([("a", vec![3.0, 4.0]), ("y", vec![3.0, 5.0])]).unwrap();
    let fitted = model.fit(&data).unwrap();
    assert_eq!(fitted.training_rows(), Some(2));
    assert_eq!(fitted.mechanism("a").unwrap().noise(), &normal(0.0, 1.0));
    assert_eq!(fitted.draw_samples(10, 1).unwrap(), known.draw_samples(10, 1).unwrap());
}
