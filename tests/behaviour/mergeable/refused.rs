//! What is refused, in which words, and that it leaves nothing behind.

use super::{of_table, small};
use crate::retail_shop;
use etiology::mechanism::{LinearRegression, LocationScaleModel, PostNonlinearModel};
use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig, FitState, KeyedSample, RowKeys};
use etiology::{AdditiveNoiseModel, CausalGraph, Dataset, NoiseFamily, StructuralCausalModel};

fn line(api: impl Into<etiology::mechanism::CausalMechanism>) -> StructuralCausalModel {
    StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")]).unwrap())
        .with_mechanism("db", NoiseFamily::Normal)
        .and_then(|model| model.with_mechanism("api", api))
        .unwrap()
}

#[track_caller]
fn assert_says<T: std::fmt::Debug>(result: etiology::Result<T>, words: &[&str]) {
    let error = result.unwrap_err().to_string();
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
}

#[test]
fn a_mechanism_that_needs_rows_is_named_with_what_helps() {
    let words = ["`api`", "known, a distribution, or a linear regression", "fit_rest_on_sample", "to_dataset"];
    let refused = |api: etiology::mechanism::CausalMechanism, kind| {
        let model = line(api);
        assert_says(FitAccumulator::new(&model, small()), &[&words[..], &[kind]].concat());
        assert!(FitAccumulator::new(&model, small().fitting_rest_on_sample()).is_ok());
    };
    refused(LocationScaleModel::linear().into(), "a regression with noise of varying size");
    refused(AdditiveNoiseModel::polynomial().into(), "a regression with additive noise");
    let without = StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    assert_says(FitAccumulator::new(&without, small()), &["has no mechanism"]);
}

#[test]
fn a_batch_at_fault_adds_nothing() {
    let model = line(PostNonlinearModel::log(LinearRegression::ordinary()));
    let mut accumulator = FitAccumulator::new(&model, small()).unwrap();
    let keys = RowKeys::Numbers(&[1, 2]);
    let good: &[f64] = &[1.0, 2.0];
    accumulator.add_columns(keys, &["db", "api"], &[good, good]).unwrap();
    let before = accumulator.to_bytes().unwrap();
    let mut refuse = |keys, names: &[&str], columns: &[&[f64]], words: &[&str]| {
        assert_says(accumulator.add_columns(keys, names, columns), words);
        assert_eq!(accumulator.to_bytes().unwrap(), before);
    };
    refuse(keys, &["db"], &[good], &["`api` is needed"]);
    refuse(keys, &["db", "api"], &[good], &["list of columns"]);
    refuse(keys, &["db", "api", "db"], &[good; 3], &["`db` appears more than once"]);
    refuse(keys, &["db", "api"], &[good, &[1.0]], &["column `api`"]);
    refuse(RowKeys::Numbers(&[1]), &["db", "api"], &[good, good], &["row keys"]);
    refuse(RowKeys::Bytes(&[]), &["db", "api"], &[good, good], &["row keys"]);
    refuse(
        keys,
        &["db", "api"],
        &[&[1.0, f64::INFINITY], good],
        &["column `db`", "infinite", "row 1, counted in its batch"],
    );
    refuse(
        keys,
        &["db", "api"],
        &[good, &[1.0, 0.0]],
        &["node `api` in row 1 of the batch", "above 0 for the log link"],
    );
    // Where a parent is missing the row does not count, whatever the node has.
    accumulator.add_columns(keys, &["db", "api"], &[&[f64::NAN, 1.0], &[-1.0, 1.0]]).unwrap();
    assert_eq!(accumulator.rows(), 4);
}

