//! `fit_model(plan, key, columns…)`: a linear model fitted to all rows, of which there may be more than memory, as the bytes of a saved model.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, ScalarValue, exec_err};
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use etiology::mergeable::FitAccumulator;

use super::collected::{Keys, column_names, literal};
use super::plan::FitPlan;
use crate::columns::numbers;
use crate::model::external;

const NAME: &str = "fit_model";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FitModel {
    signature: Signature,
}

impl Default for FitModel {
    fn default() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for FitModel {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field = |what: &str, data_type| -> FieldRef {
            Arc::new(Field::new(format!("{}[{what}]", args.name), data_type, true))
        };
        Ok(vec![field("plan", DataType::Utf8), field("state", DataType::Binary)])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return exec_err!("{NAME}() takes every row: leave out DISTINCT");
        }
        Ok(Box::new(Fitting { names: column_names(args.expr_fields, NAME)?, begun: None }))
    }
}

/// A fit under way.
struct Fitting {
    names: Vec<String>,
    /// The plan, and what was collected, once there was a row.
    begun: Option<(String, FitAccumulator)>,
}

impl fmt::Debug for Fitting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fitting").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Fitting {
    fn begun(&mut self, plan: &str) -> Result<&mut FitAccumulator> {
        if self.begun.as_ref().is_some_and(|(of, _)| of != plan) {
            return exec_err!("{NAME}() is given two plans, which are different models");
        }
        let begun = match self.begun.take() {
            Some(begun) => begun,
            None => (plan.to_owned(), FitPlan::parse(plan)?.accumulator()?),
        };
        Ok(&mut self.begun.insert(begun).1)
    }
}

impl Accumulator for Fitting {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(plan) = literal(&values[0], NAME)? else { return Ok(()) };
        let keys = Keys::new(&values[1], NAME)?;
        let columns = values[2..].iter().map(numbers).collect::<Result<Vec<_>>>()?;
        let columns: Vec<&[f64]> = columns.iter().map(|column| &**column).collect();
        let names = self.names.clone();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let fit = self.begun(&plan)?;
        keys.with(|keys| fit.add_columns(keys, &names, &columns)).map_err(external)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(match &self.begun {
            None => vec![ScalarValue::Utf8(None), ScalarValue::Binary(None)],
            Some((plan, fit)) => {
                vec![ScalarValue::from(plan.as_str()), ScalarValue::Binary(Some(fit.to_bytes().map_err(external)?))]
            }
        })
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (plans, states) = (states[0].as_string::<i32>(), states[1].as_binary::<i32>());
        for row in (0..plans.len()).filter(|&row| plans.is_valid(row)) {
            self.begun(plans.value(row))?.merge_bytes(states.value(row)).map_err(external)?;
        }
        Ok(())
    }

    /// The saved model; null where there were no rows.
    fn evaluate(&mut self) -> Result<ScalarValue> {
        let Some((_, fit)) = &self.begun else { return Ok(ScalarValue::Binary(None)) };
        let model = etiology::threads::on_this_thread(|| fit.fit()).map_err(external)?;
        Ok(ScalarValue::Binary(Some(model.to_bytes().map_err(external)?)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.begun.as_ref().map_or(0, |(plan, fit)| plan.len() + fit.memory_bytes())
    }
}
