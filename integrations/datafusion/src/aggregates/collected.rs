//! What both aggregates read: a literal, the keys of rows, and columns of numbers.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Int64Type, UInt64Type};
use datafusion_common::{Result, exec_err, plan_err};
use etiology::mergeable::RowKeys;

/// The text that is the first argument: the same in all rows. Nothing if there are no rows.
pub(super) fn literal(array: &ArrayRef, function: &str) -> Result<Option<String>> {
    let text = cast(array, &DataType::Utf8)?;
    let text = text.as_string::<i32>();
    let mut cells = text.iter();
    let Some(first) = cells.next() else { return Ok(None) };
    let (Some(first), true) = (first, cells.all(|cell| cell == first)) else {
        return exec_err!("the first argument of {function}() must be a literal, the same for all rows");
    };
    Ok(Some(first.to_owned()))
}

/// The keys of the rows.
pub(super) enum Keys {
    Numbers(Vec<u64>),
    Bytes(ArrayRef),
}

impl Keys {
    pub(super) fn new(array: &ArrayRef, function: &str) -> Result<Self> {
        if array.null_count() > 0 {
            return exec_err!("the key of a row, the second argument of {function}(), must not be null");
        }
        Ok(match array.data_type() {
            DataType::UInt64 => Self::Numbers(array.as_primitive::<UInt64Type>().values().to_vec()),
            data_type if data_type.is_integer() => {
                let numbers = cast(array, &DataType::Int64)?;
                Self::Numbers(
                    numbers.as_primitive::<Int64Type>().values().iter().map(|key| key.cast_unsigned()).collect(),
                )
            }
            data_type if data_type.is_string() => Self::Bytes(cast(array, &DataType::Utf8)?),
            other => {
                return exec_err!(
                    "the key of a row, the second argument of {function}(), is a number or text, found {other}"
                );
            }
        })
    }

    /// What uses the keys in the library's form.
    pub(super) fn with<R>(&self, use_keys: impl FnOnce(RowKeys<'_>) -> R) -> R {
        match self {
            Self::Numbers(keys) => use_keys(RowKeys::Numbers(keys)),
            Self::Bytes(array) => {
                let keys: Vec<&[u8]> =
                    array.as_string::<i32>().iter().map(|key| key.unwrap_or_default().as_bytes()).collect();
                use_keys(RowKeys::Bytes(&keys))
            }
        }
    }
}

/// The names of the columns, which are the arguments after a literal and the key.
pub(super) fn column_names(fields: &[FieldRef], function: &str) -> Result<Vec<String>> {
    let columns = fields.get(2..).unwrap_or_default();
    if columns.is_empty() {
        return plan_err!("{function}() needs a literal, the key of a row, and columns");
    }
    for field in columns {
        if !field.data_type().is_numeric() && !matches!(field.data_type(), DataType::Null | DataType::Boolean) {
            return plan_err!("{function}() takes columns of numbers, `{}` holds {}", field.name(), field.data_type());
        }
    }
    Ok(columns.iter().map(|field| field.name().clone()).collect())
}