#[test]
fn states_of_other_models_configurations_and_versions_are_refused() {
    let data = Dataset::from_columns([("db", vec![1.0, 2.0, 4.0]), ("api", vec![1.0, 3.0, 4.0])]).unwrap();
    let model = line(AdditiveNoiseModel::linear());
    let mut accumulator = of_table(&model, &small(), &data).unwrap();
    let before = accumulator.to_bytes().unwrap();
    let mut refuse = |other: &FitAccumulator, words: &[&str]| {
        assert_says(accumulator.merge(other), words);
        assert_says(accumulator.merge_bytes(&other.to_bytes().unwrap()), words);
        assert_eq!(accumulator.to_bytes().unwrap(), before);
    };
    let linked = line(PostNonlinearModel::log(LinearRegression::ordinary()));
    refuse(&of_table(&linked, &small(), &data).unwrap(), &["same model", "`api`", "(identity, log)"]);
    let turned = StructuralCausalModel::new(CausalGraph::from_edges([("api", "db")]).unwrap())
        .with_mechanism("api", NoiseFamily::Normal)
        .and_then(|model| model.with_mechanism("db", AdditiveNoiseModel::linear()))
        .unwrap();
    refuse(&of_table(&turned, &small(), &data).unwrap(), &["same model"]);
    refuse(&of_table(&model, &small().with_seed(1), &data).unwrap(), &["seed"]);
    refuse(&of_table(&model, &small().with_sample_rows(7), &data).unwrap(), &["size"]);
    let mut value = serde_json::to_value(accumulator.state()).unwrap();
    value["version"] = 2.into();
    let newer: FitState = serde_json::from_value(value.clone()).unwrap();
    assert_says(accumulator.merge_state(&newer), &["version 2 instead of 1"]);
    value["version"] = 1.into();
    value["families"][1]["rows"] = 7.into();
    let damaged: FitState = serde_json::from_value(value).unwrap();
    assert_says(accumulator.merge_state(&damaged), &["damaged"]);
    for bytes in [&before[..before.len() - 1], &[before.clone(), vec![0]].concat(), b"no state"] {
        assert_says(accumulator.merge_bytes(bytes), &["a saved state"]);
    }
}

#[test]
fn too_few_rows_are_told_by_node_and_reason() {
    let model = line(AdditiveNoiseModel::linear());
    let empty = FitAccumulator::new(&model, small()).unwrap();
    assert_says(empty.fit(), &["at least one row"]);
    // Enough rows, but the parent is there in none of them, or in three of which the sample has none.
    let count = 2_000;
    for present in [0, 3] {
        let db = (0..count).map(|row| if row < present { row as f64 } else { f64::NAN }).collect::<Vec<f64>>();
        let api = (0..count).map(|row| (row as f64).sin()).collect::<Vec<f64>>();
        let data = Dataset::from_columns([("db", db), ("api", api)]).unwrap();
        let accumulator = of_table(&model, &FitAccumulatorConfig::default().with_sample_rows(20), &data).unwrap();
        let words: &[&str] =
            if present == 0 { &["node `db`", "without 2000 rows"] } else { &["node `api`", "a larger sample"] };
        assert_says(accumulator.fit(), words);
    }
}

#[test]
fn samples_of_nothing_are_refused() {
    assert_says(KeyedSample::new(["x"], 1, 0), &["at least 2"]);
    assert_says(KeyedSample::new(Vec::<String>::new(), 10, 0), &["empty"]);
    assert_says(KeyedSample::new(["x", "x"], 10, 0), &["`x`"]);
    let mut sample = KeyedSample::new(["x"], 10, 0).unwrap();
    assert_says(sample.to_dataset(), &["at least one row"]);
    assert_says(sample.distance("x", 0.9), &["empty"]);
    assert_says(sample.distance("y", 0.9), &["`y`"]);
    assert_says(sample.add_columns(RowKeys::Numbers(&[1]), &[&[f64::INFINITY]]), &["infinite"]);
    assert_says(sample.add_columns(RowKeys::Numbers(&[1]), &[]), &["list of columns"]);
    assert_says(sample.merge(&KeyedSample::new(["y"], 10, 0).unwrap()), &["same columns"]);
    assert_eq!(sample.rows_seen(), 0);
}
