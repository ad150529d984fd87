//! Random models with one outlier each, whose contributions are known exactly whatever the floor.
//!
//! Coalitions of weighted sums of normal, exponential and uniform noises have closed forms. Where noises have a few values
//! each, all combinations can be gone through, whatever the function, and the target's own noise may be of any family: its
//! distribution function is averaged over them. Shapley values follow by enumeration.

use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, NoiseFamily, Observation, Result,
    StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1, StandardNormal, StudentT};

/// Which noises a model has, and so which formula its coalitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Normal,
    Exponential,
    Uniform,
    /// A few values each, some with heavy tails or on a lattice, in weighted sums; the target's own noise is of any family.
    Atoms,
    /// The same with maxima.
    Maxima,
    /// A maximum of noises with a few values each, to which normal noises are added on the way to the target.
    Outer,
}

impl Family {
    pub(crate) const ALL: [Self; 6] =
        [Self::Normal, Self::Exponential, Self::Uniform, Self::Atoms, Self::Maxima, Self::Outer];
}

/// A model with one outlier.
pub(crate) struct ExactCase {
    pub(crate) model: FittedModel,
    pub(crate) observation: Observation,
    pub(crate) floor: f64,
    /// The score, in nats.
    pub(crate) score: f64,
    /// The contribution of every node, in nats.
    pub(crate) contributions: Vec<(String, f64)>,
}

/// The name of the last node, on which all depends.
pub(crate) fn target_of(nodes: usize) -> String {
    name(nodes - 1)
}

fn name(node: usize) -> String {
    format!("n{node}")
}

/// How a node follows from its parents, which all come before it.
#[derive(Debug, Clone)]
enum Formula {
    Sum(Vec<(usize, f64)>),
    Max(Vec<usize>),
}

impl Formula {
    fn value(&self, values: &[f64]) -> f64 {
        match self {
            Self::Sum(terms) => terms.iter().map(|&(parent, weight)| weight * values[parent]).sum(),
            Self::Max(parents) => parents.iter().map(|&parent| values[parent]).fold(f64::NEG_INFINITY, f64::max),
        }
    }

    fn parents(&self) -> Vec<usize> {
        match self {
            Self::Sum(terms) => terms.iter().map(|&(parent, _)| parent).collect(),
            Self::Max(parents) => parents.clone(),
        }
    }
}

/// A graph with noises, and the noises of the event.
struct World {
    family: Family,
    formulas: Vec<Formula>,
    noises: Vec<NoiseDistribution>,
    /// The values of noises that have a few.
    atoms: Vec<Vec<f64>>,
    observed: Vec<f64>,
    /// How much the noise of each node moves the target, of weighted sums.
    effects: Vec<f64>,
}

impl ExactCase {
    /// Of one of these families; the same for the same seed.
    pub(crate) fn random_of(families: &[Family], seed: u64) -> Result<Self> {
        let generator = &mut ChaCha8Rng::seed_from_u64(seed);
        let family = families[generator.random_range(0..families.len())];
        let world = World::random(family, generator)?;
        let floor = [1.0 / 200.0, 1e-3, 1e-4, 1e-8][generator.random_range(0..4)];
        let players = world.observed.len();
        let value = |free: usize| ((world.probability(free) + floor) / (1.0 + floor)).ln();
        let values: Vec<f64> = (0..1 << players).map(value).collect();
        let contributions = shapley(&values, players).into_iter().enumerate();
        Ok(Self {
            model: world.model()?,
            observation: Observation::new((0..players).map(name), world.values(&world.observed))?,
            floor,
            score: -values[values.len() - 1],
            contributions: contributions.map(|(node, amount)| (name(node), amount)).collect(),
        })
    }

    pub(crate) fn target(&self) -> String {
        target_of(self.contributions.len())
    }
}

