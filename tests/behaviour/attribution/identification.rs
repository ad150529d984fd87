//! What the training rows leave open: parents that moved together, parents that never moved, and many parents for the rows.

use etiology::attribution::Unseen;
use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, BootstrapConfig, CausalGraph, Dataset, FittedModel,
    KnownFormula, NoiseFamily, Observation, StructuralCausalModel,
};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

type Columns = Vec<(&'static str, Vec<f64>)>;

fn normal(rows: usize, seed: u64) -> Vec<f64> {
    StandardNormal.sample_iter(ChaCha8Rng::seed_from_u64(seed)).take(rows).collect()
}

fn combine(terms: &[(f64, &[f64])]) -> Vec<f64> {
    (0..terms[0].1.len()).map(|row| terms.iter().map(|(weight, column)| weight * column[row]).sum()).collect()
}

fn fit(edges: &[(&str, &str)], columns: &Columns) -> FittedModel {
    let data = Dataset::from_columns(columns.clone()).unwrap();
    let graph = CausalGraph::from_edges(edges.iter().copied()).unwrap();
    let linear = AssignmentConfig::linear();
    StructuralCausalModel::new(graph).assign_mechanisms_with(&data, &linear).unwrap().fit(&data).unwrap()
}

/// The same with the true formula of a node, its noise fitted.
fn fit_with(edges: &[(&str, &str)], columns: &Columns, node: &str, formula: KnownFormula) -> FittedModel {
    let data = Dataset::from_columns(columns.clone()).unwrap();
    let graph = CausalGraph::from_edges(edges.iter().copied()).unwrap();
    let mechanism = AdditiveNoiseModel::known(formula).with_noise(NoiseFamily::Empirical);
    let model = StructuralCausalModel::new(graph).with_mechanism(node, mechanism).unwrap();
    model.assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap().fit(&data).unwrap()
}

fn attribute(model: &FittedModel, target: &str, event: &[(&str, f64)]) -> Attribution {
    let event = Observation::from_pairs(event.iter().copied()).unwrap();
    model.attribute_outlier(target, &event, &AttributionConfig::default()).unwrap()
}

/// The right figure lies within the model's error, twice the standard error and a tenth of a nat for the fit of everything else.
fn assert_covers(found: &Attribution, truth: &Attribution, nodes: &[&str]) {
    for node in nodes {
        let (part, right) = (found.contribution(node).unwrap(), truth.contribution(node).unwrap().value);
        let allowed = part.model_error.unwrap_or(0.0) + 2.0 * part.std_error + 0.1;
        assert!((part.value - right).abs() < allowed, "{node}: {} ± {allowed}, truth {right}\n{found}", part.value);
    }
}

/// Requests, bytes = 512·requests, and a latency that depends on the bytes alone.
const TRANSFER: [(&str, &str); 3] = [("requests", "bytes"), ("requests", "latency"), ("bytes", "latency")];

fn transfer(unit: f64) -> Columns {
    let requests: Vec<f64> = normal(500, 1).iter().map(|z| (235.0 + 30.0 * z).round()).collect();
    let bytes: Vec<f64> = requests.iter().map(|requests| 512.0 * requests * unit).collect();
    let latency = combine(&[(1e-4 / unit, &bytes), (0.3, &normal(500, 2))]);
    vec![("requests", requests), ("bytes", bytes), ("latency", latency)]
}

#[test]
fn the_split_over_parents_that_never_moved_apart_is_open_and_their_sum_is_not() {
    for unit in [1.0, 1e-9, 1e9] {
        let columns = transfer(unit);
        // Eight times the bytes of 120 requests.
        let event = [("requests", 120.0), ("bytes", 491_520.0 * unit), ("latency", 49.3)];
        let found = attribute(&fit(&TRANSFER, &columns), "latency", &event);
        let formula = KnownFormula::weighted_sum([("requests", 0.0), ("bytes", 1e-4 / unit)]).unwrap();
        let truth = attribute(&fit_with(&TRANSFER, &columns, "latency", formula), "latency", &event);
        assert!(truth.contribution("bytes").unwrap().value > 6.0);
        assert_covers(&found, &truth, &["requests", "bytes", "latency"]);

        let [group] = found.groups.as_slice() else { panic!("{found}") };
        assert_eq!(group.members(), ["requests", "bytes", "latency"]);
        assert!(!group.is_on_plane() && group.deviations_off_plane.unwrap() > 7.0);
        let Unseen::Together { relations } = &group.unseen else { panic!("{group:?}") };
        assert_eq!(relations.len(), 1);
        let right: f64 = truth.contributions.iter().map(|part| part.value).sum();
        assert!((group.value - right).abs() < group.model_error + 2.0 * group.std_error + 0.01, "{group:?} {right}");
        assert!(group.model_error < 0.2 && found.contribution("bytes").unwrap().model_error.unwrap() > 3.0);

        let text = found.to_string();
        assert!(text.contains("together: requests + bytes + latency") && text.contains("`with_mechanism`"), "{text}");
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Attribution>(&json).unwrap(), found);
    }
}

