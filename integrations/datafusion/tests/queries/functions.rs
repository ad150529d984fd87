//! Functions of a row: the bits of the library, whatever the file and however the rows are split.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow::datatypes::Float64Type;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{CsvReadOptions, JsonReadOptions, ParquetReadOptions};
use etiology::attribution::AttributedColumns;
use etiology::data::{EventColumn, EventColumns};
use etiology::mechanism::AssignmentConfig;
use etiology::{AttributionConfig, Dataset, FeatureMap, FittedModel, Quantity, StructuralCausalModel};
use etiology_datafusion::{Functions, Question};

use crate::retail_shop::{self, CULPRIT, TARGET};
use crate::{Folder, assert_refused, context, listed, requests, rows_of, shop};

fn by_the_library(model: &FittedModel, data: &Dataset, config: AttributionConfig) -> AttributedColumns {
    let columns: Vec<Vec<f64>> = data.values().columns().into_iter().map(|column| column.to_vec()).collect();
    let columns = data.names().iter().zip(&columns).map(|(name, column)| (name.as_str(), EventColumn::Numbers(column)));
    model.attributor(TARGET, config).unwrap().attribute_columns(&EventColumns::new(columns).unwrap()).unwrap()
}

fn figures<'a>(causes: &'a StructArray, name: &str) -> &'a Float64Array {
    causes.column_by_name(name).unwrap().as_primitive::<Float64Type>()
}

/// That a column of `attribute()` has the bits of the library, row by row.
fn assert_same(causes: &StructArray, expected: &AttributedColumns) {
    assert_eq!(causes.len(), expected.rows());
    let errors = causes.column_by_name("error").unwrap().as_string::<i32>();
    let lists = causes.column_by_name("causes").unwrap().as_list::<i32>();
    for row in 0..expected.rows() {
        let failure = expected.failures().iter().find(|(at, _)| *at == row);
        assert_eq!(errors.is_valid(row), failure.is_some());
        if failure.is_some() {
            assert!(causes.column_by_name("score").unwrap().is_null(row) && lists.is_null(row));
            continue;
        }
        assert_eq!(figures(causes, "score").value(row).to_bits(), expected.scores()[row].to_bits());
        assert_eq!(figures(causes, "std_error").value(row).to_bits(), expected.score_std_errors()[row].to_bits());
        let of_row = lists.value(row);
        let (of_row, ranked) = (of_row.as_struct(), expected.ranked(row));
        assert_eq!(of_row.len(), ranked.len());
        for (at, node) in ranked.iter().enumerate() {
            assert_eq!(of_row.column(0).as_string::<i32>().value(at), node.node);
            for (column, figure) in
                [(1, Some(node.value)), (2, Some(node.std_error)), (3, node.model_error), (4, node.share)]
            {
                let found = of_row.column(column).as_primitive::<Float64Type>();
                let found = found.is_valid(at).then(|| found.value(at).to_bits());
                assert_eq!(found, figure.map(f64::to_bits), "row {row}, {}, column {column}", node.node);
            }
        }
    }
}

#[tokio::test]
async fn any_number_of_partitions_and_every_format_gives_the_bits_of_the_library() {
    let folder = Folder::new("formats");
    let (model, functions) = (shop(), Functions::new());
    let path = folder.file("shop.etiology");
    model.save(&path).unwrap();
    let (batch, data) = requests(300);
    let expected = by_the_library(&model, &data, AttributionConfig::default());
    let pinned = functions.models().pinned(&path).unwrap();
    let query =
        format!("SELECT id, attribute('{pinned}', '{TARGET}'{}) AS cause FROM requests ORDER BY id", listed(&data));
    let written = context(3, &functions);
    let frame = written.read_batch(batch.clone()).unwrap();
    frame.clone().write_parquet(&folder.file("requests.parquet"), DataFrameWriteOptions::new(), None).await.unwrap();
    frame.clone().write_csv(&folder.file("requests.csv"), DataFrameWriteOptions::new(), None).await.unwrap();
    frame.write_json(&folder.file("requests.json"), DataFrameWriteOptions::new(), None).await.unwrap();
    for partitions in [1, 2, 7] {
        let context = context(partitions, &functions);
        let parts = (0..7).map(|part| batch.slice(part * 42, if part == 6 { 48 } else { 42 })).map(|part| vec![part]);
        let table = datafusion::datasource::MemTable::try_new(batch.schema(), parts.collect()).unwrap();
        context.register_table("requests", Arc::new(table)).unwrap();
        let found = rows_of(&context, &query).await.unwrap();
        assert_same(found.column(1).as_struct(), &expected);
        for file in ["parquet", "csv", "json"] {
            context.deregister_table("requests").unwrap();
            let (name, file_name) = ("requests", folder.file(&format!("requests.{file}")));
            match file {
                "parquet" => context.register_parquet(name, &file_name, ParquetReadOptions::default()).await.unwrap(),
                "csv" => context.register_csv(name, &file_name, CsvReadOptions::new()).await.unwrap(),
                _ => context.register_json(name, &file_name, JsonReadOptions::default()).await.unwrap(),
            }
            let found = rows_of(&context, &query).await.unwrap();
            assert_same(found.column(1).as_struct(), &expected);
        }
    }
}

