//! Rows that a condition leaves out are not attributed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionContext, ident, lit};
use etiology::mechanism::{CustomMechanism, Mechanism};
use etiology::{AttributionConfig, CausalGraph, FittedModel, NoiseDistribution, StructuralCausalModel};
use etiology_datafusion::{Functions, Question};

use crate::{Folder, context, rows_of};

pub(crate) const ROWS: usize = 200;
pub(crate) const CHOSEN: usize = 40;
const CONDITION: &str = "id < 40";

/// db → api, which counts how often its noise is recovered: for every event that is attributed.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Mechanism for Counted {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] + noise
    }

    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        self.0.fetch_add(1, Ordering::Relaxed);
        value - parents[0]
    }
}

pub(crate) fn model_that_counts(count: &Arc<AtomicUsize>) -> FittedModel {
    let api = CustomMechanism::new(["db"], Counted(Arc::clone(count)));
    StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")]).unwrap())
        .with_mechanism("db", NoiseDistribution::exponential(1.0).unwrap())
        .and_then(|model| model.with_mechanism("api", api.with_noise(NoiseDistribution::normal(0.0, 1.0)?)))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

/// Requests in a file, so that the engine may move a function into the scan.
pub(crate) async fn requests_in_a_file(folder: &Folder, context: &SessionContext) {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS as i64));
    let column = |pace: f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| 4.0 + (pace * row as f64).sin())))
    };
    let batch = RecordBatch::try_from_iter([("id", ids), ("db", column(0.7)), ("api", column(1.9))]).unwrap();
    let file = folder.file("requests.parquet");
    let frame = context.read_batch(batch).unwrap();
    frame.write_parquet(&file, DataFrameWriteOptions::new(), None).await.unwrap();
    context.register_parquet("requests", &file, ParquetReadOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_branch_and_a_plan_attribute_the_rows_that_a_condition_chooses_and_no_others() {
    let folder = Folder::new("filters");
    let (functions, count) = (Functions::new(), Arc::new(AtomicUsize::new(0)));
    functions.models().insert("shop", model_that_counts(&count));
    let context = context(2, &functions);
    requests_in_a_file(&folder, &context).await;
    let asked = || count.swap(0, Ordering::Relaxed);

    let all = "SELECT id, attribute('shop', 'api', db, api) AS cause FROM requests";
    asked();
    rows_of(&context, all).await.unwrap();
    let of_all = asked();
    assert!(of_all >= ROWS && of_all % ROWS == 0, "{of_all}");

    let branch = format!(
        "SELECT id, CASE WHEN {CONDITION} THEN attribute('shop', 'api', db, api) END AS cause FROM requests WHERE {CONDITION}"
    );
    let by_branch = rows_of(&context, &branch).await.unwrap();
    assert_eq!((by_branch.num_rows(), asked()), (CHOSEN, of_all / ROWS * CHOSEN));

    let question = Question::new("api", AttributionConfig::default());
    let rows = context.table("requests").await.unwrap();
    let condition = Some(ident("id").lt(lit(CHOSEN as i64)));
    let plan = functions.attributed(rows.logical_plan().clone(), "shop", &question, condition, "cause").unwrap();
    let frame = context.execute_logical_plan(plan).await.unwrap().select_columns(&["id", "cause"]).unwrap();
    let schema = Arc::clone(frame.schema().inner());
    let batches = frame.collect().await.unwrap();
    let by_plan = arrow::compute::concat_batches(&schema, &batches).unwrap();
    assert_eq!((by_plan.num_rows(), asked()), (CHOSEN, of_all / ROWS * CHOSEN));
    let sorted = |batch: &RecordBatch| {
        let mut ids = batch.column(0).as_primitive::<Int64Type>().values().to_vec();
        ids.sort_unstable();
        ids
    };
    assert_eq!(sorted(&by_plan), (0..CHOSEN as i64).collect::<Vec<i64>>());
    assert_eq!(sorted(&by_plan), sorted(&by_branch));
}

#[tokio::test]
async fn a_plan_says_what_is_wrong_with_its_rows() {
    let folder = Folder::new("plans");
    let (functions, count) = (Functions::new(), Arc::new(AtomicUsize::new(0)));
    functions.models().insert("shop", model_that_counts(&count));
    let context = context(1, &functions);
    requests_in_a_file(&folder, &context).await;
    let plan_of = async |query: &str| context.sql(query).await.unwrap().logical_plan().clone();
    let question = Question::new("api", AttributionConfig::default());
    for (query, expected) in [
        ("SELECT id, db FROM requests", "no column is called `api` as the target; there are id, db"),
        ("SELECT id AS cause, db, api FROM requests", "have a column `cause` already"),
    ] {
        let refused = functions.attributed(plan_of(query).await, "shop", &question, None, "cause");
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}
