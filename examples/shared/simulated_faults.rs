//! Faults in random systems whose mechanisms are not linear, where the truth is known.
//!
//! Each case is a random causal graph of 8 to 15 nodes, rows of normal operation, and one row in which the noise of one
//! node, the culprit, is off by 3 to 20 of its standard deviations, so that the target, which depends on all or most
//! nodes, is further from its median than 99.9 % of the normal rows.

use etiology::mechanism::CausalMechanism;
use etiology::{
    CausalGraph, CustomMechanism, Dataset, Mechanism, NoiseDistribution, Observation, Result, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1, StandardNormal};

/// What the mechanisms are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Weighted sums, for comparison.
    Linear,
    /// Sums of the parents, their squares and products. Squares of squares explode, in the simulation as in no real
    /// system, so events in which a node is more than 50 standard deviations off are drawn again.
    Polynomial,
    /// Products of powers of the parents, or their sum, times log-normal noise.
    LogLink,
    /// The largest parent plus noise, as of parallel calls; a third of the nodes are sums.
    Maximum,
    /// A weighted sum, plus a jump by a random tree of depth 2 to 3.
    TreeLike,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Linear, Self::Polynomial, Self::LogLink, Self::Maximum, Self::TreeLike];
}

/// A fault whose cause is known.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) graph: CausalGraph,
    /// Rows of normal operation.
    pub(crate) normal: Dataset,
    /// The row with the fault.
    pub(crate) anomaly: Observation,
    /// The node whose value is an outlier.
    pub(crate) target: String,
    /// The node whose noise was off; the target or one of its ancestors.
    pub(crate) culprit: String,
    /// The mechanisms that made the rows, not known to anybody who has only the rows.
    pub(crate) truth: StructuralCausalModel,
}

/// So many cases of one kind, each with 1000 normal rows; the same seed gives the same cases.
pub(crate) fn cases(kind: Kind, seed: u64, count: usize) -> Result<Vec<Case>> {
    cases_with_rows(kind, seed, count, 1000)
}

/// So many cases of one kind, each with so many normal rows.
pub(crate) fn cases_with_rows(kind: Kind, seed: u64, count: usize, rows: usize) -> Result<Vec<Case>> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut cases = Vec::with_capacity(count);
    while cases.len() < count {
        cases.extend(case(kind, rows, generator)?);
    }
    Ok(cases)
}

/// How many shocks are tried before a system is given up because its target does not mind.
const SHOCKS: usize = 50;
/// How many standard deviations a node of a polynomial system may be off.
const FURTHEST: f64 = 50.0;

fn case(kind: Kind, rows: usize, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    let nodes = generator.random_range(8..=15);
    let parents = random_parents(nodes, generator);
    let (target, ancestors) = (nodes - 1, ancestors(&parents));
    let mut system = System { nodes: Vec::new() };
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for parents in &parents {
        let node = Node::new(kind, parents, &columns, generator);
        let inputs = |row: usize| parents.iter().map(|&parent| columns[parent][row]).collect::<Vec<f64>>();
        let column: Vec<f64> = (0..rows).map(|row| node.value(&inputs(row), node.noise(generator))).collect();
        system.nodes.push(node);
        columns.push(column);
    }
    for _ in 0..SHOCKS {
        let culprit = ancestors[generator.random_range(0..ancestors.len())];
        let size = generator.random_range(3.0..20.0) * system.nodes[culprit].spread;
        // Latencies, which the maxima and products stand for, only go up.
        let upwards = matches!(kind, Kind::Maximum | Kind::LogLink) || generator.random_bool(0.5);
        let values = system.row(culprit, if upwards { size } else { -size }, generator);
        let plausible =
            kind != Kind::Polynomial || values.iter().zip(&columns).all(|(&value, column)| is_plausible(value, column));
        if plausible && is_outlier(values[target], &columns[target]) {
            let edges = parents
                .iter()
                .enumerate()
                .flat_map(|(node, parents)| parents.iter().map(move |&parent| (name(parent), name(node))));
            let graph = CausalGraph::from_nodes_and_edges((0..nodes).map(name), edges)?;
            let case = Case {
                truth: system.model(&graph)?,
                graph,
                normal: Dataset::from_columns((0..nodes).map(name).zip(columns))?,
                anomaly: Observation::new((0..nodes).map(name), values)?,
                target: name(target),
                culprit: name(culprit),
            };
            return Ok(Some(case));
        }
    }
    Ok(None)
}

