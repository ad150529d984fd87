//! Mechanisms: learned, known, custom and mixed; fitting, inverting and drawing from them.

mod flexible;
mod known;
mod learned;
mod mixed;

use etiology::{CausalGraph, Dataset, Mechanism, NoiseDistribution};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

fn graph(edges: &[(&str, &str)]) -> CausalGraph {
    CausalGraph::from_edges(edges.iter().copied()).expect("the edges are acyclic")
}

fn draws(noise: &NoiseDistribution, count: usize, seed: u64) -> Vec<f64> {
    let mut values = vec![0.0; count];
    noise.sample_into(&mut ChaCha8Rng::seed_from_u64(seed), &mut values);
    values
}

fn normal(mean: f64, std_dev: f64) -> NoiseDistribution {
    NoiseDistribution::normal(mean, std_dev).expect("the standard deviation is positive")
}

fn uniform(low: f64, high: f64) -> NoiseDistribution {
    NoiseDistribution::uniform(low, high).expect("low is less than high")
}

/// y = 1.5 + 2a − 3b + N(0, 0.1²), with a ~ N(0, 1), b ~ U(0, 2).
fn linear_data(rows: usize, seed: u64) -> Dataset {
    let a = draws(&normal(0.0, 1.0), rows, seed);
    let b = draws(&uniform(0.0, 2.0), rows, seed + 1);
    let noise = draws(&normal(0.0, 0.1), rows, seed + 2);
    let y: Vec<f64> = (0..rows).map(|row| 1.5 + 2.0 * a[row] - 3.0 * b[row] + noise[row]).collect();
    Dataset::from_columns([("a", a), ("b", b), ("y", y)]).expect("the columns are equally long")
}

fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not within {tolerance} of {expected}");
}

/// value = slow − fast + (1 + slow²) · noise: location and scale depend on the parents, which must not be swapped.
#[derive(Debug)]
struct LocationScale;

impl Mechanism for LocationScale {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] - parents[1] + (1.0 + parents[0] * parents[0]) * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        (value - parents[0] + parents[1]) / (1.0 + parents[0] * parents[0])
    }
}
