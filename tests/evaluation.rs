//! Is the model any good? The tests behind the answer, and the answer itself on models that are right and wrong.

#[path = "../examples/shared/retail_shop.rs"]
#[expect(dead_code, reason = "only ordinary requests are needed here")]
mod retail_shop;

use etiology::{
    AdditiveNoiseModel, AssignmentConfig, CausalGraph, CustomMechanism, Dataset, Error, EvaluationConfig, Finding,
    FittedModel, KnownFormula, Mechanism, ModelEvaluation, NoiseDistribution, NoiseFamily, ParentFunction,
    StructuralCausalModel, conditional_independence_test, independence_test,
};
use ndarray::{Array1, Array2, Axis};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal};

/// Chance that a statistical test fails although all is well. Seeds are fixed, so it either always does or never.
const ALPHA: f64 = 1e-4;

fn normals(rows: usize, seed: u64) -> Array1<f64> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    Array1::from_shape_simple_fn(rows, || StandardNormal.sample(generator))
}

fn column(values: &Array1<f64>) -> Array2<f64> {
    values.clone().insert_axis(Axis(1))
}

/// Whether `hits` of `trials` are too many or too few for this probability, by Hoeffding's inequality.
fn assert_rate(hits: usize, trials: usize, probability: f64) {
    let slack = ((2.0 / ALPHA).ln() / (2.0 * trials as f64)).sqrt();
    let rate = hits as f64 / trials as f64;
    assert!((rate - probability).abs() < slack, "{hits} of {trials}, but {probability} was expected");
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

fn linear_model(edges: &[(&str, &str)], training: &Dataset) -> FittedModel {
    let graph = CausalGraph::from_edges(edges.iter().copied()).unwrap();
    StructuralCausalModel::new(graph)
        .assign_mechanisms_with(training, &AssignmentConfig::linear())
        .unwrap()
        .fit(training)
        .unwrap()
}

fn evaluate(model: &FittedModel, held_out: &Dataset) -> ModelEvaluation {
    model.evaluate(held_out, &EvaluationConfig::default()).unwrap()
}

#[test]
fn p_values_of_distance_covariance_are_uniform_under_independence() {
    let p_values: Vec<f64> = (0..1_000)
        .map(|seed| {
            let (x, y) = (normals(40, 2 * seed), normals(40, 2 * seed + 1).mapv(f64::exp));
            independence_test(column(&x).view(), column(&y).view(), 99, seed).unwrap().p_value
        })
        .collect();
    // Attainable without stopping early: below 20/99 a p-value is (1 + #)/100.
    for level in [0.05, 0.1, 0.2] {
        assert_rate(p_values.iter().filter(|&&p| p <= level).count(), p_values.len(), level);
    }
}

#[test]
fn p_values_of_conditional_independence_are_uniform_where_it_holds() {
    let p_values: Vec<f64> = (0..1_000)
        .map(|seed| {
            let z = normals(200, 3 * seed);
            let x = &z * &z + normals(200, 3 * seed + 1);
            let y = 2.0 * &z - &z * &z + normals(200, 3 * seed + 2);
            conditional_independence_test(x.view(), y.view(), column(&z).view()).unwrap().p_value
        })
        .collect();
    for level in [0.05, 0.2, 0.5, 0.8] {
        assert_rate(p_values.iter().filter(|&&p| p <= level).count(), p_values.len(), level);
    }
}

#[test]
fn distance_covariance_finds_what_correlation_misses() {
    let found = (0..20).filter(|&seed| {
        let x = normals(100, 2 * seed);
        let y = &x * &x + 0.5 * normals(100, 2 * seed + 1);
        independence_test(column(&x).view(), column(&y).view(), 199, seed).unwrap().p_value <= 0.01
    });
    assert_eq!(found.count(), 20);
    // x·y decides z, which is independent of x and of y, but not of both.
    let (x, y) = (normals(300, 1), normals(300, 2));
    let z = &x * &y;
    let both = ndarray::stack![Axis(1), x, y];
    assert_eq!(independence_test(both.view(), column(&z).view(), 199, 0).unwrap().p_value, 1.0 / 200.0);
}

#[test]
fn conditioning_matters_either_way() {
    let z = normals(500, 1);
    let (x, y) = (&z + normals(500, 2), &z + normals(500, 3));
    let nothing = Array2::zeros((500, 0));
    let (x, y) = (x.view(), y.view());
    assert!(conditional_independence_test(x, y, nothing.view()).unwrap().p_value < 1e-6);
    assert!(conditional_independence_test(x, y, column(&z).view()).unwrap().p_value > 0.01);
    // A common effect of independent causes makes them dependent.
    let (a, b) = (normals(500, 4), normals(500, 5));
    let effect = &a + &b + 0.5 * normals(500, 6);
    assert!(conditional_independence_test(a.view(), b.view(), nothing.view()).unwrap().p_value > 0.01);
    let test = conditional_independence_test(a.view(), b.view(), column(&effect).view()).unwrap();
    // The partial correlation of a and b is −1/(1 + 0.25).
    assert!((test.residual_correlation + 0.8).abs() < 0.05 && test.p_value < 1e-6, "{test:?}");
}

#[test]
fn without_conditions_the_statistic_is_that_of_the_formula() {
    let (x, y) = (normals(50, 1), normals(50, 2) + 0.3 * normals(50, 1));
    let test = conditional_independence_test(x.view(), y.view(), Array2::zeros((50, 0)).view()).unwrap();
    let products = (&x - x.mean().unwrap()) * (&y - y.mean().unwrap());
    let t = 49.0_f64.sqrt() * products.mean().unwrap() / products.std(0.0);
    let expected = two_sided_normal(t);
    assert!((test.p_value / expected - 1.0).abs() < 1e-9, "{} {expected}", test.p_value);
}

/// P(|Z| ≥ |t|) by this crate's own normal distribution.
fn two_sided_normal(t: f64) -> f64 {
    gaussian(0.0, 1.0).two_sided_tail(t)
}

/// Of 1900 such models (seeds 0 to 399 and 1000 to 2499) 94.0 % raised no alarm, at an alpha of 5 %.
#[test]
fn a_right_model_raises_no_alarm() {
    let truth = diamond();
    let edges = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")];
    let config = EvaluationConfig::default().with_graph_permutations(0).with_most_rows(300);
    let clean = (1_000..1_200_u64).filter(|&seed| {
        let (training, held_out) = (truth.draw_samples(500, 2 * seed), truth.draw_samples(500, 2 * seed + 1));
        let model = linear_model(&edges, &training.unwrap());
        model.evaluate(&held_out.unwrap(), &config).unwrap().findings.is_empty()
    });
    let clean = clean.count();
    assert!(clean >= 180, "{clean} of 200");
}

#[test]
fn a_right_model_without_fitting_raises_no_alarm_either() {
    let truth = known(&[
        ("a", &[], |_| 0.0),
        ("b", &[], |_| 0.0),
        ("c", &["a", "b"], |p| p[0].max(p[1])),
        ("d", &["c"], |p| p[0].exp().min(20.0)),
        ("e", &["d", "a"], |p| (p[0] * p[1]).sin()),
    ]);
    let config = EvaluationConfig::default().with_graph_permutations(0).with_most_rows(300);
    let clean = (0..100_u64)
        .filter(|&seed| truth.evaluate(&truth.draw_samples(400, seed).unwrap(), &config).unwrap().findings.is_empty());
    let clean = clean.count();
    assert!(clean >= 90, "{clean} of 100");
}

#[test]
fn a_missing_edge_is_named() {
    let truth =
        known(&[("a", &[], |_| 0.0), ("b", &["a"], |p| 0.8 * p[0]), ("c", &["a", "b"], |p| 0.7 * p[0] + 0.7 * p[1])]);
    let (training, held_out) = (truth.draw_samples(500, 1).unwrap(), truth.draw_samples(500, 2).unwrap());
    let evaluation = evaluate(&linear_model(&[("a", "b"), ("b", "c")], &training), &held_out);
    let violations: Vec<_> = evaluation.graph.violations().collect();
    assert_eq!(violations.len(), 1);
    assert_eq!((violations[0].node.as_str(), violations[0].other.as_str()), ("c", "a"));
    assert_eq!(violations[0].given, ["b"]);
    assert!(
        evaluation.to_string().contains("`c` and `a` are not independent given `b` (residual correlation 0."),
        "{evaluation}"
    );
}

#[test]
fn a_collider_turned_round_is_detected() {
    let truth = known(&[("a", &[], |_| 0.0), ("b", &[], |_| 0.0), ("c", &["a", "b"], |p| p[0] + p[1])]);
    let (training, held_out) = (truth.draw_samples(500, 3).unwrap(), truth.draw_samples(500, 4).unwrap());
    let right = evaluate(&linear_model(&[("a", "c"), ("b", "c")], &training), &held_out);
    assert!(right.findings.is_empty(), "{right}");
    let wrong = evaluate(&linear_model(&[("a", "c"), ("c", "b")], &training), &held_out);
    assert!(matches!(&wrong.findings[..], [Finding::IndependenceViolated { .. }, ..]), "{wrong}");
}

#[test]
fn a_reversed_edge_shows_in_the_noise_where_noises_are_not_normal() {
    let effect = AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(gaussian(0.0, 0.5));
    let graph = CausalGraph::from_edges([("a", "b")]).unwrap();
    let truth =
        StructuralCausalModel::new(graph).with_mechanism("a", NoiseDistribution::exponential(1.0).unwrap()).unwrap();
    let truth = truth.with_mechanism("b", effect).unwrap().without_fitting().unwrap();
    let (training, held_out) = (truth.draw_samples(1_000, 1).unwrap(), truth.draw_samples(1_000, 2).unwrap());
    assert!(evaluate(&linear_model(&[("a", "b")], &training), &held_out).findings.is_empty());
    let wrong = evaluate(&linear_model(&[("b", "a")], &training), &held_out);
    assert!(matches!(&wrong.findings[..], [Finding::NoiseDependsOnParents { node, .. }] if node == "a"), "{wrong}");
}

#[test]
fn the_shop_is_not_quite_linear_and_its_graph_is_right() {
    let training = retail_shop::normal_requests(5_000, 1).unwrap();
    let held_out = retail_shop::normal_requests(5_000, 2).unwrap();
    let graph = retail_shop::causal_graph().unwrap();
    let model = StructuralCausalModel::new(graph)
        .assign_mechanisms_with(&training, &AssignmentConfig::linear())
        .unwrap()
        .fit(&training)
        .unwrap();
    let evaluation = evaluate(&model, &held_out);
    // Product Service waits for the slowest of three; Caching Service waits for its database every other time.
    let mut suspects: Vec<&str> = evaluation
        .findings
        .iter()
        .map(|finding| match finding {
            Finding::NoiseDependsOnParents { node, .. } => node.as_str(),
            _ => panic!("{evaluation}"),
        })
        .collect();
    suspects.sort_unstable();
    assert_eq!(suspects, ["Caching Service", "Product Service"]);
    assert_eq!(evaluation.graph.violations().count(), 0);
    let comparison = evaluation.graph.comparison.unwrap();
    assert_eq!((comparison.tests, comparison.p_value), (11 * 10 / 2 - 13, 0.01));
    assert!(evaluation.node("www").unwrap().r_squared.unwrap() > 0.97);
}

#[test]
fn figures_of_a_known_linear_model_are_those_of_the_formulas() {
    // b = 2a + N(0, 0.5²), a ~ N(0, 1): R² = 4/4.25, CRPS of a normal forecast of its own kind σ/√π, marginal √4.25/√π.
    let truth = known(&[("a", &[], |_| 0.0), ("b", &["a"], |p| 2.0 * p[0])]);
    let evaluation = evaluate(&truth, &truth.draw_samples(40_000, 1).unwrap());
    let b = evaluation.node("b").unwrap();
    assert!((b.r_squared.unwrap() - 4.0 / 4.25).abs() < 0.003, "{b:?}");
    let crps = 0.5 / std::f64::consts::PI.sqrt();
    assert!((b.crps.unwrap() / crps - 1.0).abs() < 0.02, "{b:?}");
    assert!((b.crps_ratio.unwrap() - 0.5 / 4.25_f64.sqrt()).abs() < 0.005, "{b:?}");
    let drift = b.drift.unwrap();
    assert!(drift.mean_shift.abs() < 0.02 && (drift.spread_ratio - 1.0).abs() < 0.015, "{drift:?}");
    assert_eq!(evaluation.node("a").unwrap().r_squared, None);
    assert!((evaluation.node("a").unwrap().crps_ratio.unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn empirical_noise_is_scored_exactly() {
    let training = Dataset::from_columns([("a", vec![1.0, 2.0, 4.0])]).unwrap();
    let graph = CausalGraph::from_nodes_and_edges(["a"], Vec::<(&str, &str)>::new()).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&training).unwrap().fit(&training).unwrap();
    let held_out = Dataset::from_columns([("a", vec![3.0; 20])]).unwrap();
    // E|V − 3| = (2 + 1 + 1)/3, ½·E|V − V'| = ½·(1 + 2 + 3)·2/9.
    let found = model.evaluate(&held_out, &EvaluationConfig::default()).unwrap().nodes[0].crps.unwrap();
    assert!((found - (4.0 / 3.0 - 2.0 / 3.0)).abs() < 1e-15, "{found}");
}

/// x = (1 + |parent|)·noise: noise that is not merely added.
#[derive(Debug)]
struct GrowsWithLoad;

impl Mechanism for GrowsWithLoad {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        (1.0 + parents[0].abs()) * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / (1.0 + parents[0].abs())
    }
}

fn growing(mechanism: impl Into<etiology::CausalMechanism>) -> StructuralCausalModel {
    StructuralCausalModel::new(CausalGraph::from_edges([("load", "latency")]).unwrap())
        .with_mechanism("load", gaussian(0.0, 2.0))
        .unwrap()
        .with_mechanism("latency", mechanism)
        .unwrap()
}

#[test]
fn noise_that_is_not_added_is_evaluated_too() {
    let truth = growing(CustomMechanism::new(["load"], GrowsWithLoad).with_noise(gaussian(0.0, 1.0)));
    let truth = truth.without_fitting().unwrap();
    let held_out = truth.draw_samples(2_000, 1).unwrap();
    let evaluation = evaluate(&truth, &held_out);
    assert!(evaluation.findings.is_empty(), "{evaluation}");
    // The mean of σ(load)/√π over these very rows is what the forecast expects of its own score.
    let expected = held_out.column("load").unwrap().mapv(|load| 1.0 + load.abs()).mean().unwrap();
    let found = evaluation.node("latency").unwrap();
    assert!((found.crps.unwrap() * std::f64::consts::PI.sqrt() / expected - 1.0).abs() < 0.05, "{found:?}");
    assert!(found.r_squared.unwrap().abs() < 0.01);
    // Additive noise of a constant spread does not describe it.
    let additive = growing(AdditiveNoiseModel::linear()).fit(&truth.draw_samples(2_000, 2).unwrap()).unwrap();
    let wrong = evaluate(&additive, &held_out);
    assert!(matches!(&wrong.findings[..], [Finding::NoiseDependsOnParents { .. }]), "{wrong}");
}

#[test]
fn drift_and_wrong_families_are_miscalibrated() {
    let truth = diamond();
    let (training, held_out) = (truth.draw_samples(1_000, 3).unwrap(), truth.draw_samples(1_000, 4).unwrap());
    let edges = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")];
    let model = linear_model(&edges, &training);
    let mut shifted = held_out.values().to_owned();
    shifted.column_mut(3).mapv_inplace(|d| d + 0.25);
    let shifted = Dataset::from_array(held_out.names().to_vec(), shifted.view()).unwrap();
    let evaluation = evaluate(&model, &shifted);
    assert!(
        matches!(&evaluation.findings[..], [Finding::NoiseMiscalibrated { node, .. }] if node == "d"),
        "{evaluation}"
    );
    let drift = evaluation.node("d").unwrap().drift.unwrap();
    assert!((drift.mean_shift - 0.5).abs() < 0.1 && (drift.spread_ratio - 1.0).abs() < 0.1, "{drift:?}");

    let mut skewed = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap());
    for node in ["a", "b"] {
        skewed = match node {
            "a" => skewed.with_mechanism(node, NoiseFamily::Normal).unwrap(),
            _ => skewed.assign_mechanisms(&training).unwrap(),
        };
    }
    let exponential = |seed| normals(1_000, seed).mapv(|z| z * z);
    let data = |seed| {
        let (a, b) = (exponential(seed), normals(1_000, seed + 1));
        Dataset::from_columns([("a", a.to_vec()), ("b", (&a + &b).to_vec())]).unwrap()
    };
    let evaluation = evaluate(&skewed.fit(&data(10)).unwrap(), &data(20));
    let [Finding::NoiseMiscalibrated { node, .. }, Finding::WorseThanMarginal { node: again, .. }] =
        &evaluation.findings[..]
    else {
        panic!("{evaluation}");
    };
    assert_eq!((node.as_str(), again.as_str()), ("a", "a"));
}

#[test]
fn atoms_are_no_miscalibration() {
    // Counts: half of the values are 0.
    let count = |seed: u64| {
        let generator = &mut ChaCha8Rng::seed_from_u64(seed);
        let draw = |_| if generator.random_bool(0.5) { 0.0 } else { f64::from(generator.random_range(1..4)) };
        Dataset::from_columns([("count", (0..500).map(draw).collect::<Vec<f64>>())]).unwrap()
    };
    let graph = || CausalGraph::from_nodes_and_edges(["count"], Vec::<(&str, &str)>::new()).unwrap();
    let calibrated = (0..200).filter(|&seed| {
        let model = StructuralCausalModel::new(graph()).assign_mechanisms(&count(2 * seed)).unwrap();
        let evaluation = evaluate(&model.fit(&count(2 * seed)).unwrap(), &count(2 * seed + 1));
        evaluation.nodes[0].calibration.unwrap().p_value > 0.05
    });
    let calibrated = calibrated.count();
    assert!(calibrated >= 180, "{calibrated} of 200");
}

#[test]
fn overfitting_shows_as_noise_that_is_wider_than_believed() {
    let truth = known(&[("a", &[], |_| 0.0), ("b", &["a"], |p| p[0])]);
    let (training, held_out) = (truth.draw_samples(300, 1).unwrap(), truth.draw_samples(300, 2).unwrap());
    let memory = AdditiveNoiseModel::new(NearestNeighbours);
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap())
        .with_mechanism("b", memory)
        .unwrap()
        .assign_mechanisms(&training)
        .unwrap()
        .fit(&training)
        .unwrap();
    let evaluation = evaluate(&model, &held_out);
    assert!(
        matches!(&evaluation.findings[..], [Finding::NoiseMiscalibrated { node, .. }] if node == "b"),
        "{evaluation}"
    );
    assert!(evaluation.node("b").unwrap().drift.unwrap().spread_ratio > 1.3, "{evaluation}");
}

