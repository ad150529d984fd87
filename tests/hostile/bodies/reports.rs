//! Reports about nodes that may be called anything.

#[path = "../../shared/report_checks.rs"]
mod report_checks;
#[allow(dead_code, reason = "the names are in the corpus")]
#[path = "../../shared/report_models.rs"]
mod report_models;

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use etiology::FittedModel;
use serde_json::{Value, json};

/// More would make one input take long, and say nothing new.
const MOST_NODES: usize = 6;

/// A page repeats names some forty times, and each character may become an entity of six.
const MOST_BYTES: usize = 4_000;

/// A line feed ends a name only in pairs, as a single one may be part of a name.
pub(super) fn reports(bytes: &[u8]) {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_BYTES)]);
    let mut seen = HashSet::new();
    let names: Vec<String> = text
        .split("\n\n")
        .filter(|name| !name.trim().is_empty() && !name.starts_with("node ") && seen.insert(*name))
        .take(MOST_NODES)
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        return;
    }
    let edges = edges(names.len());
    let model = renamed(&names);
    let noises: Vec<f64> = (0..names.len()).map(|node| if node == 0 { 4.0 } else { 0.3 }).collect();
    let diagnosis = report_models::diagnose(&model, &names, &edges, &noises);
    report_checks::check_all(&model, &diagnosis);
    assert!(!diagnosis.to_string().is_empty() && !diagnosis.attribution.to_string().is_empty());
}

fn edges(nodes: usize) -> Vec<(usize, usize)> {
    let causes =
        |effect: usize| BTreeSet::from([effect - 1, effect / 2]).into_iter().filter(move |&cause| cause < effect);
    (1..nodes).flat_map(|effect| causes(effect).map(move |cause| (cause, effect))).collect()
}

/// Saved models of one node to the most, to be renamed: a new one would draw 65 536 values to know what is normal.
static MODELS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let model = |nodes: usize| {
        let names: Vec<String> = (0..nodes).map(placeholder).collect();
        let mut file: Value =
            serde_json::from_str(&report_models::sums(&names, &edges(nodes)).to_json().unwrap()).unwrap();
        for node in file["model"]["nodes"].as_array_mut().unwrap() {
            node["reference"] = json!({"Distribution": {"Empirical": {"values": [-2.0, -1.0, 0.0, 1.0, 2.0]}}});
        }
        file.to_string()
    };
    (1..=MOST_NODES).map(model).collect()
});

fn placeholder(node: usize) -> String {
    format!("node {node}")
}

fn renamed(names: &[String]) -> FittedModel {
    let text = MODELS[names.len() - 1].clone();
    let text = names.iter().enumerate().fold(text, |text, (node, name)| {
        // Quotation marks within a name are escaped, so no name holds a placeholder with both of its own.
        text.replace(&format!("\"{}\"", placeholder(node)), &serde_json::to_string(name).unwrap())
    });
    FittedModel::from_json(&text).unwrap()
}

/// Well-formed, with nothing in it but what pages and pictures are made of.
pub(super) fn check_markup(markup: &str) {
    report_checks::assert_harmless(&report_checks::parse(markup));
}
