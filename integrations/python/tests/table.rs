//! What Python must find: a table of answers that `test_recorded.py` repeats.
//!
//! It is recorded in `tests/recorded`, with the tables and a model that it is about; last bits depend on the processor and on
//! the mathematical library, so this test compares figures to nine digits, and leaves what it found in cargo's folder for temporary files, with
//! which Python must agree to the bit on the same machine. `ETIOLOGY_RECORD=1` writes the recorded table anew, where none is left.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use etiology::arrow_strength::ArrowStrengthConfig;
use etiology::attribution::RowStatistic;
use etiology::bootstrap::BootstrapConfig;
use etiology::change::{ChangeConfig, Functional};
use etiology::influence::InfluenceConfig;
use etiology::intervention::{Intervention, InterventionConfig};
use etiology::mechanism::AssignmentConfig;
use etiology::relevance::RelevanceConfig;
use etiology::robust_change::{RobustChangeConfig, robust_change};
use etiology::unit_change::UnitChangeConfig;
use etiology::{
    AttributionConfig, Dataset, DiagnosisConfig, EvaluationConfig, FeatureMap, FittedModel, Quantity, ShapleyMethod,
    StructuralCausalModel,
};

#[path = "../../../examples/shared/retail_shop.rs"]
mod retail_shop;

use retail_shop::TARGET;

const SERVICE: &str = "Caching Service";

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded")
}

fn value(answer: impl serde::Serialize) -> Value {
    serde_json::to_value(answer).unwrap()
}

/// Every question, with the whole answer, as `test_recorded.py` asks them.
fn answers(normal: &Dataset, slow: &Dataset) -> (FittedModel, Value) {
    let graph = retail_shop::causal_graph().unwrap();
    let chosen = StructuralCausalModel::new(graph.clone()).assign_mechanisms(normal).unwrap();
    let linear =
        StructuralCausalModel::new(graph.clone()).assign_mechanisms_with(normal, &AssignmentConfig::linear()).unwrap();
    let (model, lines) = (chosen.fit(normal).unwrap(), linear.fit(normal).unwrap());
    let (event, usual) = (slow.row(0).unwrap(), normal.row(0).unwrap());
    let (old, new) = (normal.between(0..60).unwrap(), normal.between(60..120).unwrap());
    let few = AttributionConfig::default()
        .with_feature_map(FeatureMap::UpperTail)
        .with_floor(1e-4)
        .with_samples(512)
        .with_shapley_method(ShapleyMethod::Permutations(8))
        .with_seed(7);
    let deviation = AttributionConfig::default().with_quantity(Quantity::MeanDeviation).with_samples(512);
    let quicker = Intervention::new().shift(SERVICE, -0.1);
    let tail = ChangeConfig::default().with_functional(Functional::Quantile(0.9)).with_samples(512).with_seed(5);
    let bootstrap = BootstrapConfig::default().with_resamples(40).with_samples(256).with_seed(3);
    let evaluation = EvaluationConfig::default().with_graph_permutations(20).with_permutations(99);
    let rows: Vec<Value> = model
        .attribute_outliers(TARGET, slow, &few)
        .unwrap()
        .into_iter()
        .map(|one| value(one)["contributions"].take())
        .collect();
    let table = json!({
        "fingerprint": model.fingerprint().unwrap().to_string(),
        "fingerprint_linear": lines.fingerprint().unwrap().to_string(),
        "assignment": value(model.assignment_report()),
        "draw_samples": model.draw_samples(4, 3).unwrap().to_csv(),
        "attribute_linear": value(lines.attribute_outlier(TARGET, &event, &AttributionConfig::default()).unwrap()),
        "attribute": value(model.attribute_outlier(TARGET, &event, &few).unwrap()),
        "attribute_deviation": value(model.attribute_outlier(TARGET, &event, &deviation).unwrap()),
        "attribute_rows": rows,
        "rows_together": value(lines.attribute_rows_together(TARGET, slow, RowStatistic::Mean, &deviation).unwrap()),
        "node_scores": value(model.node_scores(&event, &FeatureMap::UpperTail).unwrap()),
        "diagnose": value(lines.diagnose(TARGET, &event, &DiagnosisConfig::default()).unwrap()),
        "diagnose_all": value(lines.diagnose_all(&event, &DiagnosisConfig::default()).unwrap()),
        "distribution_change": value(linear.distribution_change(&old, &new, TARGET, &ChangeConfig::default()).unwrap()),
        "distribution_change_tail": value(linear.distribution_change(&old, &new, TARGET, &tail).unwrap()),
        "robust_change": value(robust_change(&graph, &old, &new, "API", &RobustChangeConfig::default()).unwrap()),
        "influence": value(model.intrinsic_influence(TARGET, &InfluenceConfig::default().with_samples(512)).unwrap()),
        "arrows": value(model.arrow_strength("Product Service", &ArrowStrengthConfig::default()).unwrap()),
        "relevance": value(model.parent_relevance("API", &RelevanceConfig::default().with_samples(512)).unwrap()),
        "effect": value(
            model
                .average_causal_effect(TARGET, &quicker, &Intervention::new(), &InterventionConfig::default().with_samples(512))
                .unwrap()
        ),
        "interventional": model.draw_interventional(&quicker, 4, 2).unwrap().to_csv(),
        "counterfactual": value(model.counterfactual_row(&event, &quicker, &InterventionConfig::default()).unwrap()),
        "unit_change": value(model.unit_change(&model, TARGET, &usual, &event, &UnitChangeConfig::default()).unwrap()),
        "evaluation": value(model.evaluate(&new, &evaluation).unwrap()),
        "drift": value(model.drift_check(slow, 0.05).unwrap()),
        "bootstrap": value(
            linear.bootstrap_attribution(normal, TARGET, &event, &AttributionConfig::default(), &bootstrap).unwrap()
        ),
    });
    (model, table)
}