#[test]
fn where_the_event_stays_on_the_plane_the_split_does_not_matter() {
    let columns = transfer(1.0);
    // Bytes follow from requests, so that only the requests' noise is out of the ordinary, whichever of them has the effect.
    let event = [("requests", 520.0), ("bytes", 512.0 * 520.0), ("latency", 26.8)];
    let found = attribute(&fit(&TRANSFER, &columns), "latency", &event);
    assert!(found.groups.is_empty(), "{found}");
    assert!(found.contribution("requests").unwrap().value > 6.0);
}

#[test]
fn a_sum_and_its_parts_are_a_group_of_three() {
    let edges = [("a", "c"), ("b", "c"), ("a", "y"), ("b", "y"), ("c", "y"), ("d", "y")];
    let (a, b, d) = (normal(400, 3), normal(400, 4), normal(400, 5));
    let c = combine(&[(2.0, &a), (1.0, &b)]);
    let y = combine(&[(1.0, &c), (0.7, &d), (0.5, &normal(400, 6))]);
    let columns: Columns = vec![("a", a), ("b", b), ("c", c), ("d", d), ("y", y)];
    // c is 8 more than its parts say.
    let event = [("a", 0.3), ("b", -0.2), ("c", 8.4), ("d", 0.1), ("y", 8.5)];
    let found = attribute(&fit(&edges, &columns), "y", &event);
    let formula = KnownFormula::weighted_sum([("a", 0.0), ("b", 0.0), ("c", 1.0), ("d", 0.7)]).unwrap();
    let truth = attribute(&fit_with(&edges, &columns, "y", formula), "y", &event);
    assert_covers(&found, &truth, &["a", "b", "c", "y"]);
    let [group] = found.groups.as_slice() else { panic!("{found}") };
    assert_eq!(group.nodes, ["a", "b", "c"]);
}

/// Two parents with this correlation, as the one depends on the other, each with an effect of 1, and noise of 1.
fn correlated(r: f64, rows: usize) -> Columns {
    let (a, rest) = (normal(rows, 7), normal(rows, 8));
    let b = combine(&[(r, &a), ((1.0 - r * r).sqrt(), &rest)]);
    let y = combine(&[(1.0, &a), (1.0, &b), (1.0, &normal(rows, 9))]);
    vec![("a", a), ("b", b), ("y", y)]
}

#[test]
fn nearly_tied_parents_are_a_group_where_the_rows_do_not_tell_and_the_event_takes_them_apart() {
    let edges = [("a", "b"), ("a", "y"), ("b", "y")];
    let apart = [("a", 6.0), ("b", 0.0), ("y", 6.5)];
    for (r, rows, expected) in [(0.999, 300, 1), (0.9, 50, 0), (0.9, 1000, 0), (0.0, 50, 0)] {
        let model = fit(&edges, &correlated(r, rows));
        let found = attribute(&model, "y", &apart);
        assert_eq!(found.groups.len(), expected, "{r} {rows} {found}");
        let together = attribute(&model, "y", &[("a", 3.0), ("b", 3.0), ("y", 9.5)]);
        assert!(together.groups.is_empty(), "{together}");
    }
}

#[test]
fn a_parent_that_never_moved_may_be_all_of_it_or_nothing() {
    let edges = [("load", "latency"), ("errors", "latency")];
    let load = normal(300, 10);
    let latency = combine(&[(1.0, &load), (0.5, &normal(300, 11))]);
    let columns: Columns = vec![("load", load), ("errors", vec![0.0; 300]), ("latency", latency)];
    let found = attribute(&fit(&edges, &columns), "latency", &[("load", 0.2), ("errors", 17.0), ("latency", 9.0)]);
    let errors = found.contribution("errors").unwrap();
    assert!(errors.value == 0.0 && errors.model_error.unwrap() > 5.0, "{found}");
    let [group] = found.groups.as_slice() else { panic!("{found}") };
    assert_eq!((group.members(), &group.unseen), (vec!["errors", "latency"], &Unseen::Constant));
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Attribution>(&json).unwrap(), found);
}