/// The mean of the two nearest rows seen.
#[derive(Debug)]
struct NearestNeighbours;

impl etiology::Regressor for NearestNeighbours {
    fn fit(
        &self,
        parents: ndarray::ArrayView2<'_, f64>,
        values: ndarray::ArrayView1<'_, f64>,
    ) -> etiology::Result<ParentFunction> {
        let seen: Vec<(f64, f64)> = parents.column(0).iter().copied().zip(values.iter().copied()).collect();
        Ok(ParentFunction::formula(move |parents| {
            let mut nearest = seen.clone();
            nearest.sort_by(|a, b| (a.0 - parents[0]).abs().total_cmp(&(b.0 - parents[0]).abs()));
            0.5 * (nearest[0].1 + nearest[1].1)
        }))
    }
    fn min_rows(&self, _parents: usize) -> usize {
        2
    }
}

fn with_gaps(data: &Dataset, gap: impl Fn(usize, usize) -> bool) -> Dataset {
    let values = data.values();
    let gapped = Array2::from_shape_fn(
        values.dim(),
        |(row, column)| {
            if gap(row, column) { f64::NAN } else { values[[row, column]] }
        },
    );
    Dataset::from_array(data.names().to_vec(), gapped.view()).unwrap()
}

#[test]
fn missing_values_cost_only_the_nodes_that_need_them() {
    let truth = diamond();
    let held_out = truth.draw_samples(400, 1).unwrap();
    // Every fourth `b` is missing; columns are a, b, c, d.
    let evaluation = evaluate(&truth, &with_gaps(&held_out, |row, column| column == 1 && row % 4 == 0));
    let rows: Vec<usize> = evaluation.nodes.iter().map(|node| node.rows).collect();
    assert_eq!(rows, [400, 300, 400, 300]);
    assert!(evaluation.findings.is_empty(), "{evaluation}");
    assert_eq!(evaluation.graph.comparison.unwrap().rows, 300);
    let full = evaluate(&truth, &held_out);
    assert_eq!(evaluation.node("a").unwrap().drift, full.node("a").unwrap().drift);
    assert_eq!(evaluation.node("c").unwrap().crps, full.node("c").unwrap().crps);

    // With 12 values of `b` left, nothing can be said of `b` and `d`, and all else can.
    let evaluation = evaluate(&truth, &with_gaps(&held_out, |row, column| column == 1 && row >= 12));
    let b = evaluation.node("b").unwrap();
    assert_eq!((b.rows, b.crps, b.independence), (12, None, None));
    assert_eq!(b.absent[0].reason, "12 complete rows, 20 are needed");
    let unsaid = |finding: &Finding| matches!(finding, Finding::TooFewRows { rows: 12, .. });
    assert_eq!((evaluation.findings.len(), evaluation.findings.iter().all(unsaid)), (2, true));
    assert_eq!((evaluation.graph.implied_independencies.len(), evaluation.graph.untested), (0, 2));
    assert!(evaluation.graph.comparison.is_none());
    assert!(evaluation.node("c").unwrap().independence.is_some());
    assert!(evaluation.to_string().contains("- b: all figures (12 complete rows, 20 are needed)"), "{evaluation}");
}

