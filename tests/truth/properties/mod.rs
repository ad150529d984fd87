//! Properties that hold for every graph, data set, game and input, on random ones from fixed seeds.

mod attributions;
mod games;
mod inputs;
mod stated_errors;
mod tails;
mod units;

use etiology::attribution::Estimator;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Dataset, Error, FeatureMap, FittedModel,
    KnownFormula, NoiseFamily, Observation, Quantity, ShapleyMethod, StructuralCausalModel,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const CASES: u32 = 64;
/// For the property that covers most: a case takes less than a millisecond.
const MANY_CASES: u32 = 4096;

/// The same cases on every run and machine, and no files left behind.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..ProptestConfig::default() }
}

/// What a column of random data is like.
#[derive(Debug, Clone)]
enum Kind {
    /// Parents and noise, added.
    Sum,
    /// Parents alone, added: an exact function of them.
    ExactSum,
    /// Whatever the first parent is, or noise for a root.
    Copy,
    Constant,
    /// Few values, many times each.
    Ties,
}

#[derive(Debug, Clone)]
struct Node {
    /// One bit per node before it.
    parents: u8,
    kind: Kind,
    /// The column's unit, as a power of ten.
    exponent: i32,
}

/// A cell that is not a finite number.
type Hole = (prop::sample::Index, prop::sample::Index, f64);

/// A random graph with data of it: names, edges, columns.
#[derive(Debug, Clone)]
struct Case {
    edges: Vec<(usize, usize)>,
    columns: Vec<Vec<f64>>,
    /// Which feature map and what is split.
    question: u8,
    permutations: bool,
    known: u8,
    /// By how much of itself a value of the event is moved.
    shift: f64,
}

fn name(node: usize) -> String {
    format!("n{node}")
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        8 => Just(Kind::Sum),
        2 => Just(Kind::ExactSum),
        1 => Just(Kind::Copy),
        1 => Just(Kind::Ties),
        // Of a constant column nothing can be learned, so it must be rare for anything else to be tested.
        1 => prop_oneof![1 => Just(Kind::Constant), 5 => Just(Kind::Sum)],
    ]
}

fn exponents() -> impl Strategy<Value = i32> {
    prop_oneof![3 => Just(0), 1 => -9..=9]
}

fn node() -> impl Strategy<Value = Node> {
    (any::<u8>(), any::<u8>(), kinds(), exponents()).prop_map(|(one, other, kind, exponent)| Node {
        parents: one & other,
        kind,
        exponent,
    })
}

/// Far beyond the data, or near its edge.
fn shifts() -> impl Strategy<Value = f64> {
    prop_oneof![-6.0..6.0, -0.5..1.0]
}

fn holes() -> impl Strategy<Value = Vec<Hole>> {
    let bad = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)];
    let hole = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), bad);
    prop_oneof![7 => Just(Vec::new()), 1 => prop::collection::vec(hole, 1..3)]
}

fn cases() -> impl Strategy<Value = Case> {
    let rows = prop_oneof![1 => 1..8_usize, 6 => 12..60_usize];
    let nodes = prop::collection::vec(node(), 1..=8);
    (nodes, rows).prop_flat_map(|(nodes, rows)| {
        let noise = prop::collection::vec(prop::collection::vec(-1.0..1.0, rows), nodes.len());
        (Just(nodes), noise, holes(), any::<(u8, bool, u8)>(), shifts()).prop_map(
            |(nodes, noise, holes, (question, permutations, known), shift)| {
                let (edges, mut columns) = generate(&nodes, &noise);
                for (column, row, value) in holes {
                    let column = column.index(columns.len());
                    let row = row.index(columns[column].len());
                    columns[column][row] = value;
                }
                Case { edges, columns, question, permutations: permutations && known % 2 == 0, known, shift }
            },
        )
    })
}

fn generate(nodes: &[Node], noise: &[Vec<f64>]) -> (Vec<(usize, usize)>, Vec<Vec<f64>>) {
    let mut edges = Vec::new();
    // In units of each column, so that no scale drowns another.
    let mut plain: Vec<Vec<f64>> = Vec::new();
    for (node, Node { parents, kind, .. }) in nodes.iter().enumerate() {
        let parents: Vec<usize> = (0..node).filter(|&parent| parents >> parent & 1 == 1).collect();
        edges.extend(parents.iter().map(|&parent| (parent, node)));
        let sum = |row: usize| parents.iter().map(|&parent| plain[parent][row]).sum::<f64>();
        let column = noise[node].iter().enumerate().map(|(row, &noise)| match (kind, parents.first()) {
            (Kind::Sum, _) | (Kind::ExactSum | Kind::Copy, None) => sum(row) + noise,
            (Kind::ExactSum, _) => sum(row),
            (Kind::Copy, Some(&parent)) => plain[parent][row],
            (Kind::Constant, _) => 0.1,
            (Kind::Ties, _) => (2.0 * noise).round(),
        });
        let column = column.collect();
        plain.push(column);
    }
    for (column, node) in plain.iter_mut().zip(nodes) {
        column.iter_mut().for_each(|value| *value *= 10_f64.powi(node.exponent));
    }
    (edges, plain)
}

