//! What is fitted, against the library's own fit of the same table.

use std::collections::BTreeMap;

use super::{accumulated, of_table, small};
use crate::retail_shop;
use etiology::mechanism::{
    AssignmentConfig, LinearRegression, Link, ParentFunction, PolynomialRegression, PostNonlinearModel,
};
use etiology::mergeable::FitAccumulatorConfig;
use etiology::noise::Location;
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, FittedModel, KnownFormula, NoiseDistribution,
    NoiseFamily, StructuralCausalModel,
};

/// The shop with a linear mechanism for every node that has parents.
fn linear_shop(noise: NoiseFamily) -> StructuralCausalModel {
    let graph = retail_shop::causal_graph().unwrap();
    let nodes: Vec<String> = graph.nodes().map(str::to_owned).collect();
    nodes.iter().fold(StructuralCausalModel::new(graph.clone()), |model, node| {
        if graph.parents(node).unwrap().is_empty() {
            model.with_mechanism(node, noise).unwrap()
        } else {
            model.with_mechanism(node, AdditiveNoiseModel::linear().with_noise(noise)).unwrap()
        }
    })
}

/// The largest difference of coefficients and of the values at typical rows, relative to what the node varies by.
fn difference(found: &FittedModel, truth: &FittedModel, data: &Dataset) -> f64 {
    let mut largest: f64 = 0.0;
    for node in found.graph().nodes() {
        let parents = found.mechanism_parents(node).unwrap();
        let (Some(a), Some(b)) =
            (found.mechanism(node).unwrap().parent_function(), truth.mechanism(node).unwrap().parent_function())
        else {
            continue;
        };
        for row in 0..20 {
            let row = data.row(row * data.rows() / 20).unwrap();
            let values: Vec<f64> = parents.iter().map(|parent| row.get(parent).unwrap()).collect();
            largest = largest.max((a.value(&values) - b.value(&values)).abs());
        }
        let coefficients = |model: &FittedModel| model.mechanism(node).unwrap().coefficients().unwrap_or(&[]).to_vec();
        for (a, b) in coefficients(found).iter().zip(coefficients(truth)) {
            largest = largest.max((a - b).abs());
        }
    }
    largest
}

#[test]
fn the_shop_has_the_coefficients_of_the_fit_in_memory() {
    let data = retail_shop::normal_requests(5_000, 3).unwrap();
    for noise in [NoiseFamily::Empirical, NoiseFamily::Normal] {
        let model = linear_shop(noise);
        let truth = model.fit(&data).unwrap();
        let found = of_table(&model, &small(), &data).unwrap().fit().unwrap();
        let largest = difference(&found, &truth, &data);
        assert!(largest < 1e-11, "{largest}");
        assert_eq!(found.training_rows(), Some(5_000));
        assert_eq!(found.default_floor(), 1.0 / 1_000.0, "as much as the sample supports");
        for (entry, true_entry) in found.fit_report().unwrap().nodes.iter().zip(&truth.fit_report().unwrap().nodes) {
            assert_eq!((entry.rows_used, entry.constant), (true_entry.rows_used, true_entry.constant));
        }
        for node in data.names() {
            let (noise, true_noise) = (found.mechanism(node).unwrap().noise(), truth.mechanism(node).unwrap().noise());
            assert_eq!(noise.family_name(), true_noise.family_name());
            let ratio = noise.variance() / true_noise.variance();
            // Where noise grows with a parent, leaving rows out one by one widens it by a few leverages more than on average.
            let tolerance = if noise.family_name() == "normal" { 4e-3 } else { 0.3 };
            assert!((ratio - 1.0).abs() < tolerance, "{node}: {ratio}");
        }
        // The model is one of which everything can be asked, and that can be saved.
        let loaded = FittedModel::from_bytes(&found.to_bytes().unwrap()).unwrap();
        let slow = retail_shop::slow_requests(1, 9).unwrap().row(0).unwrap();
        let attribution = loaded.attribute_outlier(retail_shop::TARGET, &slow, &AttributionConfig::default()).unwrap();
        assert_eq!(attribution.ranked()[0].node, retail_shop::CULPRIT.0);
        assert_eq!(loaded.default_floor(), found.default_floor());
    }
}

