//! Changes of distributions against brute force over closed forms, and against each other.

use std::collections::BTreeMap;

use etiology::change::{ChangeConfig, EngineName, Functional};
use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, NoiseFamily, StructuralCausalModel,
};
use statrs::distribution::{ContinuousCDF, Normal};

/// A number between −1 and 1 that depends on both.
fn wave(seed: u64, index: usize) -> f64 {
    (1.0 + seed as f64 * 12.9898 + index as f64 * 78.233).sin() * 43_758.545_3 % 1.0
}

/// A linear model over nodes 0, 1, …; the last is the target.
#[derive(Clone)]
struct Linear {
    parents: Vec<Vec<(usize, f64)>>,
    intercepts: Vec<f64>,
    std_devs: Vec<f64>,
}

impl Linear {
    fn random(seed: u64, nodes: usize) -> (Self, Self, Vec<bool>) {
        let structure = |node: usize| -> Vec<usize> {
            (0..node).filter(|&parent| parent + 1 == node || wave(seed, 100 * node + parent) > 0.2).collect()
        };
        let side = |side: u64| Self {
            parents: (0..nodes)
                .map(|node| {
                    let slope = |parent: usize| (parent, 0.3 + wave(seed + 1_000 * side, 1_000 + 100 * node + parent));
                    structure(node).into_iter().map(slope).collect()
                })
                .collect(),
            intercepts: (0..nodes).map(|node| wave(seed + 1_000 * side, 5_000 + node)).collect(),
            std_devs: (0..nodes).map(|node| 0.9 + 0.6 * wave(seed + 1_000 * side, 6_000 + node)).collect(),
        };
        let changed: Vec<bool> = (0..nodes).map(|node| node == 1 || wave(seed, 7_000 + node) > -0.3).collect();
        let (old, other) = (side(1), side(2));
        let new = old.mixed(&other, |node| changed[node]);
        (old, new, changed)
    }

    fn mixed(&self, other: &Self, takes: impl Fn(usize) -> bool) -> Self {
        let mut mixed = self.clone();
        for node in (0..self.parents.len()).filter(|&node| takes(node)) {
            mixed.parents[node].clone_from(&other.parents[node]);
            mixed.intercepts[node] = other.intercepts[node];
            mixed.std_devs[node] = other.std_devs[node];
        }
        mixed
    }

    /// The target's mean and variance.
    fn moments(&self) -> (f64, f64) {
        let nodes = self.parents.len();
        let mut effects = vec![0.0; nodes];
        effects[nodes - 1] = 1.0;
        for node in (0..nodes).rev() {
            for &(parent, slope) in &self.parents[node] {
                effects[parent] += effects[node] * slope;
            }
        }
        let mean = effects.iter().zip(&self.intercepts).map(|(effect, intercept)| effect * intercept).sum();
        (mean, effects.iter().zip(&self.std_devs).map(|(effect, std_dev)| (effect * std_dev).powi(2)).sum())
    }

    /// As a fitted model, with noises of this mean and standard deviation.
    fn model(&self, noise: impl Fn(f64, f64) -> NoiseDistribution) -> FittedModel {
        let name = |node: usize| format!("n{node}");
        let edges = (0..self.parents.len())
            .flat_map(|node| self.parents[node].iter().map(move |&(parent, _)| (name(parent), name(node))));
        let nodes = (0..self.parents.len()).map(name);
        let mut model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(nodes, edges).unwrap());
        for node in 0..self.parents.len() {
            let noise = noise(self.intercepts[node], self.std_devs[node]);
            let terms: Vec<(String, f64)> =
                self.parents[node].iter().map(|&(parent, slope)| (name(parent), slope)).collect();
            model = if terms.is_empty() {
                model.with_mechanism(&name(node), noise).unwrap()
            } else {
                let formula = KnownFormula::weighted_sum(terms).unwrap();
                model.with_mechanism(&name(node), AdditiveNoiseModel::known(formula).with_noise(noise)).unwrap()
            };
        }
        model.without_fitting().unwrap()
    }
}

/// Shapley values by their definition: over all orders in which nodes may join.
fn brute_force(players: &[usize], worth: impl Fn(&[usize]) -> f64) -> BTreeMap<usize, f64> {
    fn orders(rest: &[usize], joined: &mut Vec<usize>, visit: &mut impl FnMut(&[usize])) {
        if rest.is_empty() {
            visit(joined);
        }
        for (place, &player) in rest.iter().enumerate() {
            let others: Vec<usize> = [&rest[..place], &rest[place + 1..]].concat();
            joined.push(player);
            orders(&others, joined, visit);
            joined.pop();
        }
    }
    let mut sums: BTreeMap<usize, f64> = players.iter().map(|&player| (player, 0.0)).collect();
    let mut count = 0.0;
    let mut known: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
    orders(players, &mut Vec::new(), &mut |order| {
        count += 1.0;
        let mut worth_of = |joined: &[usize]| {
            let mut set = joined.to_vec();
            set.sort_unstable();
            *known.entry(set.clone()).or_insert_with(|| worth(&set))
        };
        for (place, player) in order.iter().enumerate() {
            *sums.entry(*player).or_default() += worth_of(&order[..=place]) - worth_of(&order[..place]);
        }
    });
    sums.into_iter().map(|(player, sum)| (player, sum / count)).collect()
}

