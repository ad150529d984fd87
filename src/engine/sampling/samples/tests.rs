//! The compiled program against evaluation node by node.

use super::*;
use crate::data::Observation;
use crate::engine::sampling::{OUTPUTS, Reach, Shelf};
use crate::engine::{Estimator, Means, NoiseSampling};
use crate::graph::CausalGraph;
use crate::mechanism::{AdditiveNoiseModel, CausalMechanism, CustomMechanism, KnownFormula, Mechanism};
use crate::model::{FittedModel, StructuralCausalModel};
use crate::noise::NoiseDistribution;
use crate::world::Measure;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const SAMPLES: usize = 40;

/// x = (1 + 0.1·Σ parents) · noise
#[derive(Debug)]
struct Multiplied;

impl Mechanism for Multiplied {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        (1.0 + 0.1 * parents.iter().sum::<f64>().abs()) * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / (1.0 + 0.1 * parents.iter().sum::<f64>().abs())
    }
}

fn random_mechanism(parents: &[String], random: &mut ChaCha8Rng) -> CausalMechanism {
    let draws: Vec<f64> = (0..30).map(|_| random.random_range(-1.0..2.0)).collect();
    let noise = match random.random_range(0..4) {
        0 => NoiseDistribution::empirical(&draws).unwrap(),
        1 => NoiseDistribution::constant(0.5).unwrap(),
        _ => NoiseDistribution::normal(0.3, 0.7).unwrap(),
    };
    if parents.is_empty() {
        return noise.into();
    }
    let names = parents.to_vec();
    let formula = match random.random_range(0..6) {
        0 => KnownFormula::maximum(names),
        1 => KnownFormula::new(names, |parents| parents.iter().map(|value| value.sin()).sum::<f64>()),
        2 => return CustomMechanism::new(names, Multiplied).with_noise(noise).into(),
        _ => KnownFormula::weighted_sum(names.into_iter().map(|name| (name, random.random_range(-1.0..1.0)))).unwrap(),
    };
    AdditiveNoiseModel::known(formula).with_noise(noise).into()
}

/// A model whose last node depends on all others.
fn random_model(nodes: usize, random: &mut ChaCha8Rng) -> FittedModel {
    let names: Vec<String> = (0..nodes).map(|node| format!("n{node}")).collect();
    let mut parents: Vec<Vec<String>> = vec![Vec::new(); nodes];
    for (node, parents) in parents.iter_mut().enumerate() {
        let is_parent = |other: &usize| random.random_bool(if node + 1 == nodes { 0.7 } else { 0.4 }) && *other < node;
        *parents = (0..nodes).filter(is_parent).map(|other| names[other].clone()).collect();
    }
    parents[nodes - 1].push("n0".to_owned());
    parents[nodes - 1].dedup();
    parents[nodes - 1].sort_unstable();
    parents[nodes - 1].dedup();
    let edges =
        (0..nodes).flat_map(|node| parents[node].iter().map(move |parent| (parent.clone(), format!("n{node}"))));
    let graph = CausalGraph::from_nodes_and_edges(names.clone(), edges).unwrap();
    let mut model = StructuralCausalModel::new(graph);
    for (name, parents) in names.iter().zip(&parents) {
        model = model.with_mechanism(name, random_mechanism(parents, random)).unwrap();
    }
    model.without_fitting().unwrap()
}

/// The target's samples, node by node.
fn naive(target: &Target, bank: &Bank, noises: &[f64], held: &[bool]) -> Vec<f64> {
    let row = |row: usize| {
        let noise = |node: usize| if held[node] { noises[node] } else { bank.column(node)[row] };
        target.wiring().target_value(&(0..noises.len()).map(noise).collect::<Vec<_>>())
    };
    (0..bank.samples()).map(row).collect()
}

fn assert_same(samples: TargetSamples<'_>, expected: &[f64], what: &str) {
    let found = match samples.settled() {
        TargetSamples::Constant(value) => vec![value; expected.len()],
        TargetSamples::Column(values) => values.to_vec(),
        TargetSamples::Changing(_) => unreachable!("settled"),
    };
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{what}: {found}, not {expected}");
    }
}