#[tokio::test]
async fn a_question_travels_with_its_configuration() {
    let (model, functions) = (shop(), Functions::new());
    functions.models().insert("shop", model.clone());
    let (batch, data) = requests(40);
    let context = context(2, &functions);
    context.register_batch("requests", batch).unwrap();
    let config = AttributionConfig::default()
        .with_quantity(Quantity::MeanDeviation)
        .with_feature_map(FeatureMap::UpperTail)
        .with_context(["Product DB"]);
    let question = Question::new(TARGET, config.clone()).to_literal().unwrap();
    let query =
        format!("SELECT id, attribute('shop', '{question}'{}) AS cause FROM requests ORDER BY id", listed(&data));
    let found = rows_of(&context, &query).await.unwrap();
    assert_same(found.column(1).as_struct(), &by_the_library(&model, &data, config));
    // The unit is part of the type.
    let query = format!("SELECT cause['causes'][1]['value'] FROM ({query}) WHERE id = 0");
    assert_eq!(rows_of(&context, &query).await.unwrap().num_rows(), 1);
}

#[tokio::test]
async fn structs_name_columns_and_scores_choose_rows() {
    let (model, functions) = (shop(), Functions::new());
    functions.models().insert("shop", model.clone());
    let (batch, data) = requests(40);
    let context = context(2, &functions);
    context.register_batch("requests", batch).unwrap();
    let renamed = data.names().iter().fold(String::new(), |mut list, name| {
        write!(list, ", '{name}', \"{name}\"").unwrap();
        list
    });
    let query = format!(
        "SELECT attribute('shop', '{TARGET}', named_struct('id', id{renamed})) AS cause FROM requests ORDER BY id"
    );
    let found = rows_of(&context, &query).await.unwrap();
    assert_same(found.column(0).as_struct(), &by_the_library(&model, &data, AttributionConfig::default()));
    let query = format!(
        "SELECT id, outlier_score('shop', '{TARGET}', \"{TARGET}\") AS score, node_scores('shop'{}) AS nodes FROM requests ORDER BY id",
        listed(&data)
    );
    let found = rows_of(&context, &query).await.unwrap();
    let (scores, nodes) = (found.column(1).as_primitive::<Float64Type>(), found.column(2).as_list::<i32>());
    for row in 0..40 {
        let event = data.row(row).unwrap();
        let by_node = model.node_scores(&event, &FeatureMap::default()).unwrap();
        let of_row = nodes.value(row);
        for (at, score) in by_node.iter().enumerate() {
            let of_row = of_row.as_struct();
            assert_eq!(of_row.column(0).as_string::<i32>().value(at), score.node);
            for (column, score) in [(1, &score.marginal), (2, &score.conditional)] {
                let found = of_row.column(column).as_primitive::<Float64Type>();
                assert_eq!(
                    found.is_valid(at).then(|| found.value(at)),
                    score.as_ref().map(etiology::score::ItScore::nats)
                );
            }
        }
        let of_target = by_node.iter().find(|score| score.node == TARGET).unwrap();
        assert_eq!(
            scores.is_valid(row).then(|| scores.value(row)),
            of_target.marginal.as_ref().map(etiology::score::ItScore::nats)
        );
    }
    let query = format!(
        "SELECT count(*) FROM (SELECT attribute('shop', '{TARGET}'{}) AS cause FROM requests) WHERE cause['causes'][1]['node'] = '{}'",
        listed(&data),
        CULPRIT.0
    );
    let found = rows_of(&context, &query).await.unwrap();
    assert!(found.column(0).as_primitive::<arrow::datatypes::Int64Type>().value(0) >= 37);
}