#[test]
fn no_split_and_no_order_changes_a_bit_of_the_model() {
    let data = retail_shop::normal_requests(3_000, 5).unwrap();
    let model = linear_shop(NoiseFamily::Empirical);
    let whole = of_table(&model, &small(), &data).unwrap();
    let (bytes, fitted) = (whole.to_bytes().unwrap(), whole.fit().unwrap().to_bytes().unwrap());
    for (parts, batch, step) in [(1, 1, 1), (2, 3_000, 7), (7, 100, 1_999)] {
        // A permutation of the rows, as the step has no factor of 3 000.
        let order: Vec<usize> = (0..3_000).map(|row| row * step % 3_000).collect();
        let mut merged: Option<etiology::mergeable::FitAccumulator> = None;
        for rows in order.chunks(3_000_usize.div_ceil(parts)) {
            let mut part = accumulated(&model, &small(), &data, rows, batch).unwrap();
            if let Some(before) = merged {
                part.merge(&before).unwrap();
            }
            merged = Some(part);
        }
        let merged = merged.unwrap();
        assert_eq!(merged.state(), whole.state());
        assert_eq!(merged.to_bytes().unwrap(), bytes, "{parts} parts");
        assert_eq!(merged.fit().unwrap().to_bytes().unwrap(), fitted, "{parts} parts");
    }
}

#[test]
fn a_table_that_the_sample_holds_has_the_librarys_own_fit() {
    let data = retail_shop::normal_requests(400, 3).unwrap();
    let model = StructuralCausalModel::new(retail_shop::causal_graph().unwrap()).assign_mechanisms(&data).unwrap();
    let truth = model.fit(&data).unwrap();
    let config = small().fitting_rest_on_sample();
    let accumulator = of_table(&model, &config, &data).unwrap();
    assert!(accumulator.sample().is_whole());
    let found = accumulator.fit().unwrap();
    assert!(difference(&found, &truth, &data) < 1e-9);
    assert_eq!(found.default_floor(), truth.default_floor());
    for node in data.names() {
        assert_eq!(found.reference(node).unwrap(), truth.reference(node).unwrap());
    }
}

/// A node for every kind of linear mechanism.
fn kinds() -> (StructuralCausalModel, Dataset) {
    let rows = 4_000;
    let wave = |frequency: f64| (0..rows).map(move |row| (f64::from(row) * frequency).sin()).collect::<Vec<f64>>();
    let combine = |a: &[f64], b: &[f64], f: fn(f64, f64) -> f64| -> Vec<f64> {
        a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect()
    };
    let load: Vec<f64> = wave(1.7).iter().map(|x| 2.0 + x).collect();
    let other: Vec<f64> = wave(0.73).iter().map(|x| 1e9 + x).collect();
    let columns: BTreeMap<&str, Vec<f64>> = [
        ("power", combine(&load, &wave(3.3), |x, n| x.powf(1.5) * (0.1 * n).exp())),
        ("growth", combine(&load, &wave(2.9), |x, n| (0.3 * x + 0.1 * n).exp())),
        ("share", combine(&load, &wave(5.1), |x, n| 1.0 / (1.0 + (1.0 - x - 0.2 * n).exp()))),
        ("shrunken", combine(&load, &wave(4.7), |x, n| x + 0.1 * n)),
        ("sum", combine(&load, &other, |x, y| x + y)),
        ("normal", wave(0.31)),
        ("waiting", wave(0.11).iter().map(|x| 3.0 + x).collect()),
        ("flat", vec![0.25; rows as usize]),
        ("load", load),
        ("other", other),
    ]
    .into();
    let data = Dataset::from_columns(columns).unwrap();
    let edges = [
        ("load", "power"),
        ("load", "growth"),
        ("load", "share"),
        ("load", "shrunken"),
        ("load", "sum"),
        ("other", "sum"),
        ("flat", "shrunken"),
    ];
    let nodes = ["load", "other", "power", "growth", "share", "shrunken", "sum", "normal", "waiting", "flat"];
    let graph = CausalGraph::from_nodes_and_edges(nodes, edges).unwrap();
    let ordinary = LinearRegression::ordinary;
    let waiting = NoiseFamily::Exponential { location: Location::SmallestValue };
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("load", NoiseFamily::Uniform)
        .and_then(|model| model.with_mechanism("other", NoiseFamily::MostLikely))
        .and_then(|model| model.with_mechanism("normal", NoiseFamily::Normal))
        .and_then(|model| model.with_mechanism("waiting", waiting))
        .and_then(|model| model.with_mechanism("flat", NoiseFamily::Normal))
        .and_then(|model| model.with_mechanism("power", PostNonlinearModel::log(ordinary()).with_log_parents()))
        .and_then(|model| {
            model.with_mechanism("growth", PostNonlinearModel::log1p(ordinary()).with_noise(NoiseFamily::Normal))
        })
        .and_then(|model| model.with_mechanism("share", PostNonlinearModel::new(Link::Logit, ordinary())))
        .and_then(|model| model.with_mechanism("shrunken", AdditiveNoiseModel::new(LinearRegression::ridge(0.1)?)))
        .and_then(|model| {
            let sum = AdditiveNoiseModel::known(KnownFormula::sum(["other", "load"]));
            model.with_mechanism("sum", sum.with_noise(NoiseFamily::Empirical))
        })
        .unwrap();
    (model, data)
}

