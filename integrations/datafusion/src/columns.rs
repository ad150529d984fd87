//! Arrays of the engine as columns of events.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion_common::{Result, exec_err, plan_err};
use datafusion_expr::ScalarFunctionArgs;
use etiology::CausalGraph;
use etiology::data::{EventColumn, EventColumns};

use crate::model::external;

/// The columns of a function's arguments that are nodes of a model; those after the literals, which are so many.
pub(crate) fn of_nodes(
    args: &ScalarFunctionArgs,
    literals: usize,
    graph: &CausalGraph,
    function: &str,
) -> Result<Vec<(String, Owned)>> {
    let fields = &args.arg_fields[literals..];
    check_names(fields, graph, function)?;
    let arrays =
        args.args[literals..].iter().map(|value| value.to_array(args.number_rows)).collect::<Result<Vec<_>>>()?;
    let is_node = |name: &str| graph.nodes().any(|node| node == name);
    let columns = named(fields, &arrays).into_iter().filter(|(name, _)| is_node(name));
    columns.map(|(name, array)| Ok((name.to_owned(), Owned::new(name, &array)?))).collect()
}

/// The columns that are passed, by name: structs are taken apart.
fn named<'a>(fields: &'a [FieldRef], arrays: &'a [ArrayRef]) -> Vec<(&'a str, Cow<'a, ArrayRef>)> {
    let mut columns = Vec::new();
    for (field, array) in fields.iter().zip(arrays) {
        match array.as_struct_opt() {
            // Of a struct that is missing all fields are.
            Some(parts) if parts.null_count() == 0 => {
                columns.extend(parts.column_names().into_iter().zip(parts.columns().iter().map(Cow::Borrowed)));
            }
            Some(parts) => {
                let (names, nulls) = (parts.column_names(), parts.nulls());
                let masked = parts.columns().iter().map(|column| {
                    let nulls = NullBuffer::union(nulls, column.nulls());
                    let data = column.to_data().into_builder().nulls(nulls).build();
                    data.map_or_else(|_| Cow::Borrowed(column), |data| Cow::Owned(arrow::array::make_array(data)))
                });
                columns.extend(names.into_iter().zip(masked));
            }
            None => columns.push((field.name().as_str(), Cow::Borrowed(array))),
        }
    }
    columns
}

/// One column with its values where the library can read them.
pub(crate) enum Owned {
    Numbers(ScalarBuffer<f64>),
    Text(ArrayRef),
}

impl Owned {
    fn new(name: &str, array: &ArrayRef) -> Result<Self> {
        if is_text(array.data_type()) {
            return Ok(Self::Text(cast(array, &DataType::Utf8)?));
        }
        if !is_number(array.data_type()) {
            return exec_err!(
                "the column `{name}` holds {}, where numbers or text are needed; cast it, or leave it out",
                array.data_type()
            );
        }
        Ok(Self::Numbers(numbers(array)?))
    }
}

/// The numbers of a column, `NaN` for what is null.
pub(crate) fn numbers(array: &ArrayRef) -> Result<ScalarBuffer<f64>> {
    let numbers = cast(array, &DataType::Float64)?;
    let numbers = numbers.as_primitive::<Float64Type>();
    Ok(match numbers.null_count() {
        // Nothing is copied.
        0 => numbers.values().clone(),
        _ => numbers.iter().map(|value| value.unwrap_or(f64::NAN)).collect(),
    })
}

/// Columns of events, borrowed from arrays that were read.
pub(crate) fn events<'a>(
    columns: &'a [(String, Owned)],
    text: &'a mut Vec<Vec<Option<&'a str>>>,
) -> Result<EventColumns<'a>> {
    text.extend(columns.iter().map(|(_, column)| match column {
        Owned::Text(array) => array.as_string::<i32>().iter().collect(),
        Owned::Numbers(_) => Vec::new(),
    }));
    let events = columns.iter().zip(&*text).map(|((name, column), text)| {
        let column = match column {
            Owned::Numbers(numbers) => EventColumn::Numbers(numbers),
            Owned::Text(_) => EventColumn::Text(text),
        };
        (name.as_str(), column)
    });
    EventColumns::new(events).map_err(external)
}

/// Refuses a column that is no node, as it was named by somebody who took it for one; the fields of a struct were not.
fn check_names(fields: &[FieldRef], graph: &CausalGraph, function: &str) -> Result<()> {
    let alone = fields.iter().filter(|field| !matches!(field.data_type(), DataType::Struct(_)));
    for name in alone.map(|field| field.name()) {
        if !graph.nodes().any(|node| node == name) {
            return plan_err!(
                "`{name}` is passed to {function}(), but is no node of the model, whose nodes are {}; \
                 name the column as the node with AS in a subquery, or pass named_struct('node', column, …)",
                graph.nodes().collect::<Vec<_>>().join(", ")
            );
        }
    }
    Ok(())
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_text(values),
        DataType::RunEndEncoded(_, values) => is_text(values.data_type()),
        _ => data_type.is_string(),
    }
}

fn is_number(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_number(values),
        // All cells are missing.
        DataType::Null | DataType::Boolean => true,
        _ => data_type.is_numeric(),
    }
}

/// A field that may be null.
pub(crate) fn nullable(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, true)
}
