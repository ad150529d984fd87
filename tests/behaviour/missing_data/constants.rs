//! Columns that never change.

use etiology::mechanism::LinearFunction;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, NoiseFamily, Observation, StructuralCausalModel,
};

use super::{chain, fit, linear, report, wave};

/// error → latency ← load, where `error` never moved in training.
fn constant_root() -> FittedModel {
    let load = wave(100, 1.0);
    let latency: Vec<f64> = load.iter().zip(wave(100, 2.3)).map(|(load, noise)| load + 0.2 * noise).collect();
    let data = Dataset::from_columns([("error", vec![0.0; 100]), ("load", load), ("latency", latency)]).unwrap();
    fit(CausalGraph::from_edges([("error", "latency"), ("load", "latency")]).unwrap(), &data).unwrap()
}

#[test]
fn a_constant_column_is_constant_noise_and_its_effect_unknown() {
    let model = constant_root();
    assert_eq!(model.mechanism("error").unwrap().noise(), &NoiseDistribution::constant(0.0).unwrap());
    assert_eq!(linear(&model, "latency").coefficients[0], 0.0);
    assert_eq!(report(&model).node("error").unwrap().constant, Some(0.0));
    assert_eq!(report(&model).node("latency").unwrap().constant_parents, ["error"]);
}

#[test]
fn a_constant_root_that_moves_scores_at_the_ceiling_but_nothing_is_known_of_its_effect() {
    let model = constant_root();
    let event = Observation::from_pairs([("error", 3.0), ("load", 0.1), ("latency", 4.0)]).unwrap();
    let scores = model.node_scores(&event, &FeatureMap::default()).unwrap();
    let conditional = scores[0].conditional.unwrap();
    assert!(conditional.is_saturated() && scores[0].marginal.unwrap().is_saturated());
    assert_eq!(conditional.nats(), conditional.ceiling());
    let attribution = model.attribute_outlier("latency", &event, &AttributionConfig::default()).unwrap();
    // Its coefficient is 0, so the shift is put down to the target's own noise.
    assert_eq!(attribution.contribution("error").unwrap().value, 0.0);
    assert_eq!(attribution.contribution("error").unwrap().noise_score, conditional.nats());
    assert_eq!(attribution.ranked()[0].node, "latency");
}

#[test]
fn a_constant_child_that_moves_takes_the_blame() {
    // b never moved in training, though its parent did; c follows b by a known formula.
    let a = wave(80, 1.0);
    let c = wave(80, 2.3);
    let data = Dataset::from_columns([("a", a), ("b", vec![5.0; 80]), ("c", c)]).unwrap();
    let model = StructuralCausalModel::new(chain())
        .with_mechanism("c", AdditiveNoiseModel::known(KnownFormula::sum(["b"])))
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    assert_eq!(linear(&model, "b"), &LinearFunction { intercept: 5.0, coefficients: vec![0.0] });
    assert_eq!(model.mechanism("b").unwrap().noise(), &NoiseDistribution::constant(0.0).unwrap());
    for shift in [0.0, 7.0] {
        let event = Observation::from_pairs([("a", 0.5), ("b", 5.0 + shift), ("c", 0.3 + shift)]).unwrap();
        let attribution = model.attribute_outlier("c", &event, &AttributionConfig::default()).unwrap();
        let of_b = attribution.contribution("b").unwrap();
        let score = model.node_scores(&event, &FeatureMap::default()).unwrap()[1].conditional.unwrap();
        assert_eq!(score.is_saturated(), shift > 0.0);
        if shift > 0.0 {
            assert_eq!(attribution.ranked()[0].node, "b");
            assert!(of_b.value > 4.0, "{attribution}");
        } else {
            assert_eq!(of_b.value, 0.0);
        }
    }
}

#[test]
fn a_constant_column_fits_whatever_its_family() {
    let columns = |value: f64| [("a", vec![value; 20]), ("b", wave(20, 1.0))];
    for family in [NoiseFamily::Normal, NoiseFamily::gamma(), NoiseFamily::log_normal(), NoiseFamily::Uniform] {
        let data = Dataset::from_columns(columns(-2.0)).unwrap();
        let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap());
        let model = model.with_mechanism("a", family).unwrap().assign_mechanisms(&data).unwrap().fit(&data).unwrap();
        assert_eq!(model.mechanism("a").unwrap().noise(), &NoiseDistribution::constant(-2.0).unwrap());
    }
}