#[test]
fn the_noise_of_a_regression_is_as_wide_as_it_is_in_new_rows() {
    // With 1000 rows and 3 parents: 1 + 4/1000 times the residuals.
    let columns: Columns = vec![("a", normal(1000, 12)), ("b", normal(1000, 13)), ("c", normal(1000, 14))];
    let y = combine(&[(1.0, &columns[0].1), (2.0, &columns[1].1), (-1.0, &columns[2].1), (1.0, &normal(1000, 15))]);
    let columns: Columns = columns.into_iter().chain([("y", y)]).collect();
    let model = fit(&[("a", "y"), ("b", "y"), ("c", "y")], &columns);
    let mechanism = model.mechanism("y").unwrap();
    let residual = |row: usize| {
        mechanism.estimate_noise(&[columns[0].1[row], columns[1].1[row], columns[2].1[row]], columns[3].1[row])
    };
    let in_sample = ((0..1000).map(|row| residual(row).powi(2)).sum::<f64>() / 1000.0).sqrt();
    let ratio = mechanism.noise().variance().sqrt() / in_sample;
    assert!((ratio - 1.004).abs() < 5e-4, "{ratio}");
}

#[test]
fn with_many_parents_for_the_rows_the_target_is_not_blamed_for_what_its_coefficients_miss() {
    let (parents, rows) = (100, 150);
    let names: Vec<String> = (0..parents).map(|parent| format!("x{parent}")).collect();
    let columns: Vec<Vec<f64>> = (0..parents).map(|parent| normal(rows, 100 + parent as u64)).collect();
    let weight = |parent: usize| if parent == 0 { 1.0 } else { 0.1 };
    let noise = normal(rows, 99);
    let y = |row: usize| (0..parents).map(|parent| weight(parent) * columns[parent][row]).sum::<f64>() + noise[row];
    let y: Vec<f64> = (0..rows).map(y).collect();
    let pairs = names.iter().map(String::as_str).zip(columns.iter().cloned()).chain([("y", y)]);
    let data = Dataset::from_columns(pairs).unwrap();
    let graph = CausalGraph::from_edges(names.iter().map(|name| (name.as_str(), "y"))).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap();
    let model = model.fit(&data).unwrap();
    // Of 50 degrees of freedom: new rows are missed by a variance of 3, the residuals have one third.
    let variance = model.mechanism("y").unwrap().noise().variance();
    assert!((2.0..4.5).contains(&variance), "{variance}");
    let event = names.iter().enumerate().map(|(parent, name)| (name.as_str(), if parent == 0 { 30.0 } else { 0.0 }));
    let event = Observation::from_pairs(event.chain([("y", 30.0)])).unwrap();
    let found = model.attribute_outlier("y", &event, &AttributionConfig::default().with_model_error(true)).unwrap();
    let (first, own) = (found.contribution("x0").unwrap(), found.contribution("y").unwrap());
    assert!(first.value > 2.0 && own.value < 0.5 * first.value, "{} {}", first.value, own.value);
    // The true noise is 0: the error of a prediction so far out covers what is left.
    assert!(own.value.abs() < own.model_error.unwrap() + 0.1, "{own:?}");
}

#[test]
fn an_interval_holds_the_splits_that_no_resample_shows() {
    let columns = transfer(1.0);
    let data = Dataset::from_columns(columns).unwrap();
    let graph = CausalGraph::from_edges(TRANSFER).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms_with(&data, &AssignmentConfig::linear()).unwrap();
    let event = Observation::from_pairs([("requests", 120.0), ("bytes", 491_520.0), ("latency", 49.3)]).unwrap();
    let bootstrap = BootstrapConfig::default().with_resamples(40);
    let intervals =
        model.bootstrap_attribution(&data, "latency", &event, &AttributionConfig::default(), &bootstrap).unwrap();
    // With the true formula: bytes 6.7, latency 0.2.
    let holds = |node: &str, value: f64| {
        let interval = intervals.contribution(node).unwrap();
        assert!(interval.lower <= value && value <= interval.upper, "{node} {interval:?}");
    };
    holds("bytes", 6.7);
    holds("latency", 0.2);
}