#[test]
fn links_penalties_formulas_and_families_are_fitted_as_in_memory() {
    let (model, data) = kinds();
    let truth = model.fit(&data).unwrap();
    let found = of_table(&model, &small(), &data).unwrap().fit().unwrap();
    for node in ["power", "growth", "share", "shrunken"] {
        let parents = found.mechanism_parents(node).unwrap().len();
        for x in [1.1, 2.0, 2.9] {
            let values = vec![x; parents];
            let value = |model: &FittedModel| model.mechanism(node).unwrap().evaluate(&values, 0.0);
            assert!((value(&found) / value(&truth) - 1.0).abs() < 1e-11, "{node} at {x}");
        }
        // Outside the domain, where logarithms go on by an edge of their own.
        let below = |model: &FittedModel| model.mechanism(node).unwrap().evaluate(&vec![-1.0; parents], 0.0);
        assert!((below(&found) - below(&truth)).abs() < 1e-9 * below(&truth).abs().max(1e-9), "{node}");
    }
    let noise = |model: &FittedModel, node: &str| model.mechanism(node).unwrap().noise().clone();
    for node in ["load", "normal", "waiting", "growth"] {
        let (found, truth) = (noise(&found, node), noise(&truth, node));
        assert_eq!(found.family_name(), truth.family_name());
        let tolerance = if node == "growth" { 1e-6 } else { 1e-12 };
        for p in [0.05, 0.5, 0.95] {
            let off = (found.quantile(p).unwrap() - truth.quantile(p).unwrap()).abs();
            assert!(off < tolerance, "{node} at {p}: {off}");
        }
    }
    assert_eq!(noise(&found, "flat"), NoiseDistribution::constant(0.25).unwrap());
    let report = found.fit_report().unwrap();
    assert_eq!(report.node("flat").unwrap().constant, Some(0.25));
    assert_eq!(report.node("shrunken").unwrap().constant_parents, ["flat"]);
    assert_eq!(found.mechanism("shrunken").unwrap().coefficients().unwrap()[1], 0.0);
}

#[test]
fn gaps_cost_a_node_the_rows_that_they_cost_in_memory() {
    let data = retail_shop::normal_requests(3_000, 3).unwrap();
    let columns = data.names().iter().enumerate().map(|(place, name)| {
        let values = data.column(name).unwrap().to_vec().into_iter().enumerate();
        let gaps = values.map(|(row, value)| if row % (10 + place) == place { f64::NAN } else { value });
        (name.as_str(), gaps.collect::<Vec<f64>>())
    });
    let data = Dataset::from_columns(columns).unwrap();
    let model = linear_shop(NoiseFamily::Normal);
    let truth = model.fit(&data).unwrap();
    let found = of_table(&model, &small(), &data).unwrap().fit().unwrap();
    for node in data.names() {
        let entry = |model: &FittedModel| {
            let entry = model.fit_report().unwrap().node(node).unwrap().clone();
            (entry.rows_used, entry.rows_incomplete)
        };
        assert_eq!(entry(&found), entry(&truth), "{node}");
        let coefficients = |model: &FittedModel| model.mechanism(node).unwrap().coefficients().unwrap_or(&[]).to_vec();
        let mut pairs = coefficients(&found).into_iter().zip(coefficients(&truth));
        assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-11), "{node}");
    }
}