#[tokio::test]
async fn categories_are_text_and_other_numbers_are_read() {
    let region: Vec<&str> = (0..300).map(|row| ["EU", "US", "AP"][row * 7 % 3]).collect();
    let cost = |row: usize| 10.0 + 5.0 * ((row * 7 % 3) as f64) + ((row * 37 % 101) as f64 - 50.0) / 50.0;
    let data = Dataset::from_columns([("cost", (0..300).map(cost).collect::<Vec<f64>>())])
        .and_then(|data| data.with_text_column("region", region))
        .unwrap();
    let graph = etiology::CausalGraph::from_edges([("region", "cost")]).unwrap();
    let model = StructuralCausalModel::new(graph).assign_mechanisms(&data).and_then(|model| model.fit(&data)).unwrap();
    let functions = Functions::new();
    functions.models().insert("shipments", model.clone());
    let context = context(1, &functions);
    let batch = RecordBatch::try_from_iter([
        ("cost", Arc::new(Int64Array::from(vec![31, 12, 12])) as ArrayRef),
        ("region", Arc::new(StringArray::from(vec![Some("US"), Some("AP"), None])) as ArrayRef),
    ]);
    context.register_batch("shipments", batch.unwrap()).unwrap();
    // What is computed on the spot has no name of a node.
    let query = "SELECT attribute('shipments', 'cost', cost + 0, region) FROM shipments";
    assert!(rows_of(&context, query).await.unwrap_err().contains("named_struct"));
    let query = "SELECT attribute('shipments', 'cost', cost, region) AS cause FROM \
                 (SELECT cost, arrow_cast(region, 'Dictionary(Int32, Utf8)') AS region FROM shipments)";
    let found = rows_of(&context, query).await.unwrap();
    let (cost, region) = ([31.0, 12.0, 12.0], [Some("US"), Some("AP"), None]);
    let columns = [("cost", EventColumn::Numbers(&cost)), ("region", EventColumn::Text(&region))];
    let attributor = model.attributor("cost", AttributionConfig::default()).unwrap();
    assert_same(
        found.column(0).as_struct(),
        &attributor.attribute_columns(&EventColumns::new(columns).unwrap()).unwrap(),
    );
}

#[tokio::test]
async fn what_cannot_be_answered_says_why() {
    let folder = Folder::new("errors");
    let path = folder.file("shop.etiology");
    let (model, functions) = (shop(), Functions::new());
    model.save(&path).unwrap();
    functions.models().insert("shop", model);
    let (batch, data) = requests(20);
    let context = context(1, &functions);
    context.register_batch("requests", batch).unwrap();
    let columns = listed(&data);
    let other = "0123456789abcdef0123456789abcdef";
    let cases = [
        (format!("attribute('none.etiology', '{TARGET}'{columns})"), "`none.etiology` cannot be read"),
        (format!("attribute('{path}#{other}', '{TARGET}'{columns})"), "its fingerprint is"),
        (format!("attribute('shop', 'Webseite'{columns})"), "Website"),
        (format!("attribute('shop', '{{\"target\": 1}}'{columns})"), "AttributionConfig"),
        (format!("attribute('shop', '{TARGET}', \"API\")"), "Website"),
        (format!("attribute('shop', '{TARGET}', id{columns})"), "`id` is passed to attribute()"),
        (format!("attribute(\"API\", '{TARGET}'{columns})"), "must be a literal"),
        (format!("attribute('shop', 5{columns})"), "must be text"),
        (format!("attribute(5, '{TARGET}'{columns})"), "a path, a name or its bytes"),
        ("attribute('shop')".to_owned(), "lacks the question"),
        (format!("outlier_score('shop', '{TARGET}', 'slow')"), "scores numbers"),
        ("node_scores('shop', id)".to_owned(), "is no node"),
    ];
    for (call, expected) in cases {
        assert_refused(&context, &call, expected).await;
    }
    // Bytes are as good as a file.
    let hexadecimal = fs::read(&path).unwrap().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    let query = format!("SELECT outlier_score(X'{hexadecimal}', '{TARGET}', \"{TARGET}\") FROM requests");
    assert_eq!(rows_of(&context, &query).await.unwrap().num_rows(), 20);
}

#[tokio::test]
async fn a_name_is_of_the_model_that_has_it_now() {
    let functions = Functions::new();
    let (batch, data) = requests(30);
    let context = context(1, &functions);
    context.register_batch("requests", batch).unwrap();
    let query = format!("SELECT attribute('shop', '{TARGET}'{}) AS cause FROM requests ORDER BY id", listed(&data));
    let normal = retail_shop::normal_requests(400, 9).unwrap();
    let other = StructuralCausalModel::new(retail_shop::causal_graph().unwrap())
        .assign_mechanisms_with(&normal, &AssignmentConfig::linear())
        .and_then(|model| model.fit(&normal))
        .unwrap();
    for model in [shop(), other] {
        functions.models().insert("shop", model.clone());
        let found = rows_of(&context, &query).await.unwrap();
        assert_same(found.column(0).as_struct(), &by_the_library(&model, &data, AttributionConfig::default()));
    }
}