/// What is worth how much where the mechanisms of x, and of z, are the new ones.
type OfChanges = fn(bool, bool) -> f64;

type OfMoments = Box<dyn Fn((f64, f64), (f64, f64)) -> f64>;

#[test]
fn closed_forms_agree_with_brute_force() {
    let z = Normal::standard().inverse_cdf(0.95);
    for seed in 0..12 {
        let (old, new, changed) = Linear::random(seed, 3 + seed as usize % 4);
        let threshold = old.moments().0 + 1.5 * old.moments().1.sqrt();
        let asked: [(Functional, OfMoments); 5] = [
            (Functional::Mean, Box::new(|_, (mean, _)| mean)),
            (Functional::Variance, Box::new(|_, (_, variance)| variance)),
            (Functional::Quantile(0.95), Box::new(move |_, (mean, variance)| mean + z * variance.sqrt())),
            (
                Functional::AboveThreshold(threshold),
                Box::new(move |_, (mean, variance)| Normal::standard().sf((threshold - mean) / variance.sqrt())),
            ),
            (
                Functional::KullbackLeibler,
                Box::new(|(m0, v0), (m, v)| 0.5 * ((v / v0).ln() + (v0 + (m0 - m).powi(2)) / v - 1.0)),
            ),
        ];
        let normal = |mean, std_dev| NoiseDistribution::normal(mean, std_dev).unwrap();
        let players: Vec<usize> = (0..changed.len()).filter(|&node| changed[node]).collect();
        for (functional, of_moments) in asked {
            let worth =
                |set: &[usize]| of_moments(old.moments(), old.mixed(&new, |node| set.contains(&node)).moments());
            let expected = brute_force(&players, worth);
            let config = ChangeConfig::default().with_functional(functional.clone());
            let target = format!("n{}", changed.len() - 1);
            let change = old.model(normal).distribution_change(&new.model(normal), &target, &config).unwrap();
            assert_eq!(change.explain().engine, EngineName::ClosedForm);
            for contribution in &change.contributions {
                let node: usize = contribution.node[1..].parse().unwrap();
                let exact = expected.get(&node).copied().unwrap_or(0.0);
                assert!(
                    (contribution.value - exact).abs() < 1e-9,
                    "{functional} {}: {exact}\n{change}",
                    contribution.node
                );
                assert_eq!(contribution.std_error, 0.0);
            }
        }
    }
}

/// Gamma noises of shape 2 with this mean and standard deviation.
fn gamma(mean: f64, std_dev: f64) -> NoiseDistribution {
    let scale = std_dev / 2.0_f64.sqrt();
    NoiseDistribution::gamma(2.0, scale).unwrap().shifted_by(mean - 2.0 * scale).unwrap()
}

#[test]
fn inversion_and_samples_agree_within_their_errors() {
    let (mut cases, mut beyond) = (0, 0);
    for seed in 0..6 {
        let (old, new, changed) = Linear::random(seed, 4);
        let (old, new) = (old.model(gamma), new.model(gamma));
        let target = format!("n{}", changed.len() - 1);
        let threshold = old.draw_samples(4_000, 1).unwrap().column(&target).unwrap().mean().unwrap() + 1.0;
        let share =
            move |samples: &[f64]| samples.iter().filter(|&&y| y > threshold).count() as f64 / samples.len() as f64;
        let quantile = |samples: &[f64]| {
            let mut sorted = samples.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            sorted[(0.9 * samples.len() as f64) as usize]
        };
        let pairs = [
            (Functional::AboveThreshold(threshold), Functional::custom(share)),
            (Functional::Quantile(0.9), Functional::custom(quantile)),
        ];
        for (inverted, sampled) in pairs {
            let ask = |functional: Functional, seed| {
                let config = ChangeConfig::default().with_functional(functional).with_seed(seed);
                old.distribution_change(&new, &target, &config).unwrap()
            };
            let inverted = ask(inverted, 0);
            assert_eq!(inverted.explain().engine, EngineName::FourierInversion, "{}", inverted.explain());
            let sampled = ask(sampled, seed);
            assert_eq!(sampled.explain().engine, EngineName::Sampling);
            for exact in inverted.contributions.iter().filter(|node| node.changed) {
                let found = sampled.contribution(&exact.node).unwrap();
                let error = found.std_error + exact.std_error;
                assert!(exact.std_error < 1e-3, "{inverted}");
                assert!((found.value - exact.value).abs() < 5.0 * error + 1e-9, "{inverted}\n{sampled}");
                cases += 1;
                beyond += usize::from((found.value - exact.value).abs() > 1.96 * error);
            }
        }
    }
    assert!(cases > 25 && beyond * 5 <= cases, "{beyond} of {cases}");
}

