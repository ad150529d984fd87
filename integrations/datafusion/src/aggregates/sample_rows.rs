//! `sample_rows(rows, key, columns…)`: so many rows, chosen by a hash of their keys.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type};
use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use etiology::mergeable::KeyedSample;

use super::collected::{Keys, column_names};
use crate::columns::{nullable, numbers};
use crate::model::external;

const NAME: &str = "sample_rows";
/// The rows that are sampled do not depend on anything but their keys.
const SEED: u64 = 0;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SampleRows {
    signature: Signature,
}

impl Default for SampleRows {
    fn default() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

fn row_fields(fields: &[FieldRef]) -> Result<Fields> {
    Ok(column_names(fields, NAME)?.iter().map(|name| nullable(name, DataType::Float64)).collect())
}

fn item(fields: &Fields) -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(fields.clone()), true))
}

impl AggregateUDFImpl for SampleRows {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        datafusion_common::internal_err!("the type depends on the names of the columns")
    }

    fn return_field(&self, fields: &[FieldRef]) -> Result<FieldRef> {
        match fields.first() {
            Some(rows) if rows.data_type().is_integer() => {}
            _ => return plan_err!("the first argument of {NAME}() is the number of rows"),
        }
        Ok(Arc::new(nullable(NAME, DataType::List(item(&row_fields(fields)?)))))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[sample]", args.name), DataType::Binary, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return exec_err!("{NAME}() takes every row: leave out DISTINCT");
        }
        Ok(Box::new(Sampling { fields: row_fields(args.expr_fields)?, begun: None }))
    }
}

struct Sampling {
    fields: Fields,
    /// Once there was a row.
    begun: Option<KeyedSample>,
}

impl fmt::Debug for Sampling {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sampling").field("fields", &self.fields).finish_non_exhaustive()
    }
}

impl Accumulator for Sampling {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let sizes = cast(&values[0], &DataType::Int64)?;
        let mut sizes = sizes.as_primitive::<Int64Type>().iter();
        let Some(size) = sizes.next() else { return Ok(()) };
        let Some(rows) = size.and_then(|size| usize::try_from(size).ok()).filter(|_| sizes.all(|other| other == size))
        else {
            return exec_err!("the first argument of {NAME}() is the number of rows, the same for all rows");
        };
        let keys = Keys::new(&values[1], NAME)?;
        let columns = values[2..].iter().map(numbers).collect::<Result<Vec<_>>>()?;
        let columns: Vec<&[f64]> = columns.iter().map(|column| &**column).collect();
        let begun = match self.begun.take() {
            Some(begun) => begun,
            None => {
                let names = self.fields.iter().map(|field| field.name().as_str());
                KeyedSample::new(names, rows, SEED).map_err(external)?
            }
        };
        let sample = self.begun.insert(begun);
        keys.with(|keys| sample.add_columns(keys, &columns)).map_err(external)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let state = self.begun.as_ref().map(KeyedSample::to_bytes).transpose().map_err(external)?;
        Ok(vec![ScalarValue::Binary(state)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_binary::<i32>().iter().flatten() {
            let other = KeyedSample::from_bytes(state).map_err(external)?;
            match &mut self.begun {
                Some(sample) => sample.merge(&other).map_err(external)?,
                none => *none = Some(other),
            }
        }
        Ok(())
    }

    /// Null where there were no rows.
    fn evaluate(&mut self) -> Result<ScalarValue> {
        let item = item(&self.fields);
        let Some(sample) = &self.begun else { return ScalarValue::try_new_null(&DataType::List(item)) };
        let data = sample.to_dataset().map_err(external)?;
        let present = |value: &f64| Some(*value).filter(|value| !value.is_nan());
        let columns: Vec<ArrayRef> = data
            .values()
            .columns()
            .into_iter()
            .map(|column| Arc::new(column.iter().map(present).collect::<Float64Array>()) as ArrayRef)
            .collect();
        let rows = StructArray::try_new(self.fields.clone(), columns, None)?;
        let offsets = OffsetBuffer::from_lengths([rows.len()]);
        let list = arrow::array::ListArray::try_new(item, offsets, Arc::new(rows), None)?;
        Ok(ScalarValue::List(Arc::new(list)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.begun.as_ref().map_or(0, KeyedSample::memory_bytes)
    }
}