fn name(node: usize) -> String {
    format!("x{node}")
}

/// The first two nodes are roots; all others have one to three parents among the nodes before them, mostly near ones.
fn random_parents(nodes: usize, generator: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    let parents_of = |node: usize, generator: &mut ChaCha8Rng| {
        if node < 2 || node + 1 < nodes && generator.random_bool(0.15) {
            return Vec::new();
        }
        let count = generator.random_range(1..=3.min(node));
        let mut parents = Vec::new();
        while parents.len() < count {
            let parent = generator.random_range(node.saturating_sub(5)..node);
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        parents
    };
    (0..nodes).map(|node| parents_of(node, generator)).collect()
}

/// The last node and its ancestors.
fn ancestors(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut is_ancestor = vec![false; parents.len()];
    if let Some(last) = is_ancestor.last_mut() {
        *last = true;
    }
    for node in (0..parents.len()).rev() {
        if is_ancestor[node] {
            parents[node].iter().for_each(|&parent| is_ancestor[parent] = true);
        }
    }
    (0..parents.len()).filter(|&node| is_ancestor[node]).collect()
}

/// Whether the value is within so many standard deviations.
fn is_plausible(value: f64, column: &[f64]) -> bool {
    let (mean, std_dev) = moments(column);
    (value - mean).abs() <= FURTHEST * std_dev
}

fn moments(column: &[f64]) -> (f64, f64) {
    let count = column.len() as f64;
    let mean = column.iter().sum::<f64>() / count;
    (mean, (column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
}

/// Whether the value is further from the median than 99.9 % of the column.
fn is_outlier(value: f64, column: &[f64]) -> bool {
    let mut sorted = column.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let further = column.iter().filter(|&other| (other - median).abs() >= (value - median).abs()).count();
    1000 * further <= column.len()
}

struct System {
    nodes: Vec<Node>,
}

impl System {
    /// A row of fresh noises, with the culprit's off by so much.
    fn row(&self, culprit: usize, shock: f64, generator: &mut ChaCha8Rng) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for (number, node) in self.nodes.iter().enumerate() {
            let shock = if number == culprit { shock } else { 0.0 };
            let inputs: Vec<f64> = node.inputs.iter().map(|input| values[input.parent]).collect();
            let value = node.value(&inputs, node.noise(generator) + shock);
            values.push(value);
        }
        values
    }

    fn model(self, graph: &CausalGraph) -> Result<StructuralCausalModel> {
        let mut model = StructuralCausalModel::new(graph.clone());
        for (number, node) in self.nodes.into_iter().enumerate() {
            let noise = match node.positive {
                true => NoiseDistribution::exponential(node.spread)?,
                false => NoiseDistribution::normal(0.0, node.spread)?,
            };
            let parents: Vec<String> = node.inputs.iter().map(|input| name(input.parent)).collect();
            let mechanism: CausalMechanism = CustomMechanism::new(parents, node).with_noise(noise).into();
            model = model.with_mechanism(&name(number), mechanism)?;
        }
        Ok(model)
    }
}

/// With the parents in the order of the inputs.
impl Mechanism for Node {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        self.value(parents, noise)
    }

    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        match self.formula {
            Formula::PowerLaw | Formula::ProportionalSum => value.ln() - self.value(parents, 0.0).ln(),
            _ => value - self.value(parents, 0.0),
        }
    }
}

/// A node: its noise's standard deviation and its mechanism.
#[derive(Debug)]
struct Node {
    spread: f64,
    positive: bool,
    formula: Formula,
    inputs: Vec<Input>,
}

/// A parent, with what is needed to standardise it.
#[derive(Debug)]
struct Input {
    parent: usize,
    mean: f64,
    std_dev: f64,
    weight: f64,
}

#[derive(Debug)]
enum Formula {
    Linear,
    /// Weights of the squares, and of the product of the first two parents.
    Polynomial(Vec<f64>, f64),
    PowerLaw,
    ProportionalSum,
    Maximum,
    Sum,
    /// For each inner node of a complete tree an input and a threshold; leaves below.
    Tree(Vec<(usize, f64)>, Vec<f64>),
}

