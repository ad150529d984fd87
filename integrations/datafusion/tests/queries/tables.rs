//! The table function: a row for each event and node.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::datasource::MemTable;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use etiology::FittedModel;
use etiology_datafusion::Functions;

use crate::filters::{CHOSEN, ROWS, model_that_counts, requests_in_a_file};
use crate::retail_shop::TARGET;
use crate::{Folder, listed, requests, rows_of, shop};

/// A session with all functions.
fn session(partitions: usize, functions: &Functions) -> SessionContext {
    let context =
        SessionContext::new_with_config(SessionConfig::new().with_target_partitions(partitions).with_batch_size(16));
    functions.register_in(&context).unwrap();
    context
}

/// Identifier, node, its three figures, and score of each row, as bits; nodes of an event by name. Nothing where a value is missing.
type Row = (i64, Option<String>, Vec<Option<u64>>);

fn rows(batch: &RecordBatch, names: &[&str]) -> Vec<Row> {
    let bits = |name: &str, row: usize| {
        let column = batch.column_by_name(name).unwrap().as_primitive::<Float64Type>();
        column.is_valid(row).then(|| column.value(row).to_bits())
    };
    let ids = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>();
    let nodes = batch.column_by_name("node").unwrap().as_string::<i32>();
    let row = |row: usize| {
        let node = nodes.is_valid(row).then(|| nodes.value(row).to_owned());
        (ids.value(row), node, names.iter().map(|name| bits(name, row)).collect())
    };
    let mut rows: Vec<Row> = (0..batch.num_rows()).map(row).collect();
    rows.sort();
    rows
}

const FIGURES: [&str; 5] = ["nats", "std_error", "model_error", "share", "score"];

/// What the library says, an event at a time.
fn by_the_library(model: &FittedModel, data: &etiology::Dataset) -> Vec<Row> {
    let attributor = model.attributor(TARGET, etiology::AttributionConfig::default()).unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for id in 0..data.rows() {
        let Ok(answer) = data.row(id).and_then(|event| attributor.attribute(&event)) else {
            rows.push((id as i64, None, vec![None; FIGURES.len()]));
            continue;
        };
        for node in answer.ranked() {
            let figures =
                [Some(node.value), Some(node.std_error), node.model_error, node.share, Some(answer.score.value)];
            rows.push((id as i64, Some(node.node.to_owned()), figures.map(|figure| figure.map(f64::to_bits)).to_vec()));
        }
    }
    rows.sort();
    rows
}

#[tokio::test]
async fn a_row_for_each_event_and_node_has_the_bits_of_the_library_and_of_the_function() {
    let folder = Folder::new("tables");
    let (model, functions) = (shop(), Functions::new());
    let path = folder.file("shop.etiology");
    model.save(&path).unwrap();
    let (batch, data) = requests(100);
    let expected = by_the_library(&model, &data);
    // One request has no value of the target, and one a missing cause, which costs it nothing.
    assert_eq!(expected.iter().filter(|(_, node, _)| node.is_none()).count(), 1);
    for partitions in [1, 2, 7] {
        let context = session(partitions, &functions);
        let parts = (0..5).map(|part| vec![batch.slice(part * 20, 20)]).collect();
        context.register_table("requests", Arc::new(MemTable::try_new(batch.schema(), parts).unwrap())).unwrap();
        let query = format!("SELECT * FROM attributed('{path}', '{TARGET}', 'requests')");
        let found = rows_of(&context, &query).await.unwrap();
        assert_eq!(rows(&found, &FIGURES), expected);
        // The columns of the events are kept, before the answers.
        let names: Vec<String> = found.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(
            names[..batch.num_columns()],
            batch.schema().fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>()
        );
        assert_eq!(
            names[batch.num_columns()..],
            ["node", "nats", "std_error", "model_error", "share", "score", "error"]
        );
        let message = rows_of(&context, &format!("{query} WHERE error IS NOT NULL")).await.unwrap();
        assert_eq!((message.num_rows(), rows(&message, &[])[0].0), (1, 3));
        let error = message.column_by_name("error").unwrap().as_string::<i32>().value(0).to_owned();
        assert!(error.contains(TARGET), "{error}");

        let unnested = format!(
            "SELECT id, cause['node'] AS node, cause['nats'] AS nats, cause['std_error'] AS std_error, cause['model_error'] AS model_error, \
             cause['share'] AS share, score FROM (SELECT id, answer['score'] AS score, unnest(answer['causes']) AS cause FROM \
             (SELECT id, attribute('{path}', '{TARGET}'{}) AS answer FROM requests))",
            listed(&data)
        );
        let by_function = rows_of(&context, &unnested).await.unwrap();
        let explained: Vec<Row> = expected.iter().filter(|(_, node, _)| node.is_some()).cloned().collect();
        assert_eq!(rows(&by_function, &FIGURES), explained);
    }
}

