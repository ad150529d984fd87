//! How often the true root cause of labelled faults is named first, by all default settings.
//!
//! Simulated faults are made here. Two benchmarks are read where the checkout stands beside their data, and visibly skipped
//! elsewhere; `examples/accuracy.rs` prints the whole tables.

use std::path::{Path, PathBuf};

use crate::case::Case;
use crate::json_lines;
use crate::petshop;
use crate::simulated;
use etiology::verdicts::VerdictKind;
use etiology::{Diagnosis, DiagnosisConfig, StructuralCausalModel};
use rayon::prelude::*;

/// The recall of the combined ranking or a verdict among the first so many.
type Recall = fn(&Case, &Diagnosis) -> f64;

fn combined<const PLACES: usize>(case: &Case, diagnosis: &Diagnosis) -> f64 {
    diagnosis.combined_verdict().chance_within(&case.root_causes[0], PLACES)
}

fn by_score<const PLACES: usize>(case: &Case, diagnosis: &Diagnosis) -> f64 {
    diagnosis.verdict(VerdictKind::ShapleyItScore).unwrap().chance_within(&case.root_causes[0], PLACES)
}

fn by_mean_deviation<const PLACES: usize>(case: &Case, diagnosis: &Diagnosis) -> f64 {
    diagnosis.verdict(VerdictKind::ShapleyMeanDeviation).unwrap().chance_within(&case.root_causes[0], PLACES)
}

fn diagnose_all(cases: &[Case]) -> Vec<(&Case, Diagnosis)> {
    let diagnose = |case: &Case| {
        let model = StructuralCausalModel::new(case.graph.clone()).assign_mechanisms(&case.normal)?;
        let mut config = DiagnosisConfig::default().with_counterfactuals(0);
        config.recent = case.recent.clone();
        model.fit(&case.normal)?.diagnose(&case.target, &case.event()?, &config)
    };
    let named = |case: &Case| diagnose(case).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    cases.par_iter().map(named).collect::<Vec<_>>().into_iter().zip(cases).map(|(found, case)| (case, found)).collect()
}

fn mean(diagnoses: &[(&Case, Diagnosis)], recall: Recall) -> f64 {
    diagnoses.iter().map(|(case, diagnosis)| recall(case, diagnosis)).sum::<f64>() / diagnoses.len() as f64
}

fn assert_at_least(diagnoses: &[(&Case, Diagnosis)], wanted: &[(&str, Recall, f64)]) {
    for &(what, recall, least) in wanted {
        let found = mean(diagnoses, recall);
        assert!(found >= least, "{what}: {found:.3}, at least {least} is wanted");
    }
}

/// A file or folder of the reference data, if it is there.
fn reference(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(name);
    if !path.exists() {
        eprintln!("skipped: {name} is not beside the checkout");
    }
    path.exists().then_some(path)
}

#[test]
fn simulated_faults_of_several_kinds_of_mechanisms() {
    let mut cases = simulated::cases(5, 3).unwrap();
    // Trees take most of the time; `cargo run --release --example accuracy -- --simulated 20` has more of them.
    let mut of_trees = 0;
    cases.retain(|case| {
        of_trees += usize::from(case.kind.starts_with("Tree"));
        of_trees <= 1
    });
    assert_at_least(&diagnose_all(&cases), &[("combined", combined::<1>, 0.9), ("among three", combined::<3>, 0.95)]);
}

#[test]
fn random_linear_graphs_with_fifty_rows() {
    let Some(file) = reference("random_graphs/linear_single_cause.jsonl") else { return };
    let cases = json_lines::read(&file).unwrap();
    assert_eq!(cases.len(), 200);
    let wanted: [(&str, Recall, f64); 3] = [
        ("mean deviation", by_mean_deviation::<1>, 0.99),
        ("outlier score", by_score::<1>, 0.99),
        ("combined", combined::<1>, 0.99),
    ];
    assert_at_least(&diagnose_all(&cases), &wanted);
}

#[test]
fn real_faults_of_petshop() {
    let Some(folder) = reference("petshop/low_traffic") else { return };
    let cases = petshop::read(&folder).unwrap();
    assert_eq!(cases.len(), 26);
    let diagnoses = diagnose_all(&cases);
    assert_at_least(&diagnoses, &[("combined", combined::<1>, 0.75), ("among three", combined::<3>, 0.95)]);
    let latency: Vec<_> = diagnoses.into_iter().filter(|(case, _)| case.name.ends_with("latency")).collect();
    let wanted: [(&str, Recall, f64); 2] =
        [("mean deviation", by_mean_deviation::<1>, 0.43), ("among three", by_mean_deviation::<3>, 0.71)];
    assert_at_least(&latency, &wanted);
}