impl Node {
    fn new(kind: Kind, parents: &[usize], columns: &[Vec<f64>], generator: &mut ChaCha8Rng) -> Self {
        let inputs: Vec<Input> = parents.iter().map(|&parent| Input::new(kind, parent, columns, generator)).collect();
        let formula = match kind {
            Kind::Linear => Formula::Linear,
            Kind::Polynomial => {
                let squares = inputs.iter().map(|_| generator.random_range(-0.4..0.4)).collect();
                Formula::Polynomial(squares, generator.random_range(-0.4..0.4))
            }
            Kind::LogLink if generator.random_bool(0.5) => Formula::PowerLaw,
            Kind::LogLink => Formula::ProportionalSum,
            Kind::Maximum if generator.random_bool(0.67) => Formula::Maximum,
            Kind::Maximum => Formula::Sum,
            Kind::TreeLike => tree(inputs.len(), generator),
        };
        let spread = match kind {
            _ if inputs.is_empty() => generator.random_range(0.5..1.0),
            Kind::LogLink => generator.random_range(0.1..0.3),
            _ => generator.random_range(0.2..0.6),
        };
        Self { spread, positive: kind == Kind::Maximum, formula, inputs }
    }

    fn noise(&self, generator: &mut ChaCha8Rng) -> f64 {
        let standard: f64 = if self.positive { Exp1.sample(generator) } else { StandardNormal.sample(generator) };
        self.spread * standard
    }

    /// With the parents' values in the order of the inputs.
    fn value(&self, parents: &[f64], noise: f64) -> f64 {
        let raw = parents.iter().copied();
        let standardised: Vec<f64> =
            self.inputs.iter().zip(parents).map(|(input, parent)| (parent - input.mean) / input.std_dev).collect();
        let linear: f64 = self.inputs.iter().zip(&standardised).map(|(input, z)| input.weight * z).sum();
        match &self.formula {
            Formula::Linear => linear + noise,
            Formula::Polynomial(squares, product) => {
                let squares: f64 = squares.iter().zip(&standardised).map(|(weight, z)| weight * z * z).sum();
                let product = if standardised.len() > 1 { product * standardised[0] * standardised[1] } else { 0.0 };
                linear + squares + product + noise
            }
            Formula::PowerLaw => {
                let powers: f64 = self.inputs.iter().zip(raw).map(|(input, value)| input.weight * value.ln()).sum();
                (powers + noise).exp()
            }
            Formula::ProportionalSum if self.inputs.is_empty() => noise.exp(),
            Formula::ProportionalSum => raw.sum::<f64>() * noise.exp(),
            Formula::Maximum if self.inputs.is_empty() => noise,
            Formula::Maximum => raw.fold(f64::NEG_INFINITY, f64::max) + noise,
            Formula::Sum => raw.sum::<f64>() + noise,
            Formula::Tree(splits, leaves) => {
                let mut place = 0;
                while let Some(&(input, threshold)) = splits.get(place) {
                    place = 2 * place + 1 + usize::from(standardised[input] >= threshold);
                }
                linear + leaves[place - splits.len()] + noise
            }
        }
    }
}

impl Input {
    fn new(kind: Kind, parent: usize, columns: &[Vec<f64>], generator: &mut ChaCha8Rng) -> Self {
        let (mean, std_dev) = moments(&columns[parent]);
        let sign = if kind != Kind::LogLink && generator.random_bool(0.3) { -1.0 } else { 1.0 };
        Self { parent, mean, std_dev, weight: sign * generator.random_range(0.4..1.0) }
    }
}

fn tree(inputs: usize, generator: &mut ChaCha8Rng) -> Formula {
    if inputs == 0 {
        return Formula::Linear;
    }
    let depth = generator.random_range(2..=3);
    let splits = (0..(1 << depth) - 1).map(|_| (generator.random_range(0..inputs), generator.random_range(-1.0..1.0)));
    let splits: Vec<(usize, f64)> = splits.collect();
    let leaves = (0..1 << depth).map(|_| generator.random_range(-1.5..1.5)).collect();
    Formula::Tree(splits, leaves)
}
