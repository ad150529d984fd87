//! Proofs of verdicts against what is known of simulated systems.

mod oracle;
mod record;
mod systems;

use etiology::verdicts::{FalsifierKind, HopVerdict, PathStatus, Proof};
use etiology::{
    AdditiveNoiseModel, CausalGraph, DiagnosisConfig, FittedModel, KnownFormula, NoiseDistribution, Observation,
    StructuralCausalModel,
};
use statrs::distribution::{ContinuousCDF, Normal};
use systems::{Incident, incidents};

fn names(proof: &Proof) -> Vec<&str> {
    proof.path.iter().map(|hop| hop.node.as_str()).collect()
}

fn proof_of(incident: &Incident, suspect: &str) -> Proof {
    let found = incident.model.prove(&incident.target, suspect, &incident.event, &DiagnosisConfig::default());
    found.unwrap_or_else(|error| panic!("{}: {error}", incident.name))
}

/// A condition that must hold in at least this share of cases.
fn assert_share(least: f64, what: &str, holds: &[bool]) {
    let share = holds.iter().filter(|&&holds| holds).count() as f64 / holds.len() as f64;
    assert!(share >= least, "{what}: {share:.3} of {}, at least {least} is wanted", holds.len());
}

#[test]
fn printed_paths_are_the_true_ones_and_have_no_step_that_is_contradicted() {
    let (mut are_true, mut verified, mut hold, mut wrongly) = (vec![], vec![], vec![], vec![]);
    for incident in incidents(60, 2026) {
        let expected = oracle::true_path(&incident.truth, &incident.culprit, &incident.target, &incident.event);
        let proof = proof_of(&incident, &incident.culprit);
        assert!(!proof.path.iter().skip(1).any(|hop| hop.verdict == HopVerdict::NotExplained), "{proof}");
        if !proof.path.is_empty() {
            are_true.push(names(&proof) == expected);
        }
        verified.push(proof.status == PathStatus::Verified);
        hold.push(proof.holds());
        let others = incident.truth.graph().nodes().filter(|&node| node != incident.culprit);
        for other in others.filter(|&node| node != incident.target && incident.causes.contains(&node.to_owned())) {
            wrongly.push(!proof_of(&incident, other).holds());
        }
    }
    assert_share(0.9, "the true path", &are_true);
    assert_share(0.8, "verified", &verified);
    assert_share(0.7, "nothing against the culprit", &hold);
    assert_share(0.97, "something against another", &wrongly);
}

#[test]
fn with_the_true_mechanisms_the_search_finds_what_all_paths_say() {
    let (mut are_true, mut printed) = (vec![], vec![]);
    for incident in incidents(60, 7) {
        let expected = oracle::true_path(&incident.truth, &incident.culprit, &incident.target, &incident.event);
        let proof =
            incident.truth.prove(&incident.target, &incident.culprit, &incident.event, &DiagnosisConfig::default());
        let proof = proof.unwrap();
        printed.push(!proof.path.is_empty());
        // Where it went by several ways none is printed.
        if let Some(carried) = proof.carried {
            are_true.push(names(&proof) == expected);
            assert!((0.5..=1.5).contains(&carried), "{proof}");
        }
    }
    assert_share(0.98, "the same path", &are_true);
    assert_share(0.9, "printed", &printed);
}

/// c = 2 a + 0.7 a − 2.5 a by three ways, or 0.4 a by each of them.
#[test]
fn no_path_is_printed_where_it_went_by_several_ways_or_by_ways_that_undo_each_other() {
    let told = |slopes: [f64; 3]| {
        let ways = ["x", "y", "z"];
        let edges = ways.iter().flat_map(|&way| [("a", way), (way, "c")]);
        let noise = || NoiseDistribution::normal(0.0, 0.1).unwrap();
        let weighted = |pairs: Vec<(&'static str, f64)>| {
            AdditiveNoiseModel::known(KnownFormula::weighted_sum(pairs).unwrap()).with_noise(noise())
        };
        let model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap());
        let model = model.with_mechanism("a", noise()).unwrap();
        let with_ways = ways.iter().try_fold(model, |model, way| model.with_mechanism(way, weighted(vec![("a", 1.0)])));
        let sum = ways.into_iter().zip(slopes).collect();
        let model = with_ways.unwrap().with_mechanism("c", weighted(sum)).unwrap().without_fitting().unwrap();
        let c = 9.0 * slopes.iter().sum::<f64>();
        let event = event(&[("a", 9.0), ("x", 9.0), ("y", 9.0), ("z", 9.0), ("c", c)]);
        let proof = model.prove("c", "a", &event, &DiagnosisConfig::default()).unwrap();
        (names(&proof).join(" "), proof.to_string())
    };
    assert_eq!(told([0.7, 0.1, 0.2]).0, "a x c");
    let several = told([0.4, 0.4, 0.4]);
    assert!(several.0.is_empty() && several.1.contains("by several ways, none of which carries half"), "{}", several.1);
    let undone = told([2.0, 0.7, -2.5]);
    assert!(undone.0.is_empty() && undone.1.contains("by ways that undo each other"), "{}", undone.1);
}

/// a → b → c with slopes 2 and −1 and normal noises of deviation 1, 0.5 and 0.25.
fn chain() -> FittedModel {
    let noise = |deviation: f64| NoiseDistribution::normal(0.0, deviation).unwrap();
    let scaled = |parent: &'static str, slope: f64, deviation: f64| {
        let formula = KnownFormula::weighted_sum([(parent, slope)]).unwrap();
        AdditiveNoiseModel::known(formula).with_noise(noise(deviation))
    };
    StructuralCausalModel::new(CausalGraph::from_edges([("a", "b"), ("b", "c")]).unwrap())
        .with_mechanism("a", noise(1.0))
        .and_then(|model| model.with_mechanism("b", scaled("a", 2.0, 0.5)))
        .and_then(|model| model.with_mechanism("c", scaled("b", -1.0, 0.25)))
        .unwrap()
        .without_fitting()
        .unwrap()
}

