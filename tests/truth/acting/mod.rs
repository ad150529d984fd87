//! Interventions, counterfactuals and changes of a row: closed forms, brute force, and reference data kept beside the project.

mod counterfactuals;
mod interventions;
mod unit_change;
mod unit_changes;

use std::fs;
use std::path::Path;

use etiology::{AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, StructuralCausalModel};
use serde_json::Value;

/// The cases of `questions.json`, or none and a line that says so.
fn reference_cases() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/questions.json");
    let Ok(text) = fs::read_to_string(path) else {
        println!("SKIPPED: the reference data `questions.json` is not here");
        return Vec::new();
    };
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), 24);
    cases
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

/// The model of a case, `old` or `new`.
fn reference_model(case: &Value, which: &str) -> FittedModel {
    let parents: Vec<Vec<String>> = serde_json::from_value(case["parents"].clone()).unwrap();
    let coefficients: Vec<Vec<f64>> = serde_json::from_value(case[which]["coefficients"].clone()).unwrap();
    let (intercepts, std_devs) = (numbers(&case[which]["intercepts"]), numbers(&case[which]["sds"]));
    let name = |node: usize| format!("X{node}");
    let edges =
        (0..parents.len()).flat_map(|node| parents[node].iter().map(move |parent| (parent.clone(), name(node))));
    let graph = CausalGraph::from_nodes_and_edges((0..parents.len()).map(name), edges).unwrap();
    let mut model = StructuralCausalModel::new(graph);
    for node in 0..parents.len() {
        let noise = NoiseDistribution::normal(intercepts[node], std_devs[node]).unwrap();
        model = if parents[node].is_empty() {
            model.with_mechanism(&name(node), noise).unwrap()
        } else {
            let terms = parents[node].iter().cloned().zip(coefficients[node].iter().copied());
            let formula = KnownFormula::weighted_sum(terms).unwrap();
            model.with_mechanism(&name(node), AdditiveNoiseModel::known(formula).with_noise(noise)).unwrap()
        };
    }
    model.without_fitting().unwrap()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{found}, not {expected}");
}
