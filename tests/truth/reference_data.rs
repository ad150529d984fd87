//! Checks against reference data that is kept beside the project and not part of it. Each says so and passes
//! where the data is absent; `cargo test --test truth reference_data -- --nocapture` shows which ran.

use std::fs;
use std::path::{Path, PathBuf};

use etiology::attribution::{Estimator, RowStatistic};
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

/// A linear model of the file of other questions: `old` or `new`.
fn questions_model(case: &Value, which: &str) -> FittedModel {
    let parents = case["parents"].as_array().unwrap();
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let nodes: Vec<String> = (0..parents.len()).map(|node| format!("X{node}")).collect();
    let edges = nodes
        .iter()
        .zip(parents)
        .flat_map(|(node, list)| names(list).into_iter().map(|parent| (parent, node.clone())).collect::<Vec<_>>());
    let graph = CausalGraph::from_nodes_and_edges(nodes.clone(), edges.collect::<Vec<_>>()).unwrap();
    let mut model = StructuralCausalModel::new(graph);
    for (position, node) in nodes.iter().enumerate() {
        let figure = |name: &str| case[which][name][position].as_f64().unwrap();
        let noise = NoiseDistribution::normal(figure("intercepts"), figure("sds")).unwrap();
        let coefficients = case[which]["coefficients"][position].as_array().unwrap().iter();
        let terms: Vec<(String, f64)> =
            names(&parents[position]).into_iter().zip(coefficients.map(|value| value.as_f64().unwrap())).collect();
        model = if terms.is_empty() {
            model.with_mechanism(node, noise).unwrap()
        } else {
            let formula = KnownFormula::weighted_sum(terms).unwrap();
            model.with_mechanism(node, AdditiveNoiseModel::known(formula).with_noise(noise)).unwrap()
        };
    }
    model.without_fitting().unwrap()
}

fn row_of(value: &Value) -> Observation {
    let pairs = value.as_object().unwrap().iter().map(|(node, value)| (node.clone(), value.as_f64().unwrap()));
    Observation::from_pairs(pairs).unwrap()
}

#[test]
fn context_and_several_rows_of_linear_models() {
    let Some(path) = reference("questions.json") else { return };
    let config = || AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(0.0);
    for case in cases(&path) {
        let (model, target) = (questions_model(&case, "old"), case["target"].as_str().unwrap());
        let given = case["context"]["given"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        let in_context = config().with_context(given);
        let close = |found: Option<f64>, expected: &Value, what: &str| {
            let expected = expected.as_f64().unwrap();
            let found = found.unwrap_or(0.0);
            assert!((found - expected).abs() < 1e-9, "{what} of seed {}: {found}, not {expected}", case["seed"]);
        };
        let found = model.attribute_outlier(target, &row_of(&case["row"]), &in_context).unwrap();
        close(Some(found.score.value), &case["context"]["score"], "the score in context");
        for (node, expected) in case["context"]["contributions"].as_object().unwrap() {
            close(found.contribution(node).map(|part| part.value), expected, node);
        }
        let rows: Vec<Observation> = case["rows"]["rows"].as_array().unwrap().iter().map(row_of).collect();
        let columns = model
            .graph()
            .nodes()
            .map(|node| (node.to_owned(), rows.iter().map(|row| row.get(node).unwrap()).collect::<Vec<f64>>()));
        let rows = Dataset::from_columns(columns.collect::<Vec<_>>()).unwrap();
        let found = model.attribute_rows_together(target, &rows, RowStatistic::Mean, &config()).unwrap();
        close(Some(found.score.value), &case["rows"]["score"], "the score of the rows");
        for (node, expected) in case["rows"]["contributions"].as_object().unwrap() {
            close(found.contribution(node).map(|part| part.value), expected, node);
        }
    }
}

#[test]
fn changes_of_distributions_agree() {
    use etiology::change::{ChangeConfig, Functional};
    let Some(path) = reference("questions.json") else { return };
    for case in cases(&path) {
        let (old, new) = (questions_model(&case, "old"), questions_model(&case, "new"));
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
