//! Is the model any good? The tests behind the answer, and the answer itself on models that are right and wrong.

mod alarms;
mod figures;
mod independence_tests;

use etiology::evaluation::ModelEvaluation;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, EvaluationConfig, FittedModel, KnownFormula, NoiseDistribution,
    StructuralCausalModel,
};
use ndarray::Array1;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn normals(rows: usize, seed: u64) -> Array1<f64> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    Array1::from_shape_simple_fn(rows, || StandardNormal.sample(generator))
}

fn gaussian(mean: f64, std_dev: f64) -> NoiseDistribution {
    NoiseDistribution::normal(mean, std_dev).unwrap()
}

/// A node, its parents, and what they make of it.
type KnownNode<'a> = (&'a str, &'a [&'a str], fn(&[f64]) -> f64);

/// A model of known formulas: roots are standard normal, other noises normal with standard deviation 0.5.
fn known(nodes: &[KnownNode<'_>]) -> FittedModel {
    let edges = nodes.iter().flat_map(|(node, parents, _)| parents.iter().map(move |parent| (*parent, *node)));
    let names = nodes.iter().map(|(node, ..)| *node);
    let mut model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(names, edges).unwrap());
    for (node, parents, function) in nodes {
        model = if parents.is_empty() {
            model.with_mechanism(node, gaussian(0.0, 1.0)).unwrap()
        } else {
            let formula = KnownFormula::new(parents.iter().copied(), *function);
            model.with_mechanism(node, AdditiveNoiseModel::known(formula).with_noise(gaussian(0.0, 0.5))).unwrap()
        };
    }
    model.without_fitting().unwrap()
}

/// a → b, a → c, b → d, c → d, all linear.
fn diamond() -> FittedModel {
    known(&[
        ("a", &[], |_| 0.0),
        ("b", &["a"], |p| 0.8 * p[0]),
        ("c", &["a"], |p| -0.6 * p[0] + 1.0),
        ("d", &["b", "c"], |p| p[0] + 0.7 * p[1]),
    ])
}

fn evaluate(model: &FittedModel, held_out: &Dataset) -> ModelEvaluation {
    model.evaluate(held_out, &EvaluationConfig::default()).unwrap()
}
