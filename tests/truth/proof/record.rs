//! Is the node at fault, or only its record? Simulated both ways, and against the closed form.

use etiology::findings::FindingKind;
use etiology::verdicts::{Falsifier, FalsifierKind};
use etiology::{
    AdditiveNoiseModel, CausalGraph, DiagnosisConfig, FittedModel, KnownFormula, NoiseDistribution, Observation,
    StructuralCausalModel,
};
use statrs::distribution::{Continuous, Normal};

/// a → b → {c, d} → e, all slopes known and all noises normal, of b with deviation 0.5 and of c and d with 0.3.
fn model() -> FittedModel {
    let noise = |deviation: f64| NoiseDistribution::normal(0.0, deviation).unwrap();
    let of = |terms: &[(&'static str, f64)], deviation: f64| {
        let formula = KnownFormula::weighted_sum(terms.iter().copied()).unwrap();
        AdditiveNoiseModel::known(formula).with_noise(noise(deviation))
    };
    let edges = [("a", "b"), ("b", "c"), ("b", "d"), ("c", "e"), ("d", "e")];
    StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("a", noise(1.0))
        .and_then(|model| model.with_mechanism("b", of(&[("a", 1.0)], 0.5)))
        .and_then(|model| model.with_mechanism("c", of(&[("b", 1.5)], 0.3)))
        .and_then(|model| model.with_mechanism("d", of(&[("b", -0.8)], 0.3)))
        .and_then(|model| model.with_mechanism("e", of(&[("c", 1.0), ("d", -1.0)], 0.3)))
        .unwrap()
        .without_fitting()
        .unwrap()
}

fn only_the_record(model: &FittedModel, event: &Observation) -> Falsifier {
    let proof = model.prove("e", "b", event, &DiagnosisConfig::default()).unwrap();
    proof.falsifiers.into_iter().find(|one| one.kind == FalsifierKind::OnlyTheRecord).unwrap()
}

#[test]
fn a_wrong_record_is_told_from_a_fault() {
    let model = model();
    let (mut records, mut faults) = (0, 0);
    let normal = model.draw_samples(100, 3).unwrap();
    for row in normal.observations() {
        let changed = |shifts: [f64; 5]| {
            let value = |(node, shift): (&'static str, f64)| (node, row.get(node).unwrap() + shift);
            Observation::from_pairs(["a", "b", "c", "d", "e"].into_iter().zip(shifts).map(value)).unwrap()
        };
        // The record of b alone; or b itself, which goes on to all others.
        let (record, fault) = (changed([0.0, 4.0, 0.0, 0.0, 0.0]), changed([0.0, 4.0, 6.0, -3.2, 9.2]));
        records += usize::from(only_the_record(&model, &record).found == Some(true));
        faults += usize::from(only_the_record(&model, &fault).found == Some(true));
    }
    assert!(records >= 90 && faults == 0, "{records} and {faults} of 100");
}

#[test]
fn how_much_likelier_another_value_is_follows_the_closed_form() {
    let event = Observation::from_pairs([("a", 0.3), ("b", 3.0), ("c", 0.4), ("d", -0.5), ("e", 1.0)]).unwrap();
    let found = only_the_record(&model(), &event);
    // Given a, the latent b is normal around 0.3 with deviation 0.5, and c − 1.5·b and d + 0.8·b are normal noises.
    let density = |mean: f64, deviation: f64, x: f64| Normal::new(mean, deviation).unwrap().pdf(x);
    let effects = |b: f64| density(1.5 * b, 0.3, 0.4) * density(-0.8 * b, 0.3, -0.5);
    let steps = 40_000;
    let width = 10.0 / f64::from(steps);
    let at = |step: i32| -4.7 + (f64::from(step) + 0.5) * width;
    let by_latent: f64 = (0..steps).map(|step| density(0.3, 0.5, at(step)) * effects(at(step)) * width).sum();
    let expected = by_latent.ln() - effects(3.0).ln();
    assert!((found.evidence["nats"] - expected).abs() < 1e-6, "{found:?} instead of {expected}");
    // The mean of b given a, c and d.
    let precision = 4.0 + 1.5 * 1.5 / 0.09 + 0.8 * 0.8 / 0.09;
    let follows = (0.3 * 4.0 + 1.5 * 0.4 / 0.09 + 0.8 * 0.5 / 0.09) / precision;
    assert!((found.evidence["follows"] - follows).abs() < 1e-6, "{found:?} instead of {follows}");
    assert_eq!(found.found, Some(true));
    let diagnosis = model().diagnose("e", &event, &DiagnosisConfig::default()).unwrap();
    let finding = diagnosis.findings.iter().find(|finding| finding.kind == FindingKind::OnlyTheRecord).unwrap();
    assert_eq!(finding.nodes[0], "b");
    assert!(["c", "d"].iter().all(|effect| finding.nodes.iter().any(|node| node == effect)), "{finding}");
}