impl Case {
    fn data(&self) -> Result<Dataset, Error> {
        Dataset::from_columns(self.columns.iter().enumerate().map(|(node, column)| (name(node), column.clone())))
    }

    /// The same data with its columns in another order and one more.
    fn shuffled_data(&self) -> Result<Dataset, Error> {
        let mut columns: Vec<(String, Vec<f64>)> =
            self.columns.iter().enumerate().map(|(node, column)| (name(node), column.clone())).collect();
        columns.push(("extra".to_owned(), vec![f64::NAN; self.columns[0].len()]));
        columns.rotate_right(1);
        columns.reverse();
        Dataset::from_columns(columns)
    }

    fn fit(&self, data: &Dataset) -> Result<FittedModel, Error> {
        let edges = self.edges.iter().map(|&(cause, effect)| (name(cause), name(effect)));
        let graph = CausalGraph::from_nodes_and_edges((0..self.columns.len()).map(name), edges)?;
        let mut model = StructuralCausalModel::new(graph.clone());
        for (node, column) in graph.nodes().zip(0_u32..) {
            let parents: Vec<&str> = graph.parents(node)?;
            model = match (self.known.rotate_left(column) & 7, parents.is_empty()) {
                (0, false) => model.with_mechanism(node, AdditiveNoiseModel::known(KnownFormula::maximum(parents)))?,
                (1, false) => model.with_mechanism(
                    node,
                    AdditiveNoiseModel::known(KnownFormula::new(parents, |values| values.iter().sum::<f64>())),
                )?,
                (2, false) => {
                    model.with_mechanism(node, AdditiveNoiseModel::linear().with_noise(NoiseFamily::Normal))?
                }
                (3, false) => {
                    model.with_mechanism(node, AdditiveNoiseModel::linear().with_noise(NoiseFamily::tailed()))?
                }
                (0, true) => model.with_mechanism(node, NoiseFamily::Normal)?,
                (3, true) => model.with_mechanism(node, NoiseFamily::tailed())?,
                _ => model,
            };
        }
        let assignment = if self.known % 8 == 3 { AssignmentConfig::default() } else { AssignmentConfig::linear() };
        model.assign_mechanisms_with(data, &assignment)?.fit(data)
    }

    fn config(&self) -> AttributionConfig {
        let config = AttributionConfig::default().with_samples(64 + usize::from(self.known)).with_seed(7);
        let config = match self.question % 8 {
            0 => config.with_feature_map(FeatureMap::UpperTail),
            1 => config.with_feature_map(FeatureMap::LowerTail),
            2 => config.with_feature_map(FeatureMap::DistanceFromMedian),
            3 => config.with_feature_map(FeatureMap::ZScore),
            4 | 6 => config.with_feature_map(FeatureMap::custom(f64::abs)),
            5 => config.with_quantity(Quantity::MeanDeviation),
            _ => config,
        };
        let config = config.with_estimator(match self.question / 8 % 3 {
            0 => Estimator::Auto,
            1 => Estimator::MonteCarlo,
            _ => Estimator::Counting,
        });
        let config = if self.known & 16 == 0 { config } else { config.with_floor(1e-9) };
        if self.permutations { config.with_shapley_method(ShapleyMethod::Permutations(6)) } else { config }
    }

    /// The last row, some of its values moved.
    fn event(&self, data: &Dataset) -> Result<Observation, Error> {
        let last = data.row(data.rows() - 1)?;
        let moved = last.names().iter().zip(last.values()).enumerate().map(|(column, (name, value))| {
            let moves = self.question.rotate_left(column as u32) & 3 == 0;
            (name.clone(), if moves { value * (1.0 + self.shift) } else { *value })
        });
        Observation::from_pairs(moved)
    }

    fn attribute(&self) -> Result<Attribution, Error> {
        self.attribute_from(&self.data()?)
    }

    fn attribute_from(&self, data: &Dataset) -> Result<Attribution, Error> {
        // The event is always read from the plain data, so that the same values move.
        let event = self.event(&self.data()?)?;
        self.fit(data)?.attribute_outlier(&name(self.columns.len() - 1), &event, &self.config())
    }
}

/// How far rounding may take the sum of the contributions from the score: 1e-10 of what is summed. Where all of that is
/// itself rounding, 1e-14 of what it was computed from: logarithms near 1, or values of the target.
fn rounding(attribution: &Attribution) -> f64 {
    let summed: f64 = attribution.contributions.iter().map(|contribution| contribution.value.abs()).sum();
    let computed_from = match (attribution.quantity, attribution.contribution(&attribution.target)) {
        (Quantity::MeanDeviation, Some(target)) => target.observed.abs() + target.typical.abs() + target.noise.abs(),
        _ => 1.0,
    };
    1e-10 * (summed + attribution.score.value.abs()) + 1e-14 * computed_from
}
