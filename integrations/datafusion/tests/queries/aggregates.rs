//! Functions of many rows: the same bits however they are split.

use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use datafusion::datasource::MemTable;
use etiology::mergeable::{FitAccumulator, FitAccumulatorConfig, KeyedSample, RowKeys};
use etiology::{FittedModel, NoiseFamily};
use etiology_datafusion::{FitPlan, Functions};

use crate::retail_shop;
use crate::{assert_refused, context, listed, requests, rows_of};

fn plan(sample_rows: usize) -> FitPlan {
    let graph = retail_shop::causal_graph().unwrap();
    let edges: Vec<(String, String)> =
        graph.edges().map(|(cause, effect)| (cause.to_owned(), effect.to_owned())).collect();
    FitPlan::new(edges).with_config(FitAccumulatorConfig::default().with_sample_rows(sample_rows))
}

#[tokio::test]
async fn a_fit_has_the_same_bits_for_any_partitions() {
    let (batch, data) = requests(700);
    let keys: Vec<u64> = (0..700).collect();
    let columns: Vec<Vec<f64>> = data.values().columns().into_iter().map(|column| column.to_vec()).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let names: Vec<&str> = data.names().iter().map(String::as_str).collect();
    for (plan, from_sample) in
        [(plan(1_000), false), (plan(100), true), (plan(100).with_noise(NoiseFamily::Normal), true)]
    {
        let mut expected = FitAccumulator::new(&plan.model().unwrap(), plan.config.clone()).unwrap();
        expected.add_columns(RowKeys::Numbers(&keys), &names, &columns).unwrap();
        assert_eq!(!expected.sample().is_whole(), from_sample);
        let expected = expected.fit().unwrap().fingerprint().unwrap();
        let query = format!("SELECT fit_model('{}', id{}) FROM requests", plan.to_literal().unwrap(), listed(&data));
        for partitions in [1, 2, 7] {
            let context = context(partitions, &Functions::new());
            let parts = (0..7).map(|part| vec![batch.slice(part * 100, 100)]).collect();
            context.register_table("requests", Arc::new(MemTable::try_new(batch.schema(), parts).unwrap())).unwrap();
            let found = rows_of(&context, &query).await.unwrap();
            let model = FittedModel::from_bytes(found.column(0).as_binary::<i32>().value(0)).unwrap();
            assert_eq!(model.fingerprint().unwrap(), expected);
        }
    }
}

#[tokio::test]
async fn a_sample_has_the_same_rows_for_any_partitions() {
    let (batch, data) = requests(700);
    let keys: Vec<u64> = (0..700).collect();
    let columns: Vec<Vec<f64>> = data.values().columns().into_iter().map(|column| column.to_vec()).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let mut expected = KeyedSample::new(data.names().iter().cloned(), 50, 0).unwrap();
    expected.add_columns(RowKeys::Numbers(&keys), &columns).unwrap();
    let expected = expected.to_dataset().unwrap();
    let query = format!("SELECT unnest(sample_rows(50, id{})) AS row FROM requests", listed(&data));
    for partitions in [1, 2, 7] {
        let context = context(partitions, &Functions::new());
        let parts = (0..7).map(|part| vec![batch.slice(part * 100, 100)]).collect();
        context.register_table("requests", Arc::new(MemTable::try_new(batch.schema(), parts).unwrap())).unwrap();
        let found = rows_of(&context, &query).await.unwrap();
        let rows = found.column(0).as_struct();
        assert_eq!(rows.len(), 50);
        for (position, name) in expected.names().iter().enumerate() {
            let column = rows.column_by_name(name).unwrap().as_primitive::<Float64Type>();
            let bits = |value: f64| Some(value).filter(|value| !value.is_nan()).map(f64::to_bits);
            let found: Vec<Option<u64>> =
                (0..50).map(|row| column.is_valid(row).then(|| column.value(row).to_bits())).collect();
            assert_eq!(found, expected.values().column(position).iter().map(|&value| bits(value)).collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn what_cannot_be_collected_says_why() {
    let (batch, data) = requests(20);
    let context = context(2, &Functions::new());
    context.register_batch("requests", batch).unwrap();
    let (plan, columns) = (plan(100).to_literal().unwrap(), listed(&data));
    let cases = [
        (format!("fit_model('{{\"edges\": 1}}', id{columns})"), "cannot be read"),
        (format!("fit_model('{plan}', id)"), "columns"),
        (format!("fit_model('{plan}', id, \"API\")"), "column"),
        (format!("fit_model('{plan}', NULL{columns})"), "key"),
        (format!("fit_model(arrow_cast(id, 'Utf8'), id{columns})"), "literal"),
        (format!("fit_model(DISTINCT '{plan}', id{columns})"), "DISTINCT"),
        (format!("sample_rows('many', id{columns})"), "number of rows"),
        (format!("sample_rows(-1, id{columns})"), "number of rows"),
        (format!("sample_rows(1, id{columns})"), "at least 2"),
        ("sample_rows(10, id, arrow_cast(id, 'Utf8'))".to_owned(), "columns of numbers"),
    ];
    for (call, expected) in cases {
        assert_refused(&context, &call, expected).await;
    }
    // No rows, no model.
    let none = rows_of(&context, &format!("SELECT fit_model('{plan}', id{columns}) FROM requests WHERE id < 0")).await;
    assert!(none.unwrap().column(0).is_null(0));
}
