//! Since when a node deviates, in the rows before the event.

use crate::data::Dataset;
use crate::error::Result;
use crate::model::{FittedModel, WiredNode};

/// A row deviates if values at least as unusual are rarer than this: a probability. Rarer than a single deviation, as there are many rows.
const DEVIATES: f64 = 0.005;

/// The row from which on the node deviated in every row that has a value, up to the event; the number of rows where the event alone does.
/// Nothing where the event's value is usual, the node is a category or has no column.
///
/// # Errors
/// When the node's column holds text or an infinite value.
pub(super) fn first_row(
    model: &FittedModel,
    node: &WiredNode,
    observed: f64,
    recent: &Dataset,
) -> Result<Option<usize>> {
    let reference = model.reference_at(node.position);
    let deviates = |value: f64| reference.two_sided_tail(value) <= DEVIATES;
    if node.levels.is_some() || !recent.names().contains(&node.name) || !deviates(observed) {
        return Ok(None);
    }
    let column = recent.column_with_gaps(&node.name)?;
    let mut first = column.len();
    for (row, &value) in column.iter().enumerate().rev() {
        if value.is_nan() {
            continue;
        }
        if !deviates(value) {
            break;
        }
        first = row;
    }
    Ok(Some(first))
}