#[tokio::test]
async fn filters_by_columns_of_the_events_and_limits_choose_the_events_that_are_explained() {
    let folder = Folder::new("table-filters");
    let (functions, count) = (Functions::new(), Arc::new(AtomicUsize::new(0)));
    functions.models().insert("shop", model_that_counts(&count));
    let context = session(2, &functions);
    requests_in_a_file(&folder, &context).await;
    let asked = || count.swap(0, Ordering::Relaxed);
    let query = |rest: &str| format!("SELECT id, node, nats FROM attributed('shop', 'api', 'requests') {rest}");
    asked();
    let all = rows_of(&context, &query("")).await.unwrap();
    let of_one = asked() / ROWS;
    assert_eq!(all.num_rows(), 2 * ROWS);
    let all = rows(&all, &["nats"]);
    let chosen = |keep: &dyn Fn(&Row) -> bool| all.iter().filter(|row| keep(row)).cloned().collect::<Vec<Row>>();
    let value = |row: &Row| f64::from_bits(row.2[0].unwrap());

    for (condition, events, expected) in [
        ("WHERE id < 40", CHOSEN, chosen(&|row| row.0 < 40)),
        ("WHERE id < 40 AND node = 'db'", CHOSEN, chosen(&|row| row.0 < 40 && row.1.as_deref() == Some("db"))),
        // A filter by answers leaves rows out, and no events.
        ("WHERE nats > 0.5", ROWS, chosen(&|row| value(row) > 0.5)),
        ("WHERE id < 40 OR nats > 0.5", ROWS, chosen(&|row| row.0 < 40 || value(row) > 0.5)),
        ("AS a JOIN (VALUES (7), (11)) AS b(of_one) ON a.id = b.of_one", ROWS, chosen(&|row| [7, 11].contains(&row.0))),
    ] {
        let found = rows_of(&context, &query(condition)).await.unwrap();
        assert_eq!(rows(&found, &["nats"]), expected, "{condition}");
        assert!(!expected.is_empty() && expected.len() < all.len(), "{condition}");
        let asked = asked();
        assert!(asked <= of_one * events, "{condition}: {asked}, not {of_one} for each of {events} events");
    }
    for (rest, found, events) in
        [("LIMIT 7", 7, 7), ("WHERE id >= 40 LIMIT 5", 5, ROWS - CHOSEN), ("WHERE node = 'db' LIMIT 5", 5, ROWS)]
    {
        let rows = rows_of(&context, &query(rest)).await.unwrap();
        let asked = asked();
        assert_eq!(rows.num_rows(), found, "{rest}");
        assert!(asked <= of_one * events, "{rest}: {asked}, not {of_one} for each of {events} events");
    }
    let found = rows_of(&context, &query("WHERE id < 0")).await.unwrap();
    assert_eq!((found.num_rows(), asked()), (0, 0));
    let found =
        rows_of(&context, "SELECT count(*) FROM attributed('shop', 'api', 'requests') WHERE id < 40").await.unwrap();
    assert_eq!(found.column(0).as_primitive::<Int64Type>().value(0), 2 * CHOSEN as i64);
}

#[tokio::test]
async fn tables_are_found_as_views_in_schemas_and_as_files() {
    let folder = Folder::new("table-names");
    let (model, functions) = (shop(), Functions::new());
    functions.models().insert("shop", model.clone());
    let (batch, data) = requests(30);
    let context = session(2, &functions);
    for part in 0..2 {
        let frame = context.read_batch(batch.slice(part * 15, 15)).unwrap();
        let file = folder.file(&format!("events/{part}.parquet"));
        frame.write_parquet(&file, DataFrameWriteOptions::new(), None).await.unwrap();
    }
    let files = folder.file("events");
    context.register_parquet("requests", &files, ParquetReadOptions::default()).await.unwrap();
    context.sql("CREATE SCHEMA web").await.unwrap().collect().await.unwrap();
    context.sql("CREATE VIEW web.slow AS SELECT * FROM requests WHERE id >= 10").await.unwrap();
    let expected = by_the_library(&model, &data);
    let found = async |context: &SessionContext, table: &str| {
        rows_of(context, &format!("SELECT * FROM attributed('shop', '{TARGET}', '{table}')")).await
    };
    assert_eq!(rows(&found(&context, "requests").await.unwrap(), &FIGURES), expected);
    let slow: Vec<Row> = expected.iter().filter(|row| row.0 >= 10).cloned().collect();
    for name in ["web.slow", "datafusion.web.slow"] {
        assert_eq!(rows(&found(&context, name).await.unwrap(), &FIGURES), slow);
    }
    let pattern = format!("{files}/*.parquet");
    let message = found(&context, &pattern).await.unwrap_err();
    assert!(message.contains("finds no table") && message.contains("there are requests, slow"), "{message}");
    let of_files = context.enable_url_table();
    for name in [&pattern, &files] {
        assert_eq!(rows(&found(&of_files, name).await.unwrap(), &FIGURES), expected, "{name}");
    }
    let message = found(&of_files, &folder.file("none.parquet")).await.unwrap_err();
    assert!(message.contains("none.parquet"), "{message}");
}

#[tokio::test]
async fn mistakes_say_what_is_expected() {
    let (functions, (batch, _)) = (Functions::new(), requests(10));
    functions.models().insert("shop", shop());
    let context = session(1, &functions);
    context.register_batch("requests", batch).unwrap();
    context.sql("CREATE VIEW clash AS SELECT *, 1.0 AS share FROM requests").await.unwrap();
    context.sql("CREATE VIEW few AS SELECT id, www FROM requests").await.unwrap();
    for (arguments, expected) in [
        ("'shop', 'Website'", "takes the model, the question, the table, found 2 arguments"),
        ("'shop', 'Website', 7", "the table of attributed() must be text in single quotes, found Int64(7)"),
        ("'shop', 'Website', 'nothing'", "no table `nothing`; there are clash, few, requests; register"),
        ("'none.etiology', 'Website', 'requests'", "the model `none.etiology` cannot be read"),
        ("'shop', 'Webseite', 'requests'", "Webseite"),
        ("'shop', '{\"target\": 1}', 'requests'", "expected the name of a target"),
        ("'shop', 'Website', 'few'", "no column is called `Website` as the target; there are id, www"),
        ("'shop', 'Website', 'clash'", "the events have a column `share`"),
    ] {
        let message = rows_of(&context, &format!("SELECT * FROM attributed({arguments})")).await.unwrap_err();
        assert!(message.contains(expected), "{arguments}: {message}");
    }
}