#[test]
fn constants_and_exact_formulas_are_neither_errors_nor_alarms() {
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "total"), ("b", "total")]).unwrap())
        .with_mechanism("a", gaussian(10.0, 1.0))
        .unwrap()
        .with_mechanism("b", NoiseDistribution::constant(5.0).unwrap())
        .unwrap()
        .with_mechanism(
            "total",
            AdditiveNoiseModel::known(KnownFormula::weighted_sum([("a", 0.1), ("b", 0.7)]).unwrap())
                .with_noise(NoiseDistribution::constant(0.0).unwrap()),
        )
        .unwrap()
        .without_fitting()
        .unwrap();
    let held_out = model.draw_samples(200, 1).unwrap();
    let evaluation = evaluate(&model, &held_out);
    assert!(evaluation.findings.is_empty(), "{evaluation}");
    let total = evaluation.node("total").unwrap();
    assert_eq!((total.r_squared, total.calibration, total.independence), (Some(1.0), None, None));
    assert_eq!(evaluation.node("b").unwrap().crps_ratio, None);

    let mut broken = held_out.values().to_owned();
    broken.column_mut(1)[7] += 0.5;
    let broken = Dataset::from_array(held_out.names().to_vec(), broken.view()).unwrap();
    let evaluation = evaluate(&model, &broken);
    let found = |finding: &Finding| matches!(finding, Finding::ConstantNoiseVaries { node, largest } if node == "total" && (largest - 0.5).abs() < 1e-9);
    assert!(evaluation.findings.iter().any(found), "{evaluation}");
}

