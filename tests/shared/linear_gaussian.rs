//! Linear models with normal noises, whose scores and contributions are known in closed form.
//!
//! The target is a constant plus Σⱼ cⱼ Nⱼ, so given the noises of a coalition it is normal, the coalition's
//! probability is a normal tail, and the Shapley values follow by enumerating all coalitions.

use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel,
};
use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng, seq::SliceRandom};
use rand_distr::{Distribution, StandardNormal};

/// {y ≥ observed}, or {|y − median| ≥ |observed − median|}.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Region {
    Upper,
    TwoSided,
}

/// A linear-Gaussian model with one observation. Node `x<j>` has the parents and coefficients in `parents[j]`,
/// all below j.
#[derive(Debug, Clone)]
pub(crate) struct LinearGaussian {
    pub(crate) intercepts: Vec<f64>,
    pub(crate) std_devs: Vec<f64>,
    pub(crate) parents: Vec<Vec<(usize, f64)>>,
    pub(crate) noises: Vec<f64>,
}

/// The exact score and contributions; nodes that are not ancestors of the target have none.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) score: f64,
    pub(crate) contributions: Vec<(String, f64)>,
}

impl LinearGaussian {
    /// A random model of 3 to 10 nodes whose observation has one or two noises 3 to 9 standard deviations out.
    pub(crate) fn random(seed: u64) -> Self {
        let generator = &mut ChaCha8Rng::seed_from_u64(seed);
        let nodes = generator.random_range(3..=10);
        let parents = (0..nodes).map(|node| random_parents(node, generator)).collect();
        let mut normal = |scale: f64| scale * Distribution::<f64>::sample(&StandardNormal, generator);
        let intercepts = (0..nodes).map(|_| normal(1.0)).collect();
        let std_devs: Vec<f64> = (0..nodes).map(|_| 0.3 + normal(0.8).abs()).collect();
        let mut noises: Vec<f64> = std_devs.iter().map(|&std_dev| normal(std_dev)).collect();
        for _ in 0..generator.random_range(1..=2) {
            let culprit = generator.random_range(0..nodes);
            let sign = if generator.random_bool(0.5) { 1.0 } else { -1.0 };
            noises[culprit] = sign * generator.random_range(3.0..9.0) * std_devs[culprit];
        }
        Self { intercepts, std_devs, parents, noises }
    }

    pub(crate) fn name(node: usize) -> String {
        format!("x{node}")
    }

    /// The name of the target, the last node.
    pub(crate) fn target(&self) -> String {
        Self::name(self.parents.len() - 1)
    }

    /// The model, which the crate can attribute in closed form.
    pub(crate) fn model(&self) -> FittedModel {
        self.build(None)
    }

    /// The same with the target's formula given as a closure, through which nothing is known to be linear: hits are
    /// counted once the target's own noise is kept.
    pub(crate) fn opaque_model(&self) -> FittedModel {
        self.opaque_at(self.parents.len() - 1)
    }

    /// The same with such a formula at another node: of the noises of its ancestors nothing is known to be linear, while
    /// all others are.
    pub(crate) fn opaque_at(&self, node: usize) -> FittedModel {
        self.build(Some(node))
    }

    fn build(&self, opaque: Option<usize>) -> FittedModel {
        let nodes = 0..self.parents.len();
        let edges = nodes
            .clone()
            .flat_map(|node| self.parents[node].iter().map(move |&(parent, _)| (Self::name(parent), Self::name(node))));
        let graph = CausalGraph::from_nodes_and_edges(nodes.clone().map(Self::name), edges).unwrap();
        let mut model = StructuralCausalModel::new(graph);
        for node in nodes {
            // The intercept goes into the noise's mean, which keeps what is recovered from an observation the
            // same up to that shift.
            let noise = NoiseDistribution::normal(self.intercepts[node], self.std_devs[node]).unwrap();
            let name = Self::name(node);
            let (names, weights): (Vec<String>, Vec<f64>) =
                self.parents[node].iter().map(|&(parent, weight)| (Self::name(parent), weight)).unzip();
            model = if names.is_empty() {
                model.with_mechanism(&name, noise).unwrap()
            } else {
                let formula = if opaque == Some(node) {
                    let sum = move |parents: &[f64]| {
                        weights.iter().zip(parents).map(|(weight, parent)| weight * parent).sum()
                    };
                    KnownFormula::new(names, sum)
                } else {
                    KnownFormula::weighted_sum(names.into_iter().zip(weights)).unwrap()
                };
                model.with_mechanism(&name, AdditiveNoiseModel::known(formula).with_noise(noise)).unwrap()
            };
        }
        model.without_fitting().unwrap()
    }