fn event(pairs: &[(&'static str, f64)]) -> Observation {
    Observation::from_pairs(pairs.iter().copied()).unwrap()
}

fn two_sided(z: f64) -> f64 {
    2.0 * Normal::new(0.0, 1.0).unwrap().sf(z.abs())
}

#[test]
fn every_figure_of_a_step_is_that_of_the_closed_form() {
    let proof = chain().prove("c", "a", &event(&[("a", 6.0), ("b", 12.6), ("c", -12.5)]), &DiagnosisConfig::default());
    let proof = proof.unwrap();
    assert_eq!(
        (names(&proof), proof.status.clone(), proof.carried),
        (vec!["a", "b", "c"], PathStatus::Verified, Some(1.0))
    );
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
    let [a, b, c] = [0, 1, 2].map(|place| &proof.path[place]);
    let ninety = 1.644_853_626_951_472_2;
    close(a.expected.value, 0.0);
    close(a.expected.range.unwrap().high, ninety);
    close(a.p_value, two_sided(6.0));
    close(b.expected.value, 12.0);
    close(b.expected.range.unwrap().low, 12.0 - 0.5 * ninety);
    close(b.p_value, two_sided(0.6 / 0.5));
    close(b.p_value_without.unwrap(), two_sided(12.6 / 0.5));
    close(b.p_value_usual, two_sided(12.6 / 4.25_f64.sqrt()));
    close(b.expected_without.unwrap().value, 0.0);
    close(c.expected.value, -12.6);
    // Its own noise stays with b: had a been 0, b would have been 0.6.
    close(c.expected_without.unwrap().value, -0.6);
    close(c.p_value, two_sided(0.1 / 0.25));
    assert_eq!([a.carried, b.carried, c.carried], [None, Some(1.0), Some(1.0)]);
    close(proof.counterfactual.as_ref().unwrap().expected, -0.5);
    // a is no amount, so nothing is a multiple of it.
    assert_eq!(a.multiple, None);
    assert!(proof.holds(), "{proof}");
}

#[test]
fn a_value_that_is_missing_on_the_way_is_passed_with_the_noise_that_it_may_have_had() {
    let proof = chain().prove("c", "a", &event(&[("a", 6.0), ("c", -12.5)]), &DiagnosisConfig::default()).unwrap();
    assert_eq!(names(&proof), ["a", "c"]);
    assert_eq!(proof.path_in_words(), "a → b → c");
    let c = &proof.path[1];
    assert_eq!((c.parent.as_deref(), c.through.as_slice()), (Some("a"), ["b".to_owned()].as_slice()));
    // Given a, c is normal around −12 with variance 0.5² + 0.25².
    let deviation = 0.3125_f64.sqrt();
    assert!((c.expected.value + 12.0).abs() < 0.03, "{:?}", c.expected);
    assert!((c.p_value - two_sided(0.5 / deviation)).abs() < 0.02, "{}", c.p_value);
    let width = c.expected.range.map(|range| range.high - range.low).unwrap();
    assert!((width / (2.0 * 1.645 * deviation) - 1.0).abs() < 0.05, "{width}");
    assert!(matches!(&proof.status, PathStatus::Partly { reason } if reason.contains("`b` has no value")));
}

#[test]
fn p_values_of_steps_are_uniform_where_mechanisms_are_right() {
    let (model, normal) = (chain(), chain().draw_samples(400, 5).unwrap());
    let mut p_values = Vec::new();
    for row in normal.observations() {
        // A fault of 8 at a, which goes on.
        let value = |node: &str| row.get(node).unwrap();
        let faulty = event(&[("a", value("a") + 8.0), ("b", value("b") + 16.0), ("c", value("c") - 16.0)]);
        let proof = model.prove("c", "a", &faulty, &DiagnosisConfig::default().with_proofs(0)).unwrap();
        p_values.extend(proof.path.iter().skip(1).map(|hop| hop.p_value));
        // A step whose noise is one in a hundred is contradicted or shown in part, and the others are not.
        assert_eq!(
            proof.status == PathStatus::Verified,
            proof.path.len() == 3 && proof.path[1..].iter().all(|hop| hop.p_value > 0.01)
        );
    }
    let count = p_values.len() as f64;
    for bound in [0.05, 0.1, 0.25, 0.5, 0.75, 0.9] {
        let share = p_values.iter().filter(|&&p| p <= bound).count() as f64 / count;
        let error = (bound * (1.0 - bound) / count).sqrt();
        assert!((share - bound).abs() < 4.0 * error + 0.01, "{share:.3} of {count} at most {bound}");
    }
}

#[test]
fn a_step_that_its_mechanism_contradicts_is_not_printed() {
    // c does not follow from b at all.
    let proof = chain().prove("c", "a", &event(&[("a", 6.0), ("b", 12.0), ("c", 9.0)]), &DiagnosisConfig::default());
    let proof = proof.unwrap();
    assert!(proof.path.is_empty() && proof.carried.is_none(), "{proof}");
    assert!(matches!(&proof.status, PathStatus::None { reason } if reason.contains("`c`")), "{proof}");
    let falsifier = proof.falsifiers.iter().find(|one| one.kind == FalsifierKind::TargetUnusualWithout).unwrap();
    assert_eq!((falsifier.looked_for, falsifier.found), (true, Some(true)), "{proof}");
}
