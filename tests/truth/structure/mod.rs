//! Questions about a model rather than an event: influence, arrows, relevance.

mod arrow_strength;
mod influence;
mod reference;
mod relevance;

use etiology::{AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, StructuralCausalModel};

/// The Shapley values from what every set of players, by its bits, is worth; from the definition.
pub(super) fn shapley(worth: &[f64]) -> Vec<f64> {
    let players = worth.len().trailing_zeros() as usize;
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let of_player = |player: usize| {
        let without = (0..worth.len()).filter(|set| set >> player & 1 == 0);
        without
            .map(|set| {
                let size = (set as u32).count_ones() as usize;
                let weight = factorial(size) * factorial(players - size - 1) / factorial(players);
                weight * (worth[set | 1 << player] - worth[set])
            })
            .sum()
    };
    (0..players).map(of_player).collect()
}

/// Roots `x0`, `x1`, … with these noises, and `y` as a function of them plus noise.
fn function_of_roots(
    roots: Vec<NoiseDistribution>,
    function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static,
    noise: NoiseDistribution,
) -> FittedModel {
    let names: Vec<String> = (0..roots.len()).map(|root| format!("x{root}")).collect();
    let graph = CausalGraph::from_edges(names.iter().map(|name| (name.clone(), "y".to_owned()))).unwrap();
    let formula = KnownFormula::new(names.clone(), function);
    let mut model = StructuralCausalModel::new(graph)
        .with_mechanism("y", AdditiveNoiseModel::known(formula).with_noise(noise))
        .unwrap();
    for (name, noise) in names.iter().zip(roots) {
        model = model.with_mechanism(name, noise).unwrap();
    }
    model.without_fitting().unwrap()
}

fn normal(mean: f64, std_dev: f64) -> NoiseDistribution {
    NoiseDistribution::normal(mean, std_dev).unwrap()
}

/// In how many of the cases the truth lies within 1.96 standard errors of the value.
fn coverage(cases: &[(f64, f64, f64)]) -> f64 {
    let held = cases.iter().filter(|(value, error, truth)| (value - truth).abs() <= 1.96 * error);
    held.count() as f64 / cases.len() as f64
}
