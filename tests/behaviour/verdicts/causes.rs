//! The set of causes: the fewest nodes that leave the target usual when they are as usual.

use super::{chain, event};
use etiology::verdicts::Cause;
use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, FittedModel, KnownFormula, NoiseDistribution};

/// `sum` of five parents, all noises standard normal.
fn five_parents() -> FittedModel {
    let noise = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let parents = ["a", "b", "c", "d", "e"];
    let graph = CausalGraph::from_edges(parents.map(|parent| (parent, "sum"))).unwrap();
    let sum = AdditiveNoiseModel::known(KnownFormula::sum(parents)).with_noise(noise());
    let model = etiology::StructuralCausalModel::new(graph).with_mechanism("sum", sum).unwrap();
    let model = parents.into_iter().fold(model, |model, parent| model.with_mechanism(parent, noise()).unwrap());
    model.without_fitting().unwrap()
}

fn causes_of(values: [f64; 5]) -> Vec<Cause> {
    let [a, b, c, d, e] = values;
    let slow = event(&[("a", a), ("b", b), ("c", c), ("d", d), ("e", e), ("sum", a + b + c + d + e + 0.1)]);
    five_parents().diagnose("sum", &slow, &DiagnosisConfig::default()).unwrap().causes
}

fn names(causes: &[Cause]) -> Vec<&str> {
    causes.iter().map(|cause| cause.node.as_str()).collect()
}

#[test]
fn one_cause_is_a_set_of_one() {
    let causes = causes_of([9.0, 0.4, -0.3, 0.2, 0.1]);
    assert_eq!(names(&causes), ["a"]);
    // What is left of the sum, which has a standard deviation of √6.
    assert!((causes[0].expected - 0.5).abs() < 1e-12, "{causes:?}");
    assert_eq!(causes[0].share, 1.0);
    assert!(causes[0].probability > 0.8);
}

#[test]
fn two_causes_that_are_needed_are_both_named_with_their_shares() {
    let causes = causes_of([10.0, 8.0, -0.3, 0.2, 0.1]);
    assert_eq!(names(&causes), ["a", "b"]);
    assert!((causes[1].share - 0.8).abs() < 0.01, "{causes:?}");
    // With the first alone as usual the sum would still be unusual.
    assert!(causes[0].probability < 0.05 && (causes[0].expected - 8.1).abs() < 1e-12, "{causes:?}");
    assert!((causes[1].expected - 0.1).abs() < 1e-12, "{causes:?}");
}

#[test]
fn the_set_is_said_where_it_is_more_than_one() {
    let slow = event(&[("a", 10.0), ("b", 8.0), ("c", 0.0), ("d", 0.0), ("e", 0.0), ("sum", 18.2)]);
    let diagnosis = five_parents().diagnose("sum", &slow, &DiagnosisConfig::default()).unwrap();
    let said = diagnosis.to_string();
    assert!(
        said.contains("Causes together, with contributions relative to the largest: `a` (100 %), `b` (80 %)."),
        "{said}"
    );
    let alone = chain().diagnose("c", &event(&[("a", 0.5), ("b", 5.5), ("c", 6.0)]), &DiagnosisConfig::default());
    assert!(!alone.unwrap().to_string().contains("Causes together"));
}

#[test]
fn a_usual_target_has_no_causes() {
    assert!(causes_of([1.0, -0.5, 0.3, 0.2, 0.1]).is_empty());
}

#[test]
fn so_many_small_ones_that_no_set_explains_are_a_doubt() {
    let slow = event(&[("a", 5.0), ("b", 5.0), ("c", 5.0), ("d", 5.0), ("e", 5.0), ("sum", 25.0)]);
    let config = DiagnosisConfig::default().with_causes(2);
    let diagnosis = five_parents().diagnose("sum", &slow, &config).unwrap();
    assert_eq!(diagnosis.causes.len(), 2);
    assert!(diagnosis.doubts.iter().any(|doubt| doubt.starts_with("Even with")), "{:?}", diagnosis.doubts);
}
