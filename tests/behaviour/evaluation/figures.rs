//! The figures of an evaluation against formulas, and where there is nothing to tell.

use etiology::evaluation::{ModelEvaluation, ModelFinding};
use etiology::{
    AdditiveNoiseModel, CausalGraph, CustomMechanism, Dataset, EvaluationConfig, KnownFormula, Mechanism,
    NoiseDistribution, StructuralCausalModel,
};
use ndarray::Array2;

use super::{diamond, evaluate, gaussian, known};
use crate::retail_shop;

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

fn growing(mechanism: impl Into<etiology::mechanism::CausalMechanism>) -> StructuralCausalModel {
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
    assert!(matches!(&wrong.findings[..], [ModelFinding::NoiseDependsOnParents { .. }]), "{wrong}");
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
    let unsaid = |finding: &ModelFinding| matches!(finding, ModelFinding::TooFewRows { rows: 12, .. });
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
    let found = |finding: &ModelFinding| matches!(finding, ModelFinding::ConstantNoiseVaries { node, largest } if node == "total" && (largest - 0.5).abs() < 1e-9);
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
    assert!(evaluation.findings.contains(&ModelFinding::NoNoiseFound { node: "latency".to_owned(), rows: 9 }));
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
        "4 nodes evaluated on 300 rows: nothing was found to be wrong with the model.",
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