/// x = parent · noise.
#[derive(Debug)]
struct Multiplied;

impl Mechanism for Multiplied {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

#[test]
fn rounding_of_a_constant_factor_is_no_alarm() {
    let factor = NoiseDistribution::constant(0.3).unwrap();
    let model = growing(CustomMechanism::new(["load"], Multiplied).with_noise(factor)).without_fitting().unwrap();
    let evaluation = evaluate(&model, &model.draw_samples(200, 3).unwrap());
    assert!(evaluation.findings.is_empty(), "{evaluation}");
    assert_eq!(evaluation.node("latency").unwrap().crps, Some(0.0));
}

#[test]
fn rows_that_no_noise_explains_are_counted() {
    let model = growing(CustomMechanism::new(["load"], Multiplied).with_noise(gaussian(0.0, 1.0)));
    let model = model.without_fitting().unwrap();
    let mut values = model.draw_samples(100, 1).unwrap().values().to_owned();
    values.column_mut(0).iter_mut().take(9).for_each(|load| *load = 0.0);
    let evaluation = evaluate(&model, &Dataset::from_array(["load", "latency"], values.view()).unwrap());
    let latency = evaluation.node("latency").unwrap();
    assert_eq!((latency.rows, latency.rows_without_noise), (91, 9));
    assert!(evaluation.findings.contains(&Finding::NoNoiseFound { node: "latency".to_owned(), rows: 9 }));
}

#[test]
fn one_two_and_eight_threads_give_the_same_bits() {
    let training = retail_shop::normal_requests(600, 1).unwrap();
    let held_out = retail_shop::normal_requests(700, 2).unwrap();
    let graph = retail_shop::causal_graph().unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&training).unwrap().fit(&training).unwrap();
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let config = EvaluationConfig::default().with_most_rows(200).with_seed(seed);
        pool.install(|| model.evaluate(&held_out, &config).unwrap())
    };
    assert_eq!(run(1, 5), run(2, 5));
    assert_eq!(run(1, 5), run(8, 5));
    assert_ne!(run(1, 5).nodes, run(1, 6).nodes);
}