#[test]
fn errors_of_samples_cover_the_truth_as_often_as_they_say() {
    // A product of two normal variables, the mean and the variance of which are known: z = x·y with x ~ N(m, s), y ~ N(1, 1).
    let model = |mean: f64, std_dev: f64, slope: f64| {
        let product = KnownFormula::new(["x", "y"], move |parents| slope * parents[0] * parents[1]);
        StructuralCausalModel::new(CausalGraph::from_edges([("x", "z"), ("y", "z")]).unwrap())
            .with_mechanism("x", NoiseDistribution::normal(mean, std_dev).unwrap())
            .and_then(|model| model.with_mechanism("y", NoiseDistribution::normal(1.0, 1.0).unwrap()))
            .and_then(|model| {
                let noise = NoiseDistribution::constant(0.0).unwrap();
                model.with_mechanism("z", AdditiveNoiseModel::known(product).with_noise(noise))
            })
            .and_then(|model| model.without_fitting())
            .unwrap()
    };
    let (old, new) = (model(1.0, 1.0, 1.0), model(2.0, 0.5, 1.5));
    // E = a·m, Var = a²(2s² + m²), as y has mean and variance 1.
    let mean = |x: bool, z: bool| if z { 1.5 } else { 1.0 } * if x { 2.0 } else { 1.0 };
    let variance = |x: bool, z: bool| if z { 2.25 } else { 1.0 } * if x { 4.5 } else { 3.0 };
    let truths: [(Functional, OfChanges); 2] = [(Functional::Mean, mean), (Functional::Variance, variance)];
    for (functional, truth) in truths {
        let of_x = 0.5 * (truth(true, false) - truth(false, false) + truth(true, true) - truth(false, true));
        let exact = [("x", of_x), ("z", truth(true, true) - truth(false, false) - of_x)];
        let mut covered = 0;
        for seed in 0..200 {
            let config =
                ChangeConfig::default().with_functional(functional.clone()).with_samples(4_096).with_seed(seed);
            let change = old.distribution_change(&new, "z", &config).unwrap();
            assert_eq!(change.contribution("y").unwrap().value, change.contribution("y").unwrap().std_error);
            covered += exact
                .iter()
                .filter(|(node, exact)| {
                    let found = change.contribution(node).unwrap();
                    (found.value - exact).abs() <= 1.96 * found.std_error
                })
                .count();
        }
        assert!((360..=396).contains(&covered), "{functional}: {covered} of 400");
    }
}

#[test]
fn intervals_cover_the_truth() {
    let model = |mean: f64| {
        Linear {
            parents: vec![vec![], vec![(0, 1.0)], vec![(1, 1.0)]],
            intercepts: vec![mean, 0.0, 0.0],
            std_devs: vec![1.0; 3],
        }
        .model(|mean, std_dev| NoiseDistribution::normal(mean, std_dev).unwrap())
    };
    let learned = StructuralCausalModel::new(CausalGraph::from_edges([("n0", "n1"), ("n1", "n2")]).unwrap())
        .with_mechanism("n0", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("n1", AdditiveNoiseModel::linear()))
        .and_then(|model| model.with_mechanism("n2", AdditiveNoiseModel::linear()))
        .unwrap();
    let (mut covered, mut widths) = (0, 0.0);
    for seed in 0..60 {
        let (old, new) =
            (model(0.0).draw_samples(100, seed).unwrap(), model(1.0).draw_samples(100, 900 + seed).unwrap());
        let config = ChangeConfig::default().with_resamples(60).with_seed(seed);
        let change = learned.distribution_change(&old, &new, "n2", &config).unwrap();
        let (low, high) = change.contribution("n0").unwrap().interval.unwrap();
        covered += usize::from(low <= 1.0 && 1.0 <= high);
        widths += (high - low) / 60.0;
        assert!(change.total.interval.is_some());
        assert!(change.contributions.iter().all(|node| node.interval.is_some() == node.changed));
    }
    assert!((52..=60).contains(&covered), "{covered} of 60");
    assert!((0.4..0.9).contains(&widths), "{widths}");
}
