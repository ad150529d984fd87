//! Samples and states: what they hold, saved and loaded.

use super::{accumulated, of_table, small};
use crate::retail_shop;
use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig, FitState, KeyedSample, RowKeys};
use etiology::{AdditiveNoiseModel, CausalGraph, Dataset, NoiseFamily, StructuralCausalModel};
use proptest::prelude::*;

fn line() -> StructuralCausalModel {
    StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")]).unwrap())
        .with_mechanism("db", NoiseFamily::Normal)
        .and_then(|model| model.with_mechanism("api", AdditiveNoiseModel::linear()))
        .unwrap()
}

fn rows(count: usize) -> Dataset {
    let db: Vec<f64> = (0..count).map(|row| if row % 9 == 4 { f64::NAN } else { (row as f64 * 0.7).sin() }).collect();
    let api = db.iter().enumerate().map(|(row, db)| 2.0 * db + (row as f64 * 1.9).cos()).collect();
    Dataset::from_columns([("db", db), ("api", api), ("unnamed", vec![1.0; count])]).unwrap()
}

#[test]
fn states_come_back_from_any_format_and_go_on() {
    let (model, data) = (line(), rows(3_000));
    let order: Vec<usize> = (0..3_000).collect();
    let whole = of_table(&model, &small(), &data).unwrap();
    let half = accumulated(&model, &small(), &data, &order[..1_400], 100).unwrap();
    let json = serde_json::to_string(half.state()).unwrap();
    let from_json: FitState = serde_json::from_str(&json).unwrap();
    let from_bytes: FitState = postcard::from_bytes(&half.to_bytes().unwrap()).unwrap();
    for state in [from_json, from_bytes] {
        assert_eq!(&state, half.state());
        let mut rest = accumulated(&model, &small(), &data, &order[1_400..], 999).unwrap();
        rest.merge_state(&state).unwrap();
        assert_eq!(rest.to_bytes().unwrap(), whole.to_bytes().unwrap());
    }
    let report = whole.fit().unwrap().fit_report().unwrap().clone();
    assert_eq!(report.ignored_columns, ["unnamed"]);
}

#[test]
fn accumulators_and_states_go_from_thread_to_thread() {
    fn travels<T: Send + Sync + std::fmt::Debug>(_: &T) {}
    let accumulator = FitAccumulator::new(&line(), small()).unwrap();
    travels(&accumulator);
    travels(accumulator.state());
}

#[test]
fn a_state_of_a_million_rows_is_no_larger_than_one_of_few() {
    let (model, data) = (line(), rows(3_000));
    let config = FitAccumulatorConfig::default().with_sample_rows(2);
    let mut accumulator = of_table(&model, &config, &data).unwrap();
    let few = accumulator.to_bytes().unwrap().len();
    let state = accumulator.state().clone();
    (0..10).for_each(|_| accumulator.merge_state(&state).unwrap());
    assert_eq!(accumulator.rows(), 33_000);
    let many = accumulator.to_bytes().unwrap().len();
    assert!(few < 700 && many < few + 30, "{few} and {many} bytes");
}

#[test]
fn a_sample_is_the_rows_with_the_smallest_hashes_whatever_their_order() {
    let all: Vec<u64> = (0..5_000).collect();
    let values: Vec<f64> = all.iter().map(|&key| key as f64).collect();
    let mut whole = KeyedSample::new(["x"], 50, 3).unwrap();
    whole.add_columns(RowKeys::Numbers(&all), &[&values]).unwrap();
    // A larger sample of the same seed holds the smaller one, first.
    let mut larger = KeyedSample::new(["x"], 200, 3).unwrap();
    larger.add_columns(RowKeys::Numbers(&all), &[&values]).unwrap();
    let column = |sample: &KeyedSample| sample.to_dataset().unwrap().column("x").unwrap().to_vec();
    assert_eq!(column(&whole)[..], column(&larger)[..50]);
    let mut other_seed = KeyedSample::new(["x"], 50, 4).unwrap();
    other_seed.add_columns(RowKeys::Numbers(&all), &[&values]).unwrap();
    assert_ne!(column(&whole), column(&other_seed));
    // Byte keys are hashed as what they are.
    let bytes: Vec<[u8; 8]> = all.iter().map(|key| key.to_le_bytes()).collect();
    let bytes: Vec<&[u8]> = bytes.iter().map(|key| &key[..]).collect();
    let mut by_bytes = KeyedSample::new(["x"], 50, 3).unwrap();
    by_bytes.add_columns(RowKeys::Bytes(&bytes), &[&values]).unwrap();
    assert_eq!(by_bytes, whole);
}