impl World {
    fn random(family: Family, generator: &mut ChaCha8Rng) -> Result<Self> {
        let nodes = match family {
            // Sometimes so many that permutations are fewer than coalitions.
            Family::Normal => generator.random_range(2..=9),
            Family::Outer => 6,
            Family::Exponential => generator.random_range(2..=5),
            _ => generator.random_range(2..=4),
        };
        let formulas =
            if family == Family::Outer { maximum_below_sums(generator) } else { graph(family, nodes, generator) };
        let effects = total_effects(&formulas);
        let mut noises = Vec::new();
        let mut atoms = Vec::new();
        for (node, effect) in effects.iter().enumerate() {
            let is_last = node + 1 == nodes || family == Family::Outer && node >= OUTER;
            let values = if is_last { Vec::new() } else { few_values(generator) };
            let scale = generator.sample::<f64, _>(StandardNormal).mul_add(0.6, 0.0).exp();
            noises.push(match family {
                Family::Normal => NoiseDistribution::normal(scale, scale)?,
                // No two of nearly the same scale: the closed form has their difference as a divisor.
                Family::Exponential => {
                    NoiseDistribution::exponential(1.7_f64.powi(node as i32) * (1.0 + 0.1 * scale) / effect.abs())?
                }
                Family::Uniform => NoiseDistribution::uniform(-scale, 2.0 * scale)?,
                _ if !is_last => NoiseDistribution::empirical(&values)?,
                Family::Outer => NoiseDistribution::normal(0.0, scale)?,
                Family::Atoms | Family::Maxima => own_noise(scale, generator)?,
            });
            atoms.push(values);
        }
        let observed = outlying(&noises, &effects, generator)?;
        Ok(Self { family, formulas, noises, atoms, observed, effects })
    }

    fn values(&self, noises: &[f64]) -> Vec<f64> {
        let mut values = Vec::with_capacity(noises.len());
        for (formula, noise) in self.formulas.iter().zip(noises) {
            let parents = if formula.parents().is_empty() { 0.0 } else { formula.value(&values) };
            values.push(parents + noise);
        }
        values
    }

    fn model(&self) -> Result<FittedModel> {
        let edges =
            self.formulas.iter().enumerate().flat_map(|(node, formula)| {
                formula.parents().into_iter().map(move |parent| (name(parent), name(node)))
            });
        let graph = CausalGraph::from_nodes_and_edges((0..self.formulas.len()).map(name), edges)?;
        let mut model = StructuralCausalModel::new(graph);
        for (node, (formula, noise)) in self.formulas.iter().zip(&self.noises).enumerate() {
            let formula = match formula {
                Formula::Sum(terms) if terms.is_empty() => {
                    model = model.with_mechanism(&name(node), noise.clone())?;
                    continue;
                }
                Formula::Sum(terms) => {
                    KnownFormula::weighted_sum(terms.iter().map(|&(parent, weight)| (name(parent), weight)))?
                }
                Formula::Max(parents) => KnownFormula::maximum(parents.iter().map(|&parent| name(parent))),
            };
            let mechanism = AdditiveNoiseModel::known(formula).with_noise(noise.clone());
            model = model.with_mechanism(&name(node), mechanism)?;
        }
        model.without_fitting()
    }

    /// P{target ≥ observed} where the noises of a set of nodes, numbered by bits, are drawn.
    fn probability(&self, free: usize) -> f64 {
        let free: Vec<usize> = (0..self.observed.len()).filter(|node| free >> node & 1 == 1).collect();
        if free.is_empty() {
            return 1.0;
        }
        let effects: Vec<f64> = free.iter().map(|&node| self.effects[node]).collect();
        let mean = |node: usize| self.noises[node].mean();
        // What the sum of the free noises' deviations from their means must reach.
        let needed: f64 = free.iter().map(|&node| self.effects[node] * (self.observed[node] - mean(node))).sum();
        match self.family {
            Family::Normal => {
                let variance: f64 =
                    free.iter().map(|&node| self.effects[node].powi(2) * self.noises[node].variance()).sum();
                NoiseDistribution::normal(0.0, variance.sqrt()).map_or(f64::NAN, |sum| sum.survival(needed))
            }
            Family::Exponential => {
                let scales: Vec<f64> = free.iter().map(|&node| self.effects[node] * mean(node)).collect();
                sum_of_exponentials(&scales, free.iter().map(|&node| self.effects[node] * self.observed[node]).sum())
            }
            Family::Uniform => {
                let half = |node: usize| (3.0 * self.noises[node].variance()).sqrt();
                let halves: Vec<f64> =
                    free.iter().zip(&effects).map(|(&node, effect)| effect.abs() * half(node)).collect();
                sum_of_uniforms(&halves, needed)
            }
            Family::Atoms | Family::Maxima => {
                let target = self.observed.len() - 1;
                let own = (free.last() == Some(&target)).then(|| self.noises[target].clone());
                self.average(&free, target, own)
            }
            Family::Outer => {
                let variance: f64 = free
                    .iter()
                    .filter(|&&node| node >= OUTER)
                    .map(|&node| self.effects[node].powi(2) * self.noises[node].variance())
                    .sum();
                // Where there is none it is no noise.
                self.average(&free, OUTER, NoiseDistribution::normal(0.0, variance.sqrt()).ok())
            }
        }
    }

