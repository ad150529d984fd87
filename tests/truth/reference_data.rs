//! Checks against reference data that is kept beside the project and not part of it. Each says so and passes
//! where the data is absent; `cargo test --test truth reference_data -- --nocapture` shows which ran.

use std::fs;
use std::path::{Path, PathBuf};

use etiology::attribution::Estimator;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Dataset, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Observation, StructuralCausalModel,
};
use serde_json::Value;

/// The file or folder, or nothing and a line that says so.
fn reference(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(name);
    if path.exists() {
        println!("checking against the reference data `{name}`");
        return Some(path);
    }
    println!("SKIPPED: the reference data `{name}` is not here");
    None
}

fn cases(path: &Path) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn observation(case: &Value) -> Observation {
    let pairs = case["observation"].as_object().unwrap().iter();
    Observation::from_pairs(pairs.map(|(node, value)| (node.as_str(), value.as_f64().unwrap()))).unwrap()
}

fn linear_gaussian_model(case: &Value) -> FittedModel {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let nodes: Vec<String> = case["nodes"].as_array().unwrap().iter().map(text).collect();
    let edges: Vec<(String, String, f64)> = case["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| (text(&edge["cause"]), text(&edge["effect"]), edge["coefficient"].as_f64().unwrap()))
        .collect();
    let pairs = edges.iter().map(|(cause, effect, _)| (cause.clone(), effect.clone()));
    let graph = CausalGraph::from_nodes_and_edges(nodes.clone(), pairs).unwrap();
    let mut model = StructuralCausalModel::new(graph);
    for (position, node) in nodes.iter().enumerate() {
        let figure = |name: &str| case[name][position].as_f64().unwrap();
        let noise = NoiseDistribution::normal(figure("intercepts"), figure("noise_std")).unwrap();
        let terms: Vec<(String, f64)> = edges
            .iter()
            .filter(|(_, effect, _)| effect == node)
            .map(|(cause, _, coefficient)| (cause.clone(), *coefficient))
            .collect();
        model = if terms.is_empty() {
            model.with_mechanism(node, noise).unwrap()
        } else {
            let formula = KnownFormula::weighted_sum(terms).unwrap();
            model.with_mechanism(node, AdditiveNoiseModel::known(formula).with_noise(noise)).unwrap()
        };
    }
    model.without_fitting().unwrap()
}

fn attribute_linear_gaussian(case: &Value, estimator: Estimator) -> Attribution {
    let feature_map = match case["region"].as_str().unwrap() {
        "upper" => FeatureMap::UpperTail,
        _ => FeatureMap::DistanceFromMedian,
    };
    let config = AttributionConfig::default()
        .with_feature_map(feature_map)
        .with_floor(case["epsilon"].as_f64().unwrap())
        .with_estimator(estimator);
    let target = case["target"].as_str().unwrap();
    linear_gaussian_model(case).attribute_outlier(target, &observation(case), &config).unwrap()
}

/// The error of every contribution with its standard error.
fn errors(case: &Value, attribution: &Attribution) -> Vec<(f64, f64)> {
    let truth = case["contributions"].as_object().unwrap();
    assert_eq!(truth.len(), attribution.contributions.len());
    let error = |(node, exact): (&String, &Value)| {
        let found = attribution.contribution(node).unwrap();
        ((found.value - exact.as_f64().unwrap()).abs(), found.std_error)
    };
    truth.iter().map(error).collect()
}

#[test]
fn linear_gaussian_contributions_in_closed_form() {
    let Some(path) = reference("linear_gaussian.json") else { return };
    let cases = cases(&path);
    assert_eq!(cases.len(), 24);
    for case in cases {
        let attribution = attribute_linear_gaussian(&case, Estimator::Auto);
        let score = case["it_score"].as_f64().unwrap();
        assert!((attribution.score.value - score).abs() < 1e-9, "seed {}", case["seed"]);
        for (error, _) in errors(&case, &attribution) {
            assert!(error < 1e-9, "seed {}: {error}", case["seed"]);
        }
    }
}

#[test]
fn linear_gaussian_contributions_by_samples_at_default_settings() {
    let Some(path) = reference("linear_gaussian.json") else { return };
    // Smaller floors need the closed form; sampling is meant for what training data can support.
    let cases: Vec<Value> = cases(&path).into_iter().filter(|case| case["epsilon"] == 1e-4).collect();
    assert_eq!(cases.len(), 8);
    for case in cases {
        for (error, std_error) in errors(&case, &attribute_linear_gaussian(&case, Estimator::MonteCarlo)) {
            assert!(error <= 0.05 + 4.0 * std_error, "seed {}: {error} ± {std_error}", case["seed"]);
        }
    }
}

#[test]
fn retail_shop_culprit_first_in_every_slow_request() {
    let Some(folder) = reference("retail_shop") else { return };
    let normal = Dataset::from_csv_path(folder.join("normal.csv")).unwrap();
    let slow = Dataset::from_csv_path(folder.join("slow_requests.csv")).unwrap();
    let graph = CausalGraph::from_call_graph_csv_path(folder.join("calls.csv")).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
    let config = AttributionConfig::default().with_samples(2_000);
    let attributions = model.attribute_outliers("Website", &slow, &config).unwrap();
    assert_eq!(attributions.len(), 100);
    assert!(attributions.iter().all(|attribution| attribution.ranked()[0].node == "Caching Service"));
}

#[test]
fn random_linear_graphs_find_the_simulated_cause() {
    let Some(folder) = reference("random_graphs") else { return };
    let text = fs::read_to_string(folder.join("linear_single_cause.jsonl")).unwrap();
    // One case in ten: enough to notice a blunder; the accuracy over all of them is not this test's business.
    let cases: Vec<Value> = text.lines().step_by(10).map(|line| serde_json::from_str(line).unwrap()).collect();
    let config = AttributionConfig::default().with_samples(500);
    let found = cases.iter().filter(|case| {
        let strings = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
        let nodes = strings(&case["nodes"]);
        let edges: Vec<(String, String)> = serde_json::from_value(case["edges"].clone()).unwrap();
        let rows: Vec<Vec<f64>> = serde_json::from_value(case["normal"].clone()).unwrap();
        let columns = nodes
            .iter()
            .enumerate()
            .map(|(column, node)| (node.clone(), rows.iter().map(|row| row[column]).collect::<Vec<f64>>()));
        let normal = Dataset::from_columns(columns).unwrap();
        let event: Vec<f64> = serde_json::from_value(case["anomaly"].clone()).unwrap();
        let graph = CausalGraph::from_nodes_and_edges(nodes.clone(), edges).unwrap();
        let model = StructuralCausalModel::new(graph).assign_mechanisms(&normal).unwrap().fit(&normal).unwrap();
        let event = Observation::new(nodes, event).unwrap();
        let attribution = model.attribute_outlier(case["target"].as_str().unwrap(), &event, &config).unwrap();
        strings(&case["root_causes"]).contains(&attribution.ranked()[0].node)
    });
    assert_eq!(found.count(), cases.len());
}

/// The linear models of the other questions, old or new.
fn model_of_questions(case: &Value, side: &str) -> FittedModel {
    let parents = case["parents"].as_array().unwrap();
    let name = |value: &Value| value.as_str().unwrap().to_owned();
    let names = |node: usize| parents[node].as_array().unwrap().iter().map(name).collect::<Vec<String>>();
    let edges =
        (0..parents.len()).flat_map(|node| names(node).into_iter().map(move |parent| (parent, format!("X{node}"))));
    let nodes = (0..parents.len()).map(|node| format!("X{node}"));
    let mut model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(nodes, edges).unwrap());
    for node in 0..parents.len() {
        let figure = |name: &str| case[side][name][node].as_f64().unwrap();
        let noise = NoiseDistribution::normal(figure("intercepts"), figure("sds")).unwrap();
        let slopes = case[side]["coefficients"][node].as_array().unwrap().iter().map(|slope| slope.as_f64().unwrap());
        let terms: Vec<(String, f64)> = names(node).into_iter().zip(slopes).collect();
        let name = format!("X{node}");
        model = if terms.is_empty() {
            model.with_mechanism(&name, noise).unwrap()
        } else {
            let formula = KnownFormula::weighted_sum(terms).unwrap();
            model.with_mechanism(&name, AdditiveNoiseModel::known(formula).with_noise(noise)).unwrap()
        };
    }
    model.without_fitting().unwrap()
}