#[test]
fn an_evaluation_reads_well_and_survives_json() {
    let truth = diamond();
    let evaluation = evaluate(&truth, &truth.draw_samples(300, 1).unwrap());
    let text = evaluation.to_string();
    for part in [
        "4 nodes evaluated on 300 held-out rows: nothing was found to be wrong with the model.",
        "Fit: parents explain between R² = ",
        "Noise: 0 of 4 tested are not distributed as the model says; 0 of 3 tested depend on the parents.",
        "Graph: 0 of 2 independencies tested are violated. Test by test, without correction, it violates ",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    assert!(!text.contains("Warnings"), "{text}");
    let json = serde_json::to_string(&evaluation).unwrap();
    assert_eq!(serde_json::from_str::<ModelEvaluation>(&json).unwrap(), evaluation);
}

#[test]
fn a_graph_of_all_edges_implies_nothing() {
    let truth = known(&[("a", &[], |_| 0.0), ("b", &["a"], |p| p[0])]);
    let evaluation = evaluate(&truth, &truth.draw_samples(100, 1).unwrap());
    assert!(evaluation.graph.implied_independencies.is_empty() && evaluation.graph.comparison.is_none());
    assert!(evaluation.graph.absent[0].reason.contains("every pair of nodes has an edge"));
}

#[test]
fn bad_input_is_an_error_that_names_it() {
    let truth = diamond();
    let good = truth.draw_samples(50, 1).unwrap();
    let with = |config: EvaluationConfig| truth.evaluate(&good, &config);
    let default = EvaluationConfig::default;
    let lacking = Dataset::from_columns([("a", vec![1.0; 50]), ("b", vec![1.0; 50]), ("c", vec![1.0; 50])]).unwrap();
    let text = format!("a,b,c,d\n{}", "1,2,3,late\n".repeat(30));
    let text = Dataset::from_csv_reader(text.as_bytes()).unwrap();
    let cases = [
        ("alpha", with(default().with_alpha(0.0))),
        ("alpha", with(default().with_alpha(f64::NAN))),
        ("dependence", with(default().with_least_dependence(-0.1))),
        ("miscalibration", with(default().with_least_miscalibration(1.0))),
        ("CRPS ratio", with(default().with_worst_crps_ratio(0.9))),
        ("CRPS ratio", with(default().with_worst_crps_ratio(f64::INFINITY))),
        ("fewest rows", with(default().with_fewest_rows(9))),
        ("most rows", with(default().with_most_rows(19))),
        ("most rows", with(default().with_most_rows(5_001))),
        ("permutations", with(default().with_permutations(18))),
        ("permuted graphs", with(default().with_graph_permutations(100_001))),
        ("at least 60 rows", with(default().with_fewest_rows(60).with_most_rows(60))),
        ("`d`", truth.evaluate(&lacking, &default())),
        ("late", truth.evaluate(&text, &default())),
    ];
    for (fragment, result) in cases {
        let message = result.expect_err(fragment).to_string();
        assert!(message.contains(fragment), "{fragment:?} is not in {message:?}");
    }
}

#[test]
fn bad_input_of_a_test_is_an_error_that_names_it() {
    let (x, short) = (Array2::<f64>::zeros((50, 1)), Array2::<f64>::zeros((49, 1)));
    let (none, few) = (Array2::<f64>::zeros((50, 0)), Array2::<f64>::zeros((3, 1)));
    let (bad, many) = (Array2::from_elem((50, 1), f64::NAN), Array2::<f64>::zeros((5_001, 1)));
    let huge = Array2::from_shape_fn((50, 1), |(row, _)| if row % 2 == 0 { f64::MAX } else { f64::MIN });
    let test = |a: &Array2<f64>, b: &Array2<f64>, permutations| {
        independence_test(a.view(), b.view(), permutations, 0).map(|test| test.p_value)
    };
    assert!(matches!(test(&x, &short, 99), Err(Error::LengthMismatch { expected: 50, found: 49, .. })));
    assert!(matches!(test(&x, &none, 99), Err(Error::Empty { .. })));
    assert!(matches!(test(&few, &few, 99), Err(Error::InvalidParameter { .. })));
    assert!(matches!(test(&many, &many, 99), Err(Error::InvalidParameter { .. })));
    assert!(matches!(test(&x, &bad, 99), Err(Error::NonFiniteValue { .. })));
    assert!(matches!(test(&huge, &huge, 99), Err(Error::NonFiniteValue { .. })));
    assert!(matches!(test(&x, &x, 0), Err(Error::InvalidParameter { .. })));
    assert_eq!(test(&x, &x, 99).unwrap(), 1.0);

    let conditional = |a: &Array2<f64>, b: &Array2<f64>, given: &Array2<f64>| {
        conditional_independence_test(a.column(0), b.column(0), given.view()).map(|test| test.p_value)
    };
    assert!(matches!(conditional(&x, &short, &x), Err(Error::LengthMismatch { .. })));
    assert!(matches!(conditional(&x, &x, &short), Err(Error::LengthMismatch { .. })));
    assert!(matches!(conditional(&x, &x, &bad), Err(Error::NonFiniteValue { .. })));
    let wide = Array2::<f64>::zeros((50, 40));
    assert!(matches!(conditional(&x, &x, &wide), Err(Error::TooFewRows { needed: 51, found: 50, .. })));
    assert_eq!(conditional(&x, &huge, &x).unwrap(), 1.0);
}

#[test]
fn wrong_models_are_found_out_with_any_seed() {
    let triangle =
        known(&[("a", &[], |_| 0.0), ("b", &["a"], |p| 0.8 * p[0]), ("c", &["a", "b"], |p| 0.7 * p[0] + 0.7 * p[1])]);
    let curve = known(&[("a", &[], |_| 0.0), ("b", &["a"], |p| p[0] * p[0])]);
    let collider = known(&[("a", &[], |_| 0.0), ("b", &[], |_| 0.0), ("c", &["a", "b"], |p| p[0] + p[1])]);
    let config = EvaluationConfig::default().with_graph_permutations(0);
    let found = |truth: &FittedModel, wrong: &[(&str, &str)], sign: fn(&Finding) -> bool| {
        (100..130).all(|seed: u64| {
            let training = truth.draw_samples(500, 2 * seed).unwrap();
            let held_out = truth.draw_samples(500, 2 * seed + 1).unwrap();
            linear_model(wrong, &training).evaluate(&held_out, &config).unwrap().findings.iter().any(sign)
        })
    };
    let violated = |finding: &Finding| matches!(finding, Finding::IndependenceViolated { .. });
    assert!(found(&triangle, &[("a", "b"), ("b", "c")], violated), "a missing edge");
    assert!(found(&collider, &[("a", "c"), ("c", "b")], violated), "an edge turned round");
    let dependent = |finding: &Finding| matches!(finding, Finding::NoiseDependsOnParents { .. });
    assert!(found(&curve, &[("a", "b")], dependent), "a curve");
}

#[test]
fn a_long_list_of_warnings_is_cut_short() {
    // Ten copies of one column without a single edge: 45 violated independencies.
    let names: Vec<String> = (0..10).map(|copy| format!("copy {copy}")).collect();
    let graph = CausalGraph::from_nodes_and_edges(names.clone(), Vec::<(&str, &str)>::new()).unwrap();
    let data = Dataset::from_columns(names.into_iter().map(|name| (name, normals(100, 1).to_vec()))).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&data).unwrap().fit(&data).unwrap();
    let evaluation = evaluate(&model, &data);
    assert_eq!(evaluation.findings.len(), 45);
    let text = evaluation.to_string();
    assert!(text.contains("- and 15 more\n"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains("are not independent")).count(), 30);
}