    /// Over all values of the free noises before node `first`; those from it on come to one sum of mean 0 or, of the target's
    /// own, to that noise.
    fn average(&self, free: &[usize], first: usize, outer: Option<NoiseDistribution>) -> f64 {
        let target = self.observed.len() - 1;
        let bound = self.values(&self.observed)[target];
        let bound = bound - 1e-12 * (1.0 + bound.abs());
        let inner: Vec<usize> = free.iter().copied().filter(|&node| node < first).collect();
        let combinations: usize = inner.iter().map(|&node| self.atoms[node].len()).product();
        let mut sum = 0.0;
        for mut number in 0..combinations {
            let mut noises = self.observed.clone();
            free.iter().filter(|&&node| node >= first).for_each(|&node| noises[node] = 0.0);
            for &node in &inner {
                noises[node] = self.atoms[node][number % self.atoms[node].len()];
                number /= self.atoms[node].len();
            }
            let reached = self.values(&noises)[target];
            sum += match &outer {
                Some(outer) => outer.survival(bound - reached),
                None => f64::from(reached >= bound),
            };
        }
        sum / combinations as f64
    }
}

/// From this node on the noises of [`Family::Outer`] are normal.
const OUTER: usize = 3;

/// n3 = max(n0, n1, n2) + …, n4 = w·n3 + …, target = w·n4 + w·n0 + ….
fn maximum_below_sums(generator: &mut ChaCha8Rng) -> Vec<Formula> {
    let mut weight = || generator.random_range(0.4..2.0);
    vec![
        Formula::Sum(Vec::new()),
        Formula::Sum(Vec::new()),
        Formula::Sum(Vec::new()),
        Formula::Max(vec![0, 1, 2]),
        Formula::Sum(vec![(3, weight())]),
        Formula::Sum(vec![(4, weight()), (0, weight())]),
    ]
}

/// A chain, a star or any graph in which all nodes lead to the last.
fn graph(family: Family, nodes: usize, generator: &mut ChaCha8Rng) -> Vec<Formula> {
    let shape = generator.random_range(0..3);
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for node in 0..nodes - 1 {
        let child = match shape {
            0 => node + 1,
            1 => nodes - 1,
            _ => generator.random_range(node + 1..nodes),
        };
        parents[child].push(node);
    }
    let formula = |parents: Vec<usize>| {
        if family == Family::Maxima && parents.len() > 1 {
            return Formula::Max(parents);
        }
        let mut weight = || {
            let size = (0.7 * generator.sample::<f64, _>(StandardNormal)).exp();
            if family != Family::Maxima && generator.random_bool(0.25) { -size } else { size }
        };
        Formula::Sum(parents.into_iter().map(|parent| (parent, weight())).collect())
    };
    parents.into_iter().map(formula).collect()
}

/// Through sums; where there are maxima, as if they were sums.
fn total_effects(formulas: &[Formula]) -> Vec<f64> {
    let mut effects = vec![0.0; formulas.len()];
    effects[formulas.len() - 1] = 1.0;
    for node in (0..formulas.len()).rev() {
        match &formulas[node] {
            Formula::Sum(terms) => terms.iter().for_each(|&(parent, weight)| effects[parent] += effects[node] * weight),
            Formula::Max(parents) => parents.iter().for_each(|&parent| effects[parent] += effects[node]),
        }
    }
    effects
}

