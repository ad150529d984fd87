//! Small fitted models that together hold every kind of mechanism and distribution.

use std::sync::Arc;

use etiology::mechanism::{
    DiscreteAdditiveNoiseModel, LinearRegression, LocationScaleModel, MechanismRegistry, PolynomialRegression,
    PostNonlinearModel,
};
use etiology::{
    AdditiveNoiseModel, CausalGraph, CustomMechanism, Dataset, FittedModel, KnownFormula, Mechanism, NoiseDistribution,
    NoiseFamily, Observation, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// A model, the node to be explained, an event, and the code it needs.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) model: FittedModel,
    pub(crate) target: &'static str,
    pub(crate) event: Observation,
    pub(crate) registry: MechanismRegistry,
}

/// value = parent · noise
#[derive(Debug)]
pub(crate) struct Share;

impl Mechanism for Share {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

pub(crate) fn all(rows: usize) -> Vec<Case> {
    vec![learned(rows), chosen(rows), gaps(rows), known(), custom()]
}

fn draws(rows: usize) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(rows as u64)
}

const NODES: [&str; 10] =
    ["root", "linear", "ridge", "square", "trees", "power", "share", "spread", "count", "slowest"];

/// Every node has its own mechanism.
fn data(rows: usize) -> Dataset {
    let mut random = draws(rows);
    let mut columns = vec![Vec::new(); NODES.len()];
    for _ in 0..rows {
        let mut noise = || random.random::<f64>();
        let root = 0.2 + noise();
        let linear = 0.3 + 2.0 * root + 0.1 * noise();
        let ridge = root - linear + 0.2 * noise();
        let square = root * root + 0.1 * noise();
        let trees = f64::from(root > 0.7) + 0.1 * noise();
        let power = root.powi(2) * (0.3 * noise()).exp();
        let share = 1.0 / (1.0 + (noise() - root).exp());
        let spread = root + root * (noise() - 0.5);
        let count = (10.0 * root).round() + (3.0 * noise()).floor();
        let slowest = square.max(trees) + power + share + spread + 0.1 * count + ridge + 0.05 * noise();
        let values = [root, linear, ridge, square, trees, power, share, spread, count, slowest];
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    Dataset::from_columns(NODES.into_iter().zip(columns)).unwrap()
}

fn graph() -> CausalGraph {
    let from_root = NODES[1..9].iter().map(|&node| ("root", node)).filter(|&(_, node)| node != "ridge");
    let others = [("root", "ridge"), ("linear", "ridge")];
    let last = ["square", "trees", "power", "share", "spread", "count", "ridge"].map(|node| (node, "slowest"));
    CausalGraph::from_edges(from_root.chain(others).chain(last)).unwrap()
}

fn event() -> Observation {
    Observation::from_pairs([
        ("root", 1.0),
        ("linear", 2.4),
        ("ridge", -1.2),
        ("square", 3.5),
        ("trees", 1.1),
        ("power", 1.2),
        ("share", 0.6),
        ("spread", 1.1),
        ("count", 11.0),
        ("slowest", 6.5),
    ])
    .unwrap()
}

fn learned(rows: usize) -> Case {
    let data = data(rows);
    let regression = LinearRegression::ordinary;
    let trees = AdditiveNoiseModel::polynomial();
    #[cfg(feature = "boosted-trees")]
    let trees = if rows > 50 {
        AdditiveNoiseModel::new(etiology::mechanism::BoostedTrees::default().with_trees(5))
    } else {
        trees
    };
    let model = StructuralCausalModel::new(graph())
        .with_mechanism("root", NoiseFamily::tailed())
        .unwrap()
        .with_mechanism("linear", AdditiveNoiseModel::linear().with_noise(NoiseFamily::Normal))
        .unwrap()
        .with_mechanism("ridge", AdditiveNoiseModel::new(LinearRegression::ridge(0.01).unwrap()))
        .unwrap()
        .with_mechanism("square", AdditiveNoiseModel::new(PolynomialRegression::new(2).unwrap()))
        .unwrap()
        .with_mechanism("trees", trees)
        .unwrap()
        .with_mechanism("power", PostNonlinearModel::log(regression()).with_log_parents())
        .unwrap()
        .with_mechanism("share", PostNonlinearModel::logit(regression()))
        .unwrap()
        .with_mechanism("spread", LocationScaleModel::linear())
        .unwrap()
        .with_mechanism("count", DiscreteAdditiveNoiseModel::linear())
        .unwrap()
        .with_mechanism("slowest", AdditiveNoiseModel::linear())
        .unwrap()
        .fit(&data)
        .unwrap();
    let registry = MechanismRegistry::new();
    Case { name: "learned", model, target: "slowest", event: event(), registry }
}

fn chosen(rows: usize) -> Case {
    let data = data(rows);
    let calls = NODES[1..4].iter().map(|&node| (node, "root")).chain([("linear", "linear"), ("slowest", "square")]);
    let graph = CausalGraph::from_call_graph(calls).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    assert!(model.assignment_report().is_some());
    Case { name: "chosen", model, target: "slowest", event: event(), registry: MechanismRegistry::new() }
}

/// Data with missing values, a constant column and copies of a column.
fn gaps(rows: usize) -> Case {
    let mut random = draws(rows);
    let mut draw = |missing: f64| -> Vec<f64> {
        let value = |_| if random.random::<f64>() < missing { f64::NAN } else { random.random() };
        (0..rows).map(value).collect()
    };
    let (a, b, noise) = (draw(0.1), draw(0.1), draw(0.0));
    let c = (0..rows).map(|row| a[row] + b[row] + noise[row]).collect();
    let columns = [("a", a.clone()), ("copy", a), ("b", b), ("constant", vec![0.1 + 0.2; rows]), ("c", c)];
    let graph = CausalGraph::from_edges([("a", "c"), ("copy", "c"), ("b", "c"), ("constant", "c")]).unwrap();
    let data = Dataset::from_columns(columns).unwrap();
    let names = ["a", "copy", "b", "constant"];
    let roots = names
        .into_iter()
        .try_fold(StructuralCausalModel::new(graph), |model, node| model.with_mechanism(node, NoiseFamily::Empirical));
    let model = roots.unwrap().with_mechanism("c", AdditiveNoiseModel::linear()).unwrap().fit(&data).unwrap();
    let event = Observation::from_pairs([("a", 0.9), ("copy", 0.9), ("constant", 0.1 + 0.2), ("c", 2.6)]).unwrap();
    Case { name: "gaps", model, target: "c", event, registry: MechanismRegistry::new() }
}

fn known() -> Case {
    let edges =
        [("a", "d"), ("b", "d"), ("c", "d"), ("d", "f"), ("e", "f"), ("a", "f"), ("f", "g"), ("b", "g"), ("c", "g")];
    let maximum = AdditiveNoiseModel::known(KnownFormula::maximum(["c", "a", "b"]));
    let sum = AdditiveNoiseModel::known(KnownFormula::sum(["e", "d", "a"]));
    let in_groups = AdditiveNoiseModel::known(KnownFormula::sum_of_maxima([vec!["f"], vec!["b", "c"]]).unwrap());
    let model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("a", NoiseDistribution::gamma(2.5, 0.1).unwrap())
        .unwrap()
        .with_mechanism("b", NoiseDistribution::log_normal(-2.0, 0.5).unwrap())
        .unwrap()
        .with_mechanism("c", NoiseDistribution::half_normal(0.1, 0.2).unwrap())
        .unwrap()
        .with_mechanism("e", NoiseDistribution::constant(0.25).unwrap())
        .unwrap()
        .with_mechanism("d", maximum.with_noise(NoiseDistribution::exponential(0.1).unwrap()))
        .unwrap()
        .with_mechanism("f", sum.with_noise(NoiseDistribution::uniform(0.0, 0.1).unwrap()))
        .unwrap()
        .with_mechanism("g", in_groups.with_noise(NoiseDistribution::uniform(0.0, 0.2).unwrap()))
        .unwrap()
        .without_fitting()
        .unwrap();
    let event = [("a", 0.2), ("b", 0.1), ("c", 1.3), ("d", 1.4), ("e", 0.25), ("f", 1.9), ("g", 3.3)];
    let event = Observation::from_pairs(event).unwrap();
    Case { name: "known", model, target: "g", event, registry: MechanismRegistry::new() }
}

fn custom() -> Case {
    let returns = CustomMechanism::new(["quantity"], Share).with_name("share of");
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("quantity", "returns")]).unwrap())
        .with_mechanism("quantity", NoiseDistribution::normal(50.0, 2.0).unwrap())
        .unwrap()
        .with_mechanism("returns", returns.with_noise(NoiseDistribution::uniform(0.0, 0.1).unwrap()))
        .unwrap()
        .without_fitting()
        .unwrap();
    let event = Observation::from_pairs([("quantity", 51.0), ("returns", 5.0)]).unwrap();
    let registry = MechanismRegistry::new().register("share of", Arc::new(Share)).unwrap();
    Case { name: "custom", model, target: "returns", event, registry }
}
