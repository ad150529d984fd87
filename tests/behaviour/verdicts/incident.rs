//! Several rows as one event: which of them show it.

use super::chain;
use etiology::attribution::RowStatistic;
use etiology::{Dataset, DiagnosisConfig};

/// Rows of `a`, which `b` and `c` follow.
fn rows(a: &[f64]) -> Dataset {
    let following = |by: f64| a.iter().map(|value| value + by).collect::<Vec<f64>>();
    Dataset::from_columns([("a", a.to_vec()), ("b", following(0.2)), ("c", following(0.1))]).unwrap()
}

#[test]
fn rows_before_and_after_a_fault_do_not_blur_who_began_it() {
    let config = DiagnosisConfig::default();
    let diagnose = |a: &[f64]| chain().diagnose_rows_together("c", &rows(a), RowStatistic::Maximum, &config).unwrap();
    let around = diagnose(&[0.1, -0.2, 8.0, 9.0, 8.5, 0.3, 0.0, -0.1]);
    assert_eq!((around.shown.clone(), around.strong_rows), (2..5, 3), "{around}");
    assert_eq!(around.root_cause(), Some("a"));
    assert!(around.to_string().contains("Of 8 rows those from 2 to 4 show the event"), "{around}");
    let only = diagnose(&[8.0, 9.0, 8.5]);
    assert_eq!(only.shown, 0..3);
    let noise = |diagnosis: &etiology::verdicts::RowsDiagnosis| diagnosis.combined[0].noise;
    assert_eq!(noise(&around), noise(&only));
}

#[test]
fn where_no_row_shows_anything_the_one_that_shows_most_is_it() {
    let usual = chain()
        .diagnose_rows_together("c", &rows(&[0.1, 0.9, -0.3]), RowStatistic::Mean, &DiagnosisConfig::default())
        .unwrap();
    assert_eq!(usual.shown, 1..2, "{usual}");
    assert_eq!(usual.root_cause(), None);
}