    pub(crate) fn values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::new();
        for node in 0..self.parents.len() {
            let causes: f64 = self.parents[node].iter().map(|&(parent, weight)| weight * values[parent]).sum();
            values.push(self.intercepts[node] + self.noises[node] + causes);
        }
        values
    }

    pub(crate) fn observation(&self) -> Observation {
        Observation::new((0..self.parents.len()).map(Self::name), self.values()).unwrap()
    }

    /// By how much each noise moves the target.
    pub(crate) fn total_effects(&self) -> Vec<f64> {
        let mut effects = vec![0.0; self.parents.len()];
        *effects.last_mut().unwrap() = 1.0;
        for node in (0..self.parents.len()).rev() {
            for &(parent, weight) in &self.parents[node] {
                effects[parent] += effects[node] * weight;
            }
        }
        effects
    }

    pub(crate) fn ancestors_and_target(&self) -> Vec<usize> {
        let mut reached = vec![false; self.parents.len()];
        *reached.last_mut().unwrap() = true;
        for node in (0..self.parents.len()).rev().collect::<Vec<_>>() {
            if reached[node] {
                self.parents[node].iter().for_each(|&(parent, _)| reached[parent] = true);
            }
        }
        (0..self.parents.len()).filter(|&node| reached[node]).collect()
    }

    /// E\[target\].
    pub(crate) fn mean(&self) -> f64 {
        self.total_effects().iter().zip(&self.intercepts).map(|(effect, intercept)| effect * intercept).sum()
    }

    pub(crate) fn truth(&self, region: Region, floor: f64) -> Truth {
        let players = self.ancestors_and_target();
        let effects = self.total_effects();
        let (mean, observed) = (self.mean(), *self.values().last().unwrap());
        let value = |coalition: usize| {
            let (mut shift, mut variance) = (0.0, 0.0);
            for (bit, &player) in players.iter().enumerate() {
                if coalition >> bit & 1 == 1 {
                    shift += effects[player] * self.noises[player];
                } else {
                    variance += (effects[player] * self.std_devs[player]).powi(2);
                }
            }
            if coalition + 1 == 1 << players.len() || variance == 0.0 {
                return 0.0;
            }
            let std_dev = variance.sqrt();
            let probability = match region {
                Region::Upper => normal_survival((observed - mean - shift) / std_dev),
                Region::TwoSided => {
                    let distance = (observed - mean).abs();
                    normal_survival((distance - shift) / std_dev) + normal_survival((distance + shift) / std_dev)
                }
            };
            (probability + floor).ln() - floor.ln_1p()
        };
        let values: Vec<f64> = (0..1 << players.len()).map(value).collect();
        let shapley = shapley_by_enumeration(&values, players.len());
        let contributions = players.iter().zip(shapley).map(|(&node, value)| (Self::name(node), value));
        Truth { score: -values[0], contributions: contributions.collect() }
    }
}

fn random_parents(node: usize, generator: &mut impl Rng) -> Vec<(usize, f64)> {
    if node == 0 {
        return Vec::new();
    }
    let mut candidates: Vec<usize> = (0..node).collect();
    candidates.shuffle(generator);
    candidates.truncate(generator.random_range(1..=node.min(3)));
    let mut weight = || generator.random_range(0.3..1.5) * if generator.random_bool(0.25) { -1.0 } else { 1.0 };
    candidates.into_iter().map(|parent| (parent, weight())).collect()
}

/// P{Z ≥ z}
pub(crate) fn normal_survival(z: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(z / std::f64::consts::SQRT_2)
}

/// The textbook formula, from the values of all coalitions as bit sets.
pub(crate) fn shapley_by_enumeration(values: &[f64], players: usize) -> Vec<f64> {
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let n = players as u32;
    let weight = |size: u32| factorial(size) * factorial(n - size - 1) / factorial(n);
    let joined = |player: usize| {
        (0..values.len())
            .filter(|coalition| coalition >> player & 1 == 0)
            .map(|coalition| weight(coalition.count_ones()) * (values[coalition | 1 << player] - values[coalition]))
            .sum()
    };
    (0..players).map(joined).collect()
}