#[test]
fn what_is_chosen_on_the_sample_is_fitted_to_all_rows() {
    let data = retail_shop::normal_requests(4_000, 8).unwrap();
    let first = of_table(&linear_shop(NoiseFamily::Empirical), &small(), &data).unwrap();
    let sample = first.sample().to_dataset().unwrap();
    let graph = retail_shop::causal_graph().unwrap();
    let chosen =
        StructuralCausalModel::new(graph).assign_mechanisms_with(&sample, &AssignmentConfig::linear()).unwrap();
    let found = of_table(&chosen, &small(), &data).unwrap().fit().unwrap();
    assert!(difference(&found, &chosen.fit(&data).unwrap(), &data) < 1e-11);
    assert!(found.assignment_report().is_some());
}

#[test]
fn a_node_that_needs_rows_is_fitted_to_the_sample_where_that_is_asked_for() {
    let (model, data) = kinds();
    let curve = AdditiveNoiseModel::new(PolynomialRegression::new(2).unwrap());
    let model = model.with_mechanism("shrunken", curve).unwrap();
    let accumulator = of_table(&model, &small().fitting_rest_on_sample(), &data).unwrap();
    let found = accumulator.fit().unwrap();
    let sample = accumulator.sample().to_dataset().unwrap();
    let on_sample = model.fit(&sample).unwrap();
    let at = |model: &FittedModel, node: &str, values: &[f64]| model.mechanism(node).unwrap().evaluate(values, 0.0);
    assert_eq!(at(&found, "shrunken", &[2.5, 0.25]), at(&on_sample, "shrunken", &[2.5, 0.25]));
    assert_ne!(at(&found, "share", &[2.5]), at(&on_sample, "share", &[2.5]), "of all rows");
    assert_eq!(found.fit_report().unwrap().node("shrunken").unwrap().rows_used, 500);
    assert!(FittedModel::from_json(&found.to_json().unwrap()).is_ok());
}

#[test]
fn a_known_node_needs_no_column_and_a_far_parent_keeps_its_digits() {
    let rows = 3_000;
    let time: Vec<f64> = (0..rows).map(|row| 1.7e15 + f64::from(row * 37 % 1_000)).collect();
    let value: Vec<f64> =
        time.iter().enumerate().map(|(row, t)| 2.0 * (t - 1.7e15) + (row as f64 * 1.3).sin()).collect();
    let data = Dataset::from_columns([("time", time), ("value", value)]).unwrap();
    let graph = CausalGraph::from_nodes_and_edges(["time", "value", "known"], [("time", "value")]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("time", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("value", AdditiveNoiseModel::linear()))
        .and_then(|model| model.with_mechanism("known", NoiseDistribution::normal(0.0, 1.0)?))
        .unwrap();
    let found = of_table(&model, &FitAccumulatorConfig::default().with_sample_rows(100), &data).unwrap().fit().unwrap();
    let truth = model.fit(&data).unwrap();
    let function = |model: &FittedModel| match model.mechanism("value").unwrap().parent_function() {
        Some(ParentFunction::Centred(centred)) => centred.clone(),
        other => panic!("{other:?}"),
    };
    let (found_function, true_function) = (function(&found), function(&truth));
    assert!((found_function.coefficients()[0] - true_function.coefficients()[0]).abs() < 1e-12);
    let at = 1.7e15 + 500.0;
    let values = [&found, &truth].map(|model| model.mechanism("value").unwrap().evaluate(&[at], 0.0));
    assert!((values[0] - values[1]).abs() < 1e-8, "{values:?}");
    assert_eq!(found.mechanism("known").unwrap().noise().family_name(), "normal");
    // Nor where the sample is the table.
    let few = data.head(50).unwrap();
    let (found, truth) = (of_table(&model, &small(), &few).unwrap().fit().unwrap(), model.fit(&few).unwrap());
    assert_eq!(found.reference("known").unwrap(), truth.reference("known").unwrap());
    assert_eq!(found.training_rows(), Some(50));
}
