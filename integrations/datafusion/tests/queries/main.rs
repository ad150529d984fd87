//! The functions in queries.

mod acting;
mod aggregates;
mod filters;
mod functions;
mod summaries;
mod tables;

#[path = "../../../../examples/shared/retail_shop.rs"]
mod retail_shop;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use datafusion::prelude::{SessionConfig, SessionContext};
use etiology::mechanism::AssignmentConfig;
use etiology::{Dataset, FittedModel, StructuralCausalModel};
use etiology_datafusion::Functions;
use retail_shop::TARGET;

pub(crate) fn shop() -> FittedModel {
    let normal = retail_shop::normal_requests(1_000, 1).unwrap();
    StructuralCausalModel::new(retail_shop::causal_graph().unwrap())
        .assign_mechanisms_with(&normal, &AssignmentConfig::linear())
        .and_then(|model| model.fit(&normal))
        .unwrap()
}

/// A folder that is gone when the test is.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("etiology-datafusion-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Requests with an `id` before the columns of the nodes; one without a value of the target, one with a missing cause.
pub(crate) fn requests(rows: usize) -> (RecordBatch, Dataset) {
    let slow = retail_shop::slow_requests(rows, 2).unwrap();
    let mut columns: Vec<Vec<f64>> = slow.values().columns().into_iter().map(|column| column.to_vec()).collect();
    let place = |name: &str| slow.names().iter().position(|node| node == name).unwrap();
    columns[place(TARGET)][3] = f64::NAN;
    columns[place("API")][5] = f64::NAN;
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows as i64));
    let or_null = |column: &Vec<f64>| -> ArrayRef {
        Arc::new(Float64Array::from_iter(column.iter().map(|value| Some(*value).filter(|value| !value.is_nan()))))
    };
    let of_nodes = slow.names().iter().map(String::as_str).zip(columns.iter().map(or_null));
    let batch = RecordBatch::try_from_iter_with_nullable(
        [("id", ids)].into_iter().chain(of_nodes).map(|(name, array)| (name, array, true)),
    );
    (batch.unwrap(), Dataset::from_columns(slow.names().iter().cloned().zip(columns)).unwrap())
}

pub(crate) fn context(partitions: usize, functions: &Functions) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(16);
    let mut context = SessionContext::new_with_config(config);
    functions.register(&mut context).unwrap();
    context
}

pub(crate) fn listed(data: &Dataset) -> String {
    data.names().iter().fold(String::new(), |mut list, name| {
        write!(list, ", \"{name}\"").unwrap();
        list
    })
}

pub(crate) async fn rows_of(context: &SessionContext, query: &str) -> Result<RecordBatch, String> {
    let frame = context.sql(query).await.map_err(|error| error.to_string())?;
    let schema = Arc::clone(frame.schema().inner());
    let batches = frame.collect().await.map_err(|error| error.to_string())?;
    arrow::compute::concat_batches(&schema, &batches).map_err(|error| error.to_string())
}

/// That a call over all requests is an error which says this.
pub(crate) async fn assert_refused(context: &SessionContext, call: &str, expected: &str) {
    let message = rows_of(context, &format!("SELECT {call} FROM requests")).await.unwrap_err();
    assert!(message.contains(expected), "{call}: {message}");
}
