//! Exact answers for random linear models, from a file that is kept beside the project. Says so and passes where that is absent.

use std::fs;
use std::path::Path;

use etiology::arrow_strength::{ArrowMeasure, ArrowStrengthConfig};
use etiology::influence::InfluenceConfig;
use etiology::{AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, StructuralCausalModel};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/questions.json");
    let Ok(text) = fs::read_to_string(path) else {
        println!("SKIPPED: the reference data `questions.json` is not here");
        return Vec::new();
    };
    println!("checking against the reference data `questions.json`");
    serde_json::from_str(&text).unwrap()
}

fn model(case: &Value) -> FittedModel {
    let parents = |node: usize| -> Vec<&str> {
        case["parents"][node].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
    };
    let nodes: Vec<String> = (0..case["parents"].as_array().unwrap().len()).map(|node| format!("X{node}")).collect();
    let edges =
        nodes.iter().enumerate().flat_map(|(node, name)| parents(node).into_iter().map(move |p| (p, name.as_str())));
    let graph = CausalGraph::from_nodes_and_edges(nodes.clone(), edges.map(|(p, c)| (p.to_owned(), c.to_owned())));
    let mut model = StructuralCausalModel::new(graph.unwrap());
    for (node, name) in nodes.iter().enumerate() {
        let figure = |what: &str| case["old"][what][node].as_f64().unwrap();
        let noise = NoiseDistribution::normal(figure("intercepts"), figure("sds")).unwrap();
        let b = case["old"]["coefficients"][node].as_array().unwrap().iter().map(|b| b.as_f64().unwrap());
        let terms: Vec<(&str, f64)> = parents(node).into_iter().zip(b).collect();
        model = if terms.is_empty() {
            model.with_mechanism(name, noise).unwrap()
        } else {
            let formula = KnownFormula::weighted_sum(terms).unwrap();
            model.with_mechanism(name, AdditiveNoiseModel::known(formula).with_noise(noise)).unwrap()
        };
    }
    model.without_fitting().unwrap()
}

#[test]
fn influence_is_that_of_the_reference() {
    for case in cases() {
        let target = case["target"].as_str().unwrap();
        let found = model(&case).intrinsic_influence(target, &InfluenceConfig::default()).unwrap();
        let expected = case["influence"].as_object().unwrap();
        assert_eq!(found.contributions.len(), expected.len());
        for part in &found.contributions {
            let expected = expected[&part.node].as_f64().unwrap();
            assert!((part.value - expected).abs() < 1e-9 && part.std_error == 0.0, "{}", part.node);
        }
    }
}

#[test]
fn arrows_are_those_of_the_reference() {
    for case in cases() {
        let (model, target) = (model(&case), case["target"].as_str().unwrap());
        for (measure, name) in [(ArrowMeasure::Variance, "variance"), (ArrowMeasure::Divergence, "kl")] {
            let config = ArrowStrengthConfig::default().with_measure(measure);
            let found = model.arrow_strength(target, &config).unwrap();
            let expected = case["arrows"].as_object().unwrap();
            assert_eq!(found.arrows.len(), expected.len());
            for arrow in &found.arrows {
                let expected = expected[&arrow.parent][name].as_f64().unwrap();
                assert!((arrow.value - expected).abs() < 1e-9 && arrow.std_error == 0.0, "{} {name}", arrow.parent);
            }
        }
    }
}
