//! A ranking of all nodes, where no target moved.

use super::{chain, event, service};
use etiology::findings::Strength;
use etiology::verdicts::SystemDiagnosis;
use etiology::{Dataset, DiagnosisConfig, Error};

#[test]
fn who_misbehaves_is_named_where_the_target_hardly_moved() {
    // `a` is far off, and `b` took it back.
    let caught = event(&[("a", 8.0), ("b", 0.2), ("c", 0.1)]);
    let asked = chain().diagnose("c", &caught, &DiagnosisConfig::default()).unwrap();
    assert_eq!(asked.root_cause(), None, "{asked}");
    let all = chain().diagnose_all(&caught, &DiagnosisConfig::default()).unwrap();
    assert_eq!(all.ranking.len(), 3);
    // The two are off by as much, and nothing tells who began.
    assert_eq!(all.strength, Strength::Contested, "{all}");
    let alone =
        chain().diagnose_all(&event(&[("a", 8.0), ("b", 7.7), ("c", 8.3)]), &DiagnosisConfig::default()).unwrap();
    assert_eq!((alone.root_cause(), alone.strength), (Some("a"), Strength::Strong), "{alone}");
    assert!(alone.to_string().starts_with("Strong evidence: of all nodes, `a` misbehaves."), "{alone}");
}

#[test]
fn nodes_that_the_target_does_not_depend_on_are_ranked_too() {
    let slow = event(&[("db", 10.0), ("cache", 5.0), ("errors", 0.0), ("api", 25.0)]);
    let all = service().diagnose_all(&slow, &DiagnosisConfig::default()).unwrap();
    assert_eq!((all.root_cause(), all.ranking.len()), (None, 4), "{all}");
    assert!(all.doubts[0].contains("No node is unusual"), "{all}");
}

#[test]
fn what_was_so_before_is_no_anomaly() {
    let slow = event(&[("db", 14.0), ("cache", 12.0), ("errors", 0.0), ("api", 40.0)]);
    let recent = Dataset::from_columns([("db", vec![14.2, 14.1, 14.0]), ("cache", vec![5.0, 5.1, 4.9])]).unwrap();
    let all = service().diagnose_all(&slow, &DiagnosisConfig::default().with_recent(recent)).unwrap();
    let noise = |node: &str| all.ranking.iter().find(|suspect| suspect.node == node).unwrap().noise;
    assert_eq!(all.ranking[0].node, "cache", "{all}");
    assert!(noise("db") < 0.7 && noise("cache") > 5.0, "{all}");
}

#[test]
fn missing_nodes_are_told_and_bad_input_is_an_error() {
    let model = chain();
    let partly = model.diagnose_all(&event(&[("a", 8.0), ("c", 8.0)]), &DiagnosisConfig::default()).unwrap();
    assert_eq!((partly.missing.as_slice(), partly.ranking[0].node.as_str()), (&["b".to_owned()][..], "a"));
    let infinite = event(&[("a", f64::INFINITY), ("b", 0.0), ("c", 0.0)]);
    assert!(matches!(model.diagnose_all(&infinite, &DiagnosisConfig::default()), Err(Error::NonFiniteValue { .. })));
    let again: SystemDiagnosis = serde_json::from_str(&serde_json::to_string(&partly).unwrap()).unwrap();
    assert_eq!(again, partly);
}
