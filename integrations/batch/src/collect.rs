//! What one aggregate over many rows gives.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::functions_aggregate;
use datafusion::logical_expr::AggregateUDF;
use datafusion::prelude::{DataFrame, Expr, ident};
use etiology::{CausalGraph, Dataset};

use crate::engine::Engine;
use crate::{Result, input};

/// Files of rows, of which `key` tells each from all others.
pub(crate) async fn rows_of(engine: &Engine, pattern: &str, key: &str, graph: &CausalGraph) -> Result<DataFrame> {
    let files = input::files(&engine.context, pattern).await?;
    let frame = input::tables(&engine.context, &files).await?;
    let fields = frame.schema().fields();
    let has = |name: &str| fields.iter().any(|field| field.name() == name);
    if let Some(missing) = std::iter::once(key).chain(graph.nodes()).find(|name| !has(name)) {
        let found: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        return Err(format!("`{pattern}` has no column `{missing}`; its columns are {}", found.join(", ")).into());
    }
    Ok(frame)
}

/// What an aggregate of this name gives for all rows.
///
/// # Errors
/// When there are no rows, and whatever the aggregate or the engine says.
pub(crate) async fn aggregate(engine: &Engine, frame: DataFrame, name: &str, arguments: Vec<Expr>) -> Result<ArrayRef> {
    let function: Arc<AggregateUDF> = engine
        .functions
        .aggregate()
        .into_iter()
        .find(|function| function.name() == name)
        .ok_or_else(|| format!("there is no aggregate `{name}`"))?;
    let result = frame.aggregate(Vec::new(), vec![function.call(arguments).alias("result")])?;
    let batches = engine.collect(result).await?;
    let column = batches.iter().find(|batch| batch.num_rows() > 0).map(|batch| Arc::clone(batch.column(0)));
    column.filter(|column| column.is_valid(0)).ok_or_else(|| "there are no rows".into())
}

/// How many rows there are.
pub(crate) async fn count(engine: &Engine, frame: DataFrame) -> Result<i64> {
    let count = functions_aggregate::count::count_all().alias("result");
    let batches = engine.collect(frame.aggregate(Vec::new(), vec![count])?).await?;
    Ok(batches
        .iter()
        .filter(|batch| batch.num_rows() > 0)
        .map(|batch| batch.column(0).as_primitive::<Int64Type>().value(0))
        .sum())
}

/// So many rows, the same for the same keys, as a table of the library.
pub(crate) async fn sample(
    engine: &Engine,
    frame: DataFrame,
    key: &str,
    graph: &CausalGraph,
    rows: u32,
) -> Result<Dataset> {
    let literals = [datafusion::prelude::lit(i64::from(rows)), ident(key)];
    let list =
        aggregate(engine, frame, "sample_rows", literals.into_iter().chain(graph.nodes().map(ident)).collect()).await?;
    let rows = list.as_list::<i32>().value(0);
    Ok(Dataset::from_record_batches(&[RecordBatch::from(rows.as_struct())])?)
}
