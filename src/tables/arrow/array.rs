//! One array of Arrow as cells of a column.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Schema};

use crate::tables::cells::trimmed;
use crate::tables::columns::Gathered;

/// Whether a column of this type is text, whatever its cells look like.
pub(super) fn is_text(data_type: &DataType) -> bool {
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
        DataType::Null => true,
        _ => data_type.is_numeric(),
    }
}

/// The names of the columns of text.
pub(super) fn text_columns(schema: &Schema) -> impl Iterator<Item = String> {
    schema.fields().iter().filter(|field| is_text(field.data_type())).map(|field| field.name().clone())
}

/// Adds the cells of an array to a column: numbers as numbers, truth values, times and text as text. What is none of these, such as a list, is
/// the text of its type: it is in nobody's way, and says what it is where it is needed.
pub(super) fn add(array: &ArrayRef, column: &mut Gathered) -> Result<(), ArrowError> {
    let data_type = array.data_type();
    if is_number(data_type) {
        let numbers = cast(array, &DataType::Float64)?;
        let numbers = numbers.as_primitive::<Float64Type>();
        numbers.iter().for_each(|number| column.push_number(number.unwrap_or(f64::NAN)));
        return Ok(());
    }
    if data_type.is_nested() {
        let shown = data_type.to_string();
        (0..array.len()).for_each(|row| column.push_text(if array.is_null(row) { "" } else { &shown }));
        return Ok(());
    }
    let text = cast(array, &DataType::Utf8)?;
    let cells = text.as_string::<i32>().iter().map(|cell| trimmed(cell.unwrap_or_default()));
    match is_text(data_type) {
        true => cells.for_each(|cell| column.push_name(cell)),
        false => cells.for_each(|cell| column.push_text(cell)),
    }
    Ok(())
}
