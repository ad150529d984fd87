//! Events far outside of the training rows: evidence without a ceiling, and mechanisms that bend where nobody looked.

use super::event;
use etiology::verdicts::VerdictKind;
use etiology::{CausalGraph, Dataset, Diagnosis, DiagnosisConfig, StructuralCausalModel};

/// 300 rows in which `api` follows `db`, and `web` follows `api`, each with noise of 0.1.
fn rows() -> Dataset {
    let wave = |row: usize, pace: f64| (pace * row as f64).sin();
    let db: Vec<f64> = (0..300).map(|row| 1.0 + 0.1 * wave(row, 0.71)).collect();
    let api: Vec<f64> = (0..300).map(|row| db[row] + 1.0 + 0.1 * wave(row, 1.93)).collect();
    let web: Vec<f64> = (0..300).map(|row| api[row] + 1.0 + 0.1 * wave(row, 3.1)).collect();
    Dataset::from_columns([("db", db), ("api", api), ("web", web)]).unwrap()
}

fn diagnose(db: f64, api: f64, web: f64, recent: Option<Dataset>) -> Diagnosis {
    let graph = CausalGraph::from_edges([("db", "api"), ("api", "web")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&rows()).unwrap().fit(&rows()).unwrap();
    let mut config = DiagnosisConfig::default();
    config.recent = recent;
    model.diagnose("web", &event(&[("db", db), ("api", api), ("web", web)]), &config).unwrap()
}

fn noise(diagnosis: &Diagnosis, node: &str) -> f64 {
    diagnosis.verdict(VerdictKind::NoiseScore).unwrap().score(node).unwrap()
}

#[test]
fn what_is_further_out_is_more_evidence() {
    let [near, far] = [2.0, 11.0].map(|db| noise(&diagnose(db, db + 1.0, db + 2.0, None), "db"));
    // 1 and 10 are the distances from the median, which is 1 but for rounding.
    assert!((far - near - 10.0_f64.ln()).abs() < 0.01, "{near} and {far}");
}

#[test]
fn a_service_that_bends_far_outside_takes_no_blame_for_it() {
    // Each is 9 further out than ever, and `api` adds 15 % to that, which is ten of its standard deviations.
    let diagnosis = diagnose(10.0, 12.35, 13.4, None);
    assert_eq!(diagnosis.combined[0].node, "db", "{diagnosis}");
    assert!(noise(&diagnosis, "api") < 3.0, "{diagnosis}");
    // The same deviation of `api` where `db` is as usual is its own.
    let own = diagnose(1.0, 3.35, 4.4, None);
    assert_eq!(own.combined[0].node, "api", "{own}");
    assert!(noise(&own, "api") > 6.0, "{own}");
}

#[test]
fn a_noise_that_was_off_before_is_neither_unusual_nor_a_contribution() {
    let before = Dataset::from_columns([
        ("db", vec![1.0, 1.02, 0.98]),
        ("api", vec![3.0, 3.03, 2.97]),
        ("web", vec![4.0, 4.03, 3.97]),
    ]);
    let blamed = diagnose(1.3, 3.3, 4.3, None);
    let known = diagnose(1.3, 3.3, 4.3, Some(before.unwrap()));
    let share = |diagnosis: &Diagnosis, node: &str| {
        diagnosis.combined.iter().find(|suspect| suspect.node == node).unwrap().shapley
    };
    assert!(noise(&blamed, "api") > 5.0 && share(&blamed, "api") > 0.4, "{blamed}");
    assert!(noise(&known, "api") < 1.0 && share(&known, "api") < 0.05, "{known}");
    assert_eq!(known.combined[0].node, "db", "{known}");
}