/// Changes random noises, more often than a sum takes before it is computed afresh, and now and then several at once.
/// How many linear nodes were left standing.
fn check(model: &FittedModel, target: &str, random: &mut ChaCha8Rng) -> usize {
    let target = Target::new(model, target).unwrap();
    let row: Vec<(&str, f64)> =
        target.nodes().iter().map(|node| (node.name.as_str(), random.random_range(0.0..3.0))).collect();
    let event = event(&target, &Observation::from_pairs(row).unwrap());
    let bank = bank(&target, SAMPLES);
    let samples = Samples::new(&event, Arc::clone(&bank), |_| true);
    let (mut columns, mut held) = (samples.columns(), vec![true; target.nodes().len()]);
    for step in 0..100 {
        let toggled: Vec<usize> = if step % 9 == 8 {
            (0..held.len()).filter(|_| random.random_bool(0.5)).collect()
        } else {
            vec![random.random_range(0..held.len())]
        };
        toggled.iter().for_each(|&node| held[node] = !held[node]);
        let expected = naive(&target, &bank, event.noises(), &held);
        assert_same(samples.target(&toggled, &mut columns).unwrap(), &expected, &format!("step {step}"));
    }
    target.program().functions.iter().filter(|function| function.kind == FunctionKind::Copy).count()
}

fn event<'t>(target: &'t Target, observation: &Observation) -> Event<'t> {
    let recovered = target.wiring().abduct(observation).unwrap();
    let observed = recovered.values[target.number()];
    Event::of_noises(target, recovered, Measure::Mean { observed }, 0.0, &[])
}

fn bank(target: &Target, samples: usize) -> Arc<Bank> {
    let means = Means { estimator: Estimator::Auto, noise_sampling: NoiseSampling::MonteCarlo, seed: 1 };
    Shelf::new(means).bank(target, samples, |_| true)
}

#[test]
fn a_program_agrees_with_evaluation_node_by_node_after_any_changes() {
    let random = &mut ChaCha8Rng::seed_from_u64(11);
    for _ in 0..60 {
        let nodes = random.random_range(2..12);
        check(&random_model(nodes, random), &format!("n{}", nodes - 1), random);
    }
}

#[test]
fn a_linear_node_between_several_functions_and_several_readers_is_left_standing() {
    let names = |prefix: &str| (0..5).map(|number| format!("{prefix}{number}")).collect::<Vec<_>>();
    let (before, between, after) = (names("before"), names("between"), names("after"));
    let all =
        |parents: &[String], child: &str| parents.iter().map(|parent| (parent.clone(), child.to_owned())).collect();
    let pairs = |parents: &[String], children: &[String]| parents.iter().cloned().zip(children.to_vec()).collect();
    let from_root = before.iter().map(|child| ("root".to_owned(), child.clone())).collect();
    let from_sum = between.iter().map(|child| ("sum".to_owned(), child.clone())).collect();
    let edges: [Vec<(String, String)>; 5] =
        [from_root, all(&before, "sum"), from_sum, pairs(&between, &after), all(&after, "target")];
    let normal = || NoiseDistribution::normal(0.0, 1.0).unwrap();
    let sine = |parent: &str| AdditiveNoiseModel::known(KnownFormula::new([parent], |parents| parents[0].sin()));
    let sum = |parents: &[String]| AdditiveNoiseModel::known(KnownFormula::sum(parents.to_vec()));
    let mut model = StructuralCausalModel::new(CausalGraph::from_edges(edges.concat()).unwrap())
        .with_mechanism("root", normal())
        .and_then(|model| model.with_mechanism("sum", sum(&before).with_noise(normal())))
        .and_then(|model| model.with_mechanism("target", sum(&after).with_noise(normal())))
        .unwrap();
    for number in 0..5 {
        model = model
            .with_mechanism(&before[number], sine("root").with_noise(normal()))
            .and_then(|model| model.with_mechanism(&between[number], sum(&["sum".to_owned()]).with_noise(normal())))
            .and_then(|model| model.with_mechanism(&after[number], sine(&between[number]).with_noise(normal())))
            .unwrap();
    }
    assert_eq!(check(&model.without_fitting().unwrap(), "target", &mut ChaCha8Rng::seed_from_u64(5)), 1);
}

#[test]
fn kept_noises_leave_no_rounding_behind() {
    let random = &mut ChaCha8Rng::seed_from_u64(3);
    let model = random_model(8, random);
    let row: Vec<(String, f64)> = (0..8).map(|node| (format!("n{node}"), random.random_range(0.0..3.0))).collect();
    let target = Target::new(&model, "n7").unwrap();
    let event = event(&target, &Observation::from_pairs(row).unwrap());
    let samples = Samples::new(&event, bank(&target, OUTPUTS), |_| true);
    let mut columns = samples.columns();
    let all: Vec<usize> = (0..target.nodes().len()).collect();
    samples.target(&all, &mut columns).unwrap();
    let again = samples.target(&all, &mut columns).unwrap();
    assert!(matches!(again, TargetSamples::Constant(value) if value == event.observed()));
}

