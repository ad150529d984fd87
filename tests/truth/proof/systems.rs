//! Small incidents of systems whose mechanisms are known.

use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// A fault with its cause, in a system and as somebody knows the system who has 300 rows of it.
pub(super) struct Incident {
    pub(super) name: String,
    pub(super) truth: FittedModel,
    pub(super) model: FittedModel,
    pub(super) event: Observation,
    pub(super) culprit: String,
    pub(super) target: String,
    /// The target's ancestors.
    pub(super) causes: Vec<String>,
}

/// How a node's parents act on it.
#[derive(Clone)]
enum Way {
    Sum(Vec<(usize, f64)>),
    Maximum(Vec<usize>),
}

impl Way {
    fn parents(&self) -> Vec<usize> {
        match self {
            Self::Sum(terms) => terms.iter().map(|&(parent, _)| parent).collect(),
            Self::Maximum(parents) => parents.clone(),
        }
    }
}

/// So many incidents in turn of a chain, a diamond and parallel calls, each with roots beside it.
pub(super) fn incidents(count: usize, seed: u64) -> Vec<Incident> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|number| incident(number, generator)).collect()
}

fn incident(number: usize, generator: &mut ChaCha8Rng) -> Incident {
    let mut weight = |parent: usize| {
        let size = generator.random_range(0.4..1.6);
        (parent, if generator.random_bool(0.3) { -size } else { size })
    };
    // Nodes 0 and 1 are roots.
    let ways = match number % 3 {
        0 => {
            vec![Way::Sum(vec![weight(0), weight(1)]), Way::Sum(vec![weight(2)]), Way::Sum(vec![weight(3), weight(1)])]
        }
        1 => vec![
            Way::Sum(vec![weight(0)]),
            Way::Sum(vec![weight(0), weight(1)]),
            Way::Sum(vec![weight(2), weight(3), weight(0)]),
            Way::Sum(vec![weight(4)]),
        ],
        _ => vec![
            Way::Sum(vec![(0, weight(0).1.abs())]),
            Way::Sum(vec![(0, weight(0).1.abs()), (1, 1.0)]),
            Way::Maximum(vec![2, 3]),
            // Not 1 as well: two ways that carry alike have no order.
            Way::Sum(vec![(4, 1.0), (1, 0.7)]),
        ],
    };
    let nodes = 2 + ways.len();
    let names: Vec<String> = (0..nodes).map(|node| format!("n{node}")).collect();
    let edges = ways.iter().enumerate().flat_map(|(place, way)| {
        way.parents().into_iter().map(move |parent| (format!("n{parent}"), format!("n{}", place + 2)))
    });
    let graph = CausalGraph::from_nodes_and_edges(names.clone(), edges).unwrap();
    let formula = |way: &Way| match way {
        Way::Sum(terms) => {
            KnownFormula::weighted_sum(terms.iter().map(|&(parent, weight)| (names[parent].clone(), weight))).unwrap()
        }
        Way::Maximum(parents) => KnownFormula::maximum(parents.iter().map(|&parent| names[parent].clone())),
    };
    let noise = |deviation: f64| NoiseDistribution::normal(0.0, deviation).unwrap();
    let mut truth = StructuralCausalModel::new(graph.clone());
    let mut learned = StructuralCausalModel::new(graph);
    for root in &names[..2] {
        truth = truth.with_mechanism(root, noise(1.0)).unwrap();
    }
    for (way, name) in ways.iter().zip(&names[2..]) {
        truth = truth.with_mechanism(name, AdditiveNoiseModel::known(formula(way)).with_noise(noise(0.4))).unwrap();
        learned = match way {
            Way::Sum(_) => learned.with_mechanism(name, AdditiveNoiseModel::linear()).unwrap(),
            Way::Maximum(_) => learned.with_mechanism(name, AdditiveNoiseModel::known(formula(way))).unwrap(),
        };
    }
    let truth = truth.without_fitting().unwrap();
    let normal = truth.draw_samples(300, number as u64).unwrap();
    let learned = learned.assign_mechanisms(&normal).unwrap();
    let culprit = generator.random_range(0..2 + usize::from(!number.is_multiple_of(3)));
    // Maxima stand for latencies, which go up.
    let size: f64 = generator.random_range(6.0..15.0);
    let up = number % 3 == 2 || generator.random_bool(0.5);
    let noises = truth.estimate_noise(&truth.draw_samples(1, 1_000 + number as u64).unwrap().row(0).unwrap()).unwrap();
    let mut values: Vec<f64> = Vec::new();
    for (node, name) in names.iter().enumerate() {
        let mechanism = truth.mechanism(name).unwrap();
        let parents: Vec<f64> =
            truth.mechanism_parents(name).unwrap().iter().map(|parent| values[place(&names, parent)]).collect();
        let shock = if node == culprit { size.copysign(if up { 1.0 } else { -1.0 }) } else { 0.0 };
        values.push(mechanism.evaluate(&parents, noises.get(name).unwrap() + shock));
    }
    Incident {
        name: format!("incident {number}"),
        model: learned.fit(&normal).unwrap(),
        truth,
        event: Observation::new(names.clone(), values).unwrap(),
        culprit: names[culprit].clone(),
        target: names[nodes - 1].clone(),
        causes: names[..nodes - 1].to_vec(),
    }
}

fn place(names: &[String], name: &str) -> usize {
    names.iter().position(|other| other == name).unwrap()
}