/// Whether two tables are the same to nine digits; otherwise where they are not.
fn check(place: &str, found: &Value, expected: &Value) {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            let allowed = 1e-9 * expected.abs().max(1e-3);
            assert!((found - expected).abs() <= allowed, "{place}: {found}, not {expected}");
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{place}");
            for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
                check(&format!("{place}[{number}]"), found, expected);
            }
        }
        (Value::Object(found), Value::Object(expected)) => {
            assert!(found.keys().eq(expected.keys()), "{place}");
            found.iter().for_each(|(key, found)| check(&format!("{place}.{key}"), found, &expected[key]));
        }
        // Text with digits has them rounded, or is a fingerprint or rows of all digits.
        (Value::String(found), Value::String(expected)) if found.chars().any(|one| one.is_ascii_digit()) => {
            assert!(expected.chars().any(|one| one.is_ascii_digit()), "{place}: {found}, not {expected}");
        }
        _ => assert_eq!(found, expected, "{place}"),
    }
}

#[test]
fn python_has_a_table_of_answers_to_agree_with() {
    let folder = recorded();
    if std::env::var_os("ETIOLOGY_RECORD").is_some() {
        fs::create_dir_all(&folder).unwrap();
        retail_shop::normal_requests(120, 1).unwrap().to_csv_path(folder.join("normal.csv")).unwrap();
        retail_shop::slow_requests(3, 2).unwrap().to_csv_path(folder.join("slow.csv")).unwrap();
    }
    let normal = Dataset::from_csv_path(folder.join("normal.csv")).unwrap();
    let slow = Dataset::from_csv_path(folder.join("slow.csv")).unwrap();
    let (model, table) = answers(&normal, &slow);
    if std::env::var_os("ETIOLOGY_RECORD").is_some() {
        model.save(folder.join("shop.etiology")).unwrap();
        fs::write(folder.join("answers.json"), serde_json::to_string(&table).unwrap() + "\n").unwrap();
    }
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    fs::create_dir_all(&here).unwrap();
    model.save(here.join("shop.etiology")).unwrap();
    fs::write(here.join("answers.json"), serde_json::to_string(&table).unwrap() + "\n").unwrap();

    let expected = fs::read_to_string(folder.join("answers.json")).unwrap();
    check("", &table, &serde_json::from_str(&expected).unwrap());
    let saved = FittedModel::load(folder.join("shop.etiology")).unwrap();
    assert_eq!(saved.graph().topological_order(), model.graph().topological_order());
}
