//! Models of any size, each with one outlier, made from fixed seeds: the same size gives the same model everywhere.

use std::collections::BTreeSet;

use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, Observation, Result,
    StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// Values that an empirical noise is made of.
const NOISE_VALUES: usize = 2_000;
/// How many standard deviations of the target the culprit adds at least.
const OUTLYING: f64 = 4.0;

/// Which formulas and noises a model is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Weighted sums, empirical noises.
    Linear,
    /// Weighted sums, normal noises: coalitions have a closed form.
    Normal,
    /// Weighted sums upstream, maxima and norms downstream; empirical noises.
    Mixed,
    /// Maxima and norms, empirical noises.
    NonLinear,
}

/// A fitted model and an outlier of one of its nodes.
pub(crate) struct Case {
    pub(crate) model: FittedModel,
    pub(crate) target: String,
    pub(crate) event: Observation,
}

/// About as many edges per node as service graphs have: more in larger ones.
pub(crate) fn usual_edges(nodes: usize) -> usize {
    match nodes {
        0..10 => nodes + 1,
        10..50 => 2 * nodes,
        50..500 => 5 * nodes / 2,
        _ => 3 * nodes,
    }
}

/// A model of so many nodes, all of which the target depends on.
pub(crate) fn case(kind: Kind, nodes: usize, edges: usize) -> Result<Case> {
    let generator = &mut ChaCha8Rng::seed_from_u64(nodes as u64);
    let graph = graph(nodes, edges, generator)?;
    let mut model = StructuralCausalModel::new(graph);
    for number in 0..nodes {
        let node = name(number);
        let noise = noise(kind, generator)?;
        let parents: Vec<String> = model.graph().parents(&node)?.into_iter().map(str::to_owned).collect();
        model = if parents.is_empty() {
            model.with_mechanism(&node, noise)?
        } else {
            let formula = formula(kind, number, nodes, parents, generator)?;
            model.with_mechanism(&node, AdditiveNoiseModel::known(formula).with_noise(noise))?
        };
    }
    let model = model.without_fitting()?;
    let target = name(nodes - 1);
    let event = outlier(&model, &target, &name(nodes / 3))?;
    Ok(Case { model, target, event })
}

fn name(number: usize) -> String {
    format!("n{number}")
}

/// A random graph in which every node has a path to the last one.
fn graph(nodes: usize, edges: usize, generator: &mut ChaCha8Rng) -> Result<CausalGraph> {
    assert!((nodes - 1..=nodes * (nodes - 1) / 2).contains(&edges), "{nodes} nodes cannot have {edges} edges");
    // One edge to a later node each: following them ends at the last.
    let mut pairs: BTreeSet<(usize, usize)> =
        (0..nodes - 1).map(|cause| (cause, generator.random_range(cause + 1..nodes))).collect();
    while pairs.len() < edges {
        let effect = generator.random_range(1..nodes);
        pairs.insert((generator.random_range(0..effect), effect));
    }
    let named = pairs.into_iter().map(|(cause, effect)| (name(cause), name(effect)));
    CausalGraph::from_nodes_and_edges((0..nodes).map(name), named)
}

fn noise(kind: Kind, generator: &mut ChaCha8Rng) -> Result<NoiseDistribution> {
    let scale = generator.random_range(0.02..0.2);
    if kind == Kind::Normal {
        return NoiseDistribution::normal(scale, scale);
    }
    let mut values = vec![0.0; NOISE_VALUES];
    NoiseDistribution::exponential(scale)?.sample_into(generator, &mut values);
    NoiseDistribution::empirical(&values)
}

fn formula(
    kind: Kind,
    number: usize,
    nodes: usize,
    parents: Vec<String>,
    generator: &mut ChaCha8Rng,
) -> Result<KnownFormula> {
    let linear = match kind {
        Kind::Linear | Kind::Normal => true,
        Kind::Mixed => number < nodes / 2,
        Kind::NonLinear => false,
    };
    if linear {
        // Small enough that effects neither vanish nor explode along the paths of a large graph.
        return KnownFormula::weighted_sum(
            parents.into_iter().map(|parent| (parent, generator.random_range(0.1..0.5))),
        );
    }
    if number.is_multiple_of(2) {
        return Ok(KnownFormula::maximum(parents));
    }
    Ok(KnownFormula::new(parents, |parents| 0.5 * parents.iter().map(|parent| parent * parent).sum::<f64>().sqrt()))
}

/// An ordinary row to which the culprit adds as much noise as makes the target an outlier.
fn outlier(model: &FittedModel, target: &str, culprit: &str) -> Result<Observation> {
    let ordinary = model.estimate_noise(&model.draw_samples(1, 1)?.row(0)?)?;
    let reference = model.reference(target)?;
    let spread = reference.variance().sqrt();
    let mut delay = spread;
    loop {
        let event = evaluate(model, &ordinary, culprit, delay)?;
        if event.get(target).is_some_and(|value| value > reference.mean() + OUTLYING * spread) {
            return Ok(event);
        }
        assert!(delay.is_finite(), "the culprit does not reach the target");
        delay *= 1.5;
    }
}

/// The row that these noises give, with the delay added to the culprit's.
fn evaluate(model: &FittedModel, noises: &Observation, culprit: &str, delay: f64) -> Result<Observation> {
    // Numbers are a topological order.
    let nodes: Vec<String> = model.graph().nodes().map(str::to_owned).collect();
    let mut values: Vec<f64> = Vec::with_capacity(nodes.len());
    for node in &nodes {
        let delay = if node == culprit { delay } else { 0.0 };
        let value_of = |parent: &str| parent[1..].parse::<usize>().ok().map_or(f64::NAN, |number| values[number]);
        let parents: Vec<f64> = model.mechanism_parents(node)?.into_iter().map(value_of).collect();
        let noise = noises.get(node).unwrap_or(f64::NAN) + delay;
        values.push(model.mechanism(node)?.evaluate(&parents, noise));
    }
    Observation::new(nodes, values)
}
