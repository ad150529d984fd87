//! `summarise_causes(config, id, cause, amount, levels…)`: what caused many events, as the bytes of a summary that is merged further.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, ListArray, StringArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};

use super::collected::literal;
use crate::model::external;

const NAME: &str = "summarise_causes";
/// Before the levels: configuration, identifier, answer, amount.
const FIXED: usize = 4;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SummariseCauses {
    signature: Signature,
}

impl Default for SummariseCauses {
    fn default() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for SummariseCauses {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        let is_answer =
            |data_type: &DataType| matches!(data_type, DataType::Struct(fields) if fields.find("causes").is_some());
        match arguments {
            [_, _, cause, amount, ..] if is_answer(cause) && (amount.is_numeric() || amount.is_null()) => {
                Ok(DataType::Binary)
            }
            _ => plan_err!(
                "{NAME}() takes a configuration, an identifier, what attribute() gave, an amount of money or NULL, and a column for each \
                 name in `by`; found {arguments:?}"
            ),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[summary]", args.name), DataType::Binary, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return exec_err!("{NAME}() takes every row: leave out DISTINCT");
        }
        Ok(Box::new(Summarising { begun: None }))
    }
}

struct Summarising {
    /// The configuration as text, once there was a row here, and what was collected, once there was one anywhere.
    begun: Option<(Option<String>, EventSummary)>,
}

impl fmt::Debug for Summarising {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Summarising").finish_non_exhaustive()
    }
}

impl Summarising {
    fn begun(&mut self, config: String) -> Result<&mut EventSummary> {
        if self.begun.as_ref().is_some_and(|(of, _)| of.as_ref().is_some_and(|of| *of != config)) {
            return exec_err!("{NAME}() is given two configurations, which are of different summaries");
        }
        let begun = match self.begun.take() {
            Some((_, summary)) => (Some(config), summary),
            None => {
                let parsed: SummaryConfig = serde_json::from_str(&config).or_else(|error| {
                    exec_err!(
                        "the configuration `{config}` of {NAME}() cannot be read: {error}; expected {{\"target\": …, \"by\": […]}} with the \
                         fields of a SummaryConfig"
                    )
                })?;
                (Some(config), EventSummary::new(parsed).map_err(external)?)
            }
        };
        Ok(&mut self.begun.insert(begun).1)
    }
}

impl Accumulator for Summarising {
    /// A row without an answer, as one that a condition left out, is no event.
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(config) = literal(&values[0], NAME)? else { return Ok(()) };
        let answers = Answers::new(&values[2])?;
        let (ids, amounts) = (cast(&values[1], &DataType::Utf8)?, cast(&values[3], &DataType::Float64)?);
        let (ids, amounts) = (ids.as_string::<i32>(), amounts.as_primitive::<Float64Type>());
        let levels =
            values[FIXED..].iter().map(|column| Ok(cast(column, &DataType::Utf8)?)).collect::<Result<Vec<_>>>()?;
        let levels: Vec<&StringArray> = levels.iter().map(|column| column.as_string::<i32>()).collect();
        let (summary, mut causes, mut row_levels) = (self.begun(config)?, Vec::new(), Vec::new());
        for row in (0..ids.len()).filter(|&row| answers.all.is_valid(row)) {
            if ids.is_null(row) {
                return exec_err!("the identifier of an event, the second argument of {NAME}(), must not be null");
            }
            row_levels.clear();
            row_levels.extend(levels.iter().map(|column| column.is_valid(row).then(|| column.value(row))));
            let event = answers.event(row, ids.value(row), &mut causes).with_levels(&row_levels);
            let event = if amounts.is_valid(row) { event.with_amount(amounts.value(row)) } else { event };
            summary.add(&event).map_err(external)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_binary::<i32>().iter().flatten() {
            match &mut self.begun {
                Some((_, summary)) => summary.merge_bytes(state).map_err(external)?,
                none => *none = Some((None, EventSummary::from_bytes(state).map_err(external)?)),
            }
        }
        Ok(())
    }

    /// The state of the summary; null where there were no rows.
    fn evaluate(&mut self) -> Result<ScalarValue> {
        let state = self.begun.as_ref().map(|(_, summary)| summary.to_bytes()).transpose().map_err(external)?;
        Ok(ScalarValue::Binary(state))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.begun.as_ref().map_or(0, |(_, summary)| summary.memory_bytes())
    }
}

/// What `attribute()` gave, column by column.
struct Answers<'a> {
    all: &'a StructArray,
    scores: &'a Float64Array,
    errors: StringArray,
    lists: ListArray,
    nodes: StringArray,
    values: Float64Array,
    std_errors: Float64Array,
}

impl<'a> Answers<'a> {
    fn new(column: &'a ArrayRef) -> Result<Self> {
        let damaged = || {
            datafusion_common::DataFusionError::Execution(format!(
                "the third argument of {NAME}() is not what attribute() gives: a struct with score, causes (a list of node, nats or value, \
                 std_error) and error"
            ))
        };
        let all = column.as_struct_opt().ok_or_else(damaged)?;
        let field = |of: &'a StructArray, name: &str| of.column_by_name(name).ok_or_else(damaged);
        let lists = field(all, "causes")?.as_list_opt::<i32>().ok_or_else(damaged)?.clone();
        let items = lists.values().as_struct_opt().ok_or_else(damaged)?.clone();
        let item = |names: &[&str]| names.iter().find_map(|name| items.column_by_name(name)).ok_or_else(damaged);
        let text =
            |array: &ArrayRef| -> Result<StringArray> { Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone()) };
        let numbers = |array: &ArrayRef| -> Result<Float64Array> {
            Ok(cast(array, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
        };
        Ok(Self {
            all,
            scores: field(all, "score")?.as_primitive_opt::<Float64Type>().ok_or_else(damaged)?,
            errors: text(field(all, "error")?)?,
            nodes: text(item(&["node"])?)?,
            values: numbers(item(&["nats", "value"])?)?,
            std_errors: numbers(item(&["std_error"])?)?,
            lists,
        })
    }

    fn event<'s: 'e, 'e>(
        &'s self,
        row: usize,
        id: &'e str,
        causes: &'e mut Vec<EventCause<'s>>,
    ) -> SummarisedEvent<'e> {
        if self.errors.is_valid(row) {
            return SummarisedEvent::failed(id, self.errors.value(row));
        }
        let [from, to] = [0, 1].map(|end| self.lists.value_offsets()[row + end] as usize);
        causes.clear();
        causes.extend((from..to).map(|at| EventCause {
            node: self.nodes.value(at),
            value: if self.values.is_valid(at) { self.values.value(at) } else { f64::NAN },
            std_error: if self.std_errors.is_valid(at) { self.std_errors.value(at) } else { 0.0 },
        }));
        SummarisedEvent::new(id, self.scores.value(row), causes)
    }
}