#[test]
fn changes_of_distributions_agree() {
    use etiology::change::{ChangeConfig, Functional};
    let Some(path) = reference("questions.json") else { return };
    for case in cases(&path) {
        let (old, new) = (model_of_questions(&case, "old"), model_of_questions(&case, "new"));
        let asked = [
            ("mean", Functional::Mean),
            ("variance", Functional::Variance),
            ("upper_tail", Functional::AboveThreshold(case["change"]["threshold"].as_f64().unwrap())),
            ("quantile", Functional::Quantile(0.95)),
            ("kl", Functional::KullbackLeibler),
        ];
        for (name, functional) in asked {
            let truth = &case["change"][name];
            let config = ChangeConfig::default().with_functional(functional);
            let found = old.distribution_change(&new, case["target"].as_str().unwrap(), &config).unwrap();
            assert!((found.total.value - truth["total"].as_f64().unwrap()).abs() < 1e-9, "{name}: {found}");
            let contributions = truth["contributions"].as_object().unwrap();
            assert_eq!(contributions.len(), found.contributions.len());
            for (node, exact) in contributions {
                let contribution = found.contribution(node).unwrap();
                assert!((contribution.value - exact.as_f64().unwrap()).abs() < 1e-9, "{name} of {node}: {found}");
            }
        }
    }
}