/// Whatever is drawn, no sample is beyond the bounds of its world, and no more of them reach an end than there can be.
#[test]
fn samples_stay_within_reach() {
    let random = &mut ChaCha8Rng::seed_from_u64(29);
    let (samples, mut known, mut narrowed) = (2_000, 0, 0);
    for case in 0..60 {
        let nodes = random.random_range(3..9);
        let model = random_model(nodes, random);
        let target = Target::new(&model, &format!("n{}", nodes - 1)).unwrap();
        let row: Vec<(&str, f64)> =
            target.nodes().iter().map(|node| (node.name.as_str(), random.random_range(0.0..3.0))).collect();
        let event = event(&target, &Observation::from_pairs(row).unwrap());
        let bank = bank(&target, samples);
        let outputs = Samples::new(&event, Arc::clone(&bank), |_| true).observed_outputs().to_vec();
        let reach = Reach::new(&event, outputs, samples);
        for _ in 0..10 {
            let held: Vec<bool> = (0..target.nodes().len()).map(|_| random.random_bool(0.4)).collect();
            let mut values = naive(&target, &bank, event.noises(), &held);
            values.sort_by(f64::total_cmp);
            let bounds = reach.target(|node| !held[node]);
            let room = 1e-9 * (1.0 + event.observed().abs());
            let (least, most) = (values[0], values[samples - 1]);
            assert!(bounds.low <= least + room && most - room <= bounds.high, "{case}: {bounds:?}, {least} to {most}");
            known += usize::from(bounds.high.is_finite());
            for rank in [1, samples / 100, samples / 10] {
                let (lower, upper) = (values[rank - 1] + room, values[samples - rank] - room);
                for (ends, reached) in [
                    ((f64::NEG_INFINITY, upper), values.iter().filter(|value| **value >= upper).count()),
                    ((lower, f64::INFINITY), values.iter().filter(|value| **value <= lower).count()),
                ] {
                    let chance = samples as f64 * (reach.outer_parts(|node| !held[node]).chance(ends) + bounds.beyond);
                    // Counts of so many on average lie within 4 standard deviations of it.
                    let room = 4.0 * chance.sqrt() + 1.0;
                    assert!(reached as f64 <= chance + room, "{case}, {ends:?}: {reached} of at most {chance}");
                    narrowed += usize::from(chance < 0.5 * samples as f64);
                }
            }
        }
    }
    assert!(known > 200 && narrowed > 300, "{known} {narrowed}");
}

/// Two noises that must both lie in their upper tenth: the bound is the product of the parts that are looked at, which are no narrower.
#[test]
fn noises_that_are_all_needed_hardly_reach_an_end() {
    let uniform = || NoiseDistribution::uniform(0.0, 1.0).unwrap();
    let graph = CausalGraph::from_edges([("a", "t"), ("b", "t"), ("c", "t")]).unwrap();
    let largest = KnownFormula::sum_of_maxima([vec!["a"], vec!["b", "c"]]).unwrap();
    let model = ["a", "b", "c"]
        .into_iter()
        .try_fold(StructuralCausalModel::new(graph), |model, name| model.with_mechanism(name, uniform()))
        .and_then(|model| {
            model.with_mechanism(
                "t",
                AdditiveNoiseModel::known(largest).with_noise(NoiseDistribution::constant(0.0).unwrap()),
            )
        })
        .unwrap()
        .without_fitting()
        .unwrap();
    let target = Target::new(&model, "t").unwrap();
    let observation = Observation::from_pairs([("a", 0.5), ("b", 0.5), ("c", 0.2), ("t", 1.0)]).unwrap();
    let event = event(&target, &observation);
    let outputs = Samples::new(&event, bank(&target, 64), |_| true).observed_outputs().to_vec();
    let reach = Reach::new(&event, outputs, 64);
    let place = |name: &str| target.nodes().iter().position(|node| node.name == name).unwrap();
    let (a, b, c) = (place("a"), place("b"), place("c"));
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    let bounds = reach.target(|node| node == a || node == b);
    close(bounds.low, 0.2);
    close(bounds.high, 2.0);
    let upper = |end: f64| (f64::NEG_INFINITY, end);
    let chance = |drawn: &[usize], ends: (f64, f64)| reach.outer_parts(|node| drawn.contains(&node)).chance(ends);
    // a + max(b, 0.2) reaches 1.96 where both are above 0.96, hence in their last twentieth.
    close(chance(&[a, b], upper(1.96)), 0.05 * 0.05);
    close(chance(&[a], upper(1.6)), 0.0);
    // With c drawn, too, neither b nor c is needed, as the other will do.
    close(chance(&[a, b, c], upper(1.96)), 0.05);
    close(chance(&[a], (0.505, f64::INFINITY)), 0.01);
    assert_eq!(chance(&[a], (f64::NEG_INFINITY, f64::INFINITY)), 0.0);
}