/// From 2 to 12 values, of light or heavy tails, sometimes on a lattice.
fn few_values(generator: &mut ChaCha8Rng) -> Vec<f64> {
    let (count, shape) = (generator.random_range(2..=12), generator.random_range(0..3));
    let heavy = StudentT::new(1.5).expect("degrees of freedom above 0");
    let mut value = || match shape {
        0 => generator.sample::<f64, _>(StandardNormal),
        1 => heavy.sample(generator),
        _ => generator.sample::<f64, _>(Exp1),
    };
    let mut values: Vec<f64> = (0..count).map(|_| value()).collect();
    if generator.random_bool(0.3) {
        values.iter_mut().for_each(|value| *value = value.round());
    }
    values[0] += 0.5;
    values
}

fn own_noise(scale: f64, generator: &mut ChaCha8Rng) -> Result<NoiseDistribution> {
    match generator.random_range(0..4) {
        0 => NoiseDistribution::normal(0.0, scale),
        1 => NoiseDistribution::exponential(scale),
        2 => NoiseDistribution::uniform(-scale, scale),
        _ => {
            let heavy = StudentT::new(3.0).expect("degrees of freedom above 0");
            let values: Vec<f64> = (0..400).map(|_| scale * heavy.sample(generator)).collect();
            NoiseFamily::tailed().fit(&values, "the target's own noise")
        }
    }
}

/// Ordinary noises, and one or two that are far out, mostly to the side that moves the target up.
fn outlying(noises: &[NoiseDistribution], effects: &[f64], generator: &mut ChaCha8Rng) -> Result<Vec<f64>> {
    let mut observed =
        noises.iter().map(|noise| noise.quantile(generator.random_range(0.02..0.98))).collect::<Result<Vec<_>>>()?;
    for _ in 0..generator.random_range(1..=2) {
        let node = generator.random_range(0..noises.len());
        let tail = (-generator.random_range(2.0..17.0_f64)).exp();
        let upwards = (effects[node] > 0.0) != generator.random_bool(0.1);
        let noise = &noises[node];
        observed[node] = noise.quantile(if upwards { 1.0 - tail } else { tail })?;
        if noise.family_name() == "empirical" && generator.random_bool(0.5) {
            let (low, high) = (noise.quantile(0.0)?, noise.quantile(1.0)?);
            let beyond = (high - low) * generator.random_range(0.1..2.0);
            observed[node] = if upwards { high + beyond } else { low - beyond };
        }
    }
    Ok(observed)
}

/// P{Σ cⱼ Eⱼ ≥ x} of standard exponentials, by partial fractions.
fn sum_of_exponentials(scales: &[f64], x: f64) -> f64 {
    let part = |(place, &scale): (usize, &f64)| {
        let others = scales.iter().enumerate().filter(|(other, _)| *other != place);
        let factor: f64 = others.map(|(_, other)| 1.0 / (1.0 - other / scale)).product();
        factor * (-x / scale).exp()
    };
    let side = |upper: bool| {
        scales.iter().enumerate().filter(move |(_, scale)| (**scale > 0.0) == upper).map(part).sum::<f64>()
    };
    if x >= 0.0 { side(true) } else { 1.0 - side(false) }
}

/// P{Σ aⱼ Uⱼ ≥ x} of uniforms over (−1, 1), by inclusion and exclusion.
fn sum_of_uniforms(halves: &[f64], x: f64) -> f64 {
    if x < 0.0 {
        return 1.0 - sum_of_uniforms(halves, -x);
    }
    let count = halves.len() as i32;
    let volume: f64 = halves.iter().map(|half| 2.0 * half).product();
    let corner = |signs: usize| {
        let reach: f64 =
            halves.iter().enumerate().map(|(j, half)| if signs >> j & 1 == 0 { *half } else { -half }).sum();
        let sign = if signs.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
        sign * (reach - x).max(0.0).powi(count)
    };
    let sum: f64 = (0..1_usize << count).map(corner).sum();
    let factorial: f64 = (1..=count).map(f64::from).product();
    (sum / (factorial * volume)).max(0.0)
}

/// From the values of all sets of *free* players.
fn shapley(values: &[f64], players: usize) -> Vec<f64> {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let contribution = |player: usize| {
        let sets = (0..values.len()).filter(|set| set >> player & 1 == 1);
        let gain = |set: usize| {
            let free = set.count_ones() as usize;
            let weight = factorial(free - 1) * factorial(players - free) / factorial(players);
            weight * (values[set ^ 1 << player] - values[set])
        };
        sets.map(gain).sum()
    };
    (0..players).map(contribution).collect()
}