#[test]
fn rows_of_one_key_are_told_apart_by_what_they_hold() {
    let build = |order: &[f64]| {
        let mut sample = KeyedSample::new(["x"], 2, 0).unwrap();
        for x in order {
            sample.add_columns(RowKeys::Numbers(&[7]), &[&[*x]]).unwrap();
        }
        sample
    };
    let first = build(&[3.0, f64::NAN, 1.0, 2.0, 0.0, -0.0]);
    assert_eq!(first, build(&[-0.0, 1.0, 0.0, f64::NAN, 2.0, 3.0]));
    assert_eq!(first.to_dataset().unwrap().column("x").unwrap().to_vec(), [-0.0, 0.0]);
    let error = first.distance("x", 0.9).unwrap_err().to_string();
    assert!(error.contains("keys of sampled rows") && error.contains("1 rows"), "{error}");
}

#[test]
fn damaged_samples_are_refused() {
    let mut sample = KeyedSample::new(["x", "y"], 3, 0).unwrap();
    sample.add_columns(RowKeys::Numbers(&[1, 2]), &[&[1.0, f64::NAN], &[0.5, -0.0]]).unwrap();
    let json = serde_json::to_value(&sample).unwrap();
    assert_eq!(serde_json::from_value::<KeyedSample>(json.clone()).unwrap(), sample);
    let damage = |key: &str, value: serde_json::Value| {
        let mut damaged = json.clone();
        damaged[key] = value;
        serde_json::from_value::<KeyedSample>(damaged).unwrap_err().to_string()
    };
    assert!(damage("rows_seen", 9.into()).contains("2 hashes"));
    assert!(damage("rows_seen", 1.into()).contains("2 hashes"));
    assert!(damage("size", 0.into()).contains("at least 2"));
    assert!(damage("names", serde_json::json!(["x", "x"])).contains("`x`"));
    assert!(damage("values", serde_json::json!([1.0, 2.0])).contains("2 values"));
    assert!(damage("hashes", serde_json::json!([9, 8])).contains("before one that is smaller"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_and_any_order_of_merges_gives_the_same_bytes(
        cells in prop::collection::vec((prop_oneof![4 => -1e6_f64..1e6, 1 => Just(f64::NAN), 1 => Just(1e12)], 0_u64..60), 4..60),
        ends in prop::collection::vec(0_usize..60, 3),
    ) {
        let model = line();
        let config = FitAccumulatorConfig::default().with_sample_rows(5);
        let add = |part: &mut FitAccumulator, cells: &[(f64, u64)]| {
            let keys: Vec<u64> = cells.iter().map(|cell| cell.1).collect();
            let db: Vec<f64> = cells.iter().map(|cell| cell.0).collect();
            let api: Vec<f64> = cells.iter().map(|cell| 0.1 * cell.0 + cell.1 as f64).collect();
            part.add_columns(RowKeys::Numbers(&keys), &["api", "db"], &[&api, &db]).unwrap();
        };
        let mut whole = FitAccumulator::new(&model, config.clone()).unwrap();
        add(&mut whole, &cells);
        let mut ends: Vec<usize> = ends.into_iter().map(|end| end.min(cells.len())).chain([0, cells.len()]).collect();
        ends.sort_unstable();
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for pair in ends.windows(2) {
            let mut part = FitAccumulator::new(&model, config.clone()).unwrap();
            add(&mut part, &cells[pair[0]..pair[1]]);
            parts.push(part.to_bytes().unwrap());
        }
        let mut merged = FitAccumulator::new(&model, config.clone()).unwrap();
        for part in parts.iter().rev() {
            merged.merge_bytes(part).unwrap();
        }
        prop_assert_eq!(merged.to_bytes().unwrap(), whole.to_bytes().unwrap());
        prop_assert_eq!(merged.state(), whole.state());
    }
}

#[test]
fn the_shop_keeps_its_rows_by_their_own_keys() {
    let data = retail_shop::normal_requests(900, 2).unwrap();
    let mut sample = KeyedSample::new(data.names().to_vec(), 400, 11).unwrap();
    let names: Vec<String> = (0..900).map(|row| format!("request {row}")).collect();
    let keys: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    let columns: Vec<Vec<f64>> = data.names().iter().map(|name| data.column(name).unwrap().to_vec()).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    sample.add_columns(RowKeys::Bytes(&keys), &columns).unwrap();
    let table = sample.to_dataset().unwrap();
    assert_eq!((table.rows(), table.names()), (400, data.names()));
    // Rows stay whole.
    for row in table.observations().take(20) {
        let place = columns[0].iter().position(|&value| Some(value) == row.get(&data.names()[0])).unwrap();
        assert_eq!(row, data.row(place).unwrap());
    }
}
